package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.datasource.DataSource;

/** The MySQL database of the installation, as it is reached from here. */
final class MySqlSource {

    private MySqlSource() {}

    static DataSource of(GoalContext context) {
        return context.server().reachable();
    }
}
