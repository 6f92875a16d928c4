package io.github.mmupgrade.testing.standin;

import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A PostgreSQL that stores and asks for MD5 passwords, as servers before release 5 need it. */
public final class Md5Postgres {

    private static TestPostgres shared;

    private Md5Postgres() {}

    /** The server that all tests of this JVM share; started when first asked for. */
    public static synchronized TestPostgres shared() {
        if (shared == null) {
            TestPostgres started = new TestPostgres(List.of("password_encryption=md5"));
            Path access = started.dataDirectory().resolve("pg_hba.conf");
            try {
                // in place: the file stays its owner's
                Files.writeString(
                        access,
                        Files.readString(access).replace("scram-sha-256", "md5"),
                        StandardOpenOption.TRUNCATE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            started.execute("SELECT pg_reload_conf()");
            shared = started;
        }
        return shared;
    }
}
