package io.github.mmupgrade.rehearsal;

import java.nio.file.Path;

/** Where the programs of a PostgreSQL server come from that nobody has to install. */
@FunctionalInterface
public interface PostgresBinaries {

    /**
     * The jar with an archive of them, {@code postgres-linux-*.txz}.
     *
     * @param major the major version, such as 15
     * @throws io.github.mmupgrade.report.RefusedException when it can't be had
     */
    Path jar(int major);
}
