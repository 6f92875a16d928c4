package io.github.mmupgrade.testing;

import java.nio.file.Path;
import java.util.List;

/** A real PgBouncer on a free port of 127.0.0.1, before a {@link TestPostgres}; it doesn't outlive the JVM. */
public final class TestPgBouncer implements AutoCloseable {

    private final ServerProcess server;
    private final int port;

    /**
     * Starts it.
     *
     * @param mode {@code transaction} or {@code session}
     * @param database a database of the server, and the role that may log in
     * @param all whether it leads to every database of the server, or to this one only
     */
    public TestPgBouncer(TestPostgres postgres, String mode, TestDatabase database, boolean all) {
        server = new ServerProcess("mmpb", "postgres", "nobody");
        port = FreePorts.next();
        Path users = server.file(
                "users.txt",
                "\"" + database.user() + "\" \"" + database.password().replace("\"", "\"\"") + "\"\n");
        Path settings = server.file(
                "pgbouncer.ini",
                "[databases]\n" + (all ? "*" : database.name()) + " = host=127.0.0.1 port=" + postgres.port()
                        + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port
                        + "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = " + users + "\npool_mode = "
                        + mode
                        + "\nignore_startup_parameters = extra_float_digits\n");
        // it has no state to save, and which signal ends it at once depends on its version
        server.start(List.of("pgbouncer", settings.toString()), "KILL");
        server.awaitPort(port, "PgBouncer (apt-get install pgbouncer)");
    }

    /** A data source that leads through it. */
    public String through(TestPostgres postgres, String dataSource) {
        return dataSource.replace(":" + postgres.port() + "/", ":" + port + "/");
    }

    @Override
    public void close() {
        server.close();
    }
}
