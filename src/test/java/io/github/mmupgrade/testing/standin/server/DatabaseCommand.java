package io.github.mmupgrade.testing.standin.server;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.function.Supplier;

/** {@code mattermost db migrate} and {@code db version} of 6.4 and later. */
final class DatabaseCommand {

    /** Opens the database. */
    interface Connecting {
        void connect() throws SQLException;
    }

    private final ReleaseLine line;
    private final Connecting connecting;
    private final Supplier<Schema> schema;
    private final PrintStream out;

    DatabaseCommand(ReleaseLine line, Connecting connecting, Supplier<Schema> schema, PrintStream out) {
        this.line = line;
        this.connecting = connecting;
        this.schema = schema;
        this.out = out;
    }

    void run(Arguments arguments) throws SQLException {
        String what = arguments.words().size() > 1 ? arguments.words().get(1) : "";
        if (!line.recordsMigrations()) {
            throw new ServerFailure(1, "Error: unknown command \"" + what + "\" for \"mattermost db\"");
        }
        connecting.connect();
        switch (what) {
            case "migrate" -> {
                schema.get().migrate();
                out.println("Database successfully migrated");
            }
            case "version" ->
                out.println(
                        "Current database schema version is: " + schema.get().latest());
            default -> throw new ServerFailure(1, "Error: unknown command \"" + what + "\" for \"mattermost db\"");
        }
    }
}
