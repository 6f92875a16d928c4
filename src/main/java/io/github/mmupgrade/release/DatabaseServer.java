package io.github.mmupgrade.release;

import java.util.Objects;

/**
 * The database server that Mattermost runs on, as far as an upgrade path depends on it.
 *
 * @param kind whose it is
 * @param version its version, such as 15.4.0
 */
public record DatabaseServer(Kind kind, Version version) {

    /** Whose database server it is. */
    public enum Kind {
        /** PostgreSQL. */
        POSTGRESQL("PostgreSQL"),
        /** MySQL or MariaDB. */
        MYSQL("MySQL");

        private final String name;

        Kind(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Checks the parts. */
    public DatabaseServer {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(version);
    }

    /** A PostgreSQL server by its version, such as {@code 15} or {@code 15.4}. */
    public static DatabaseServer postgresql(String version) {
        return new DatabaseServer(Kind.POSTGRESQL, parseVersion(version));
    }

    /** A MySQL or MariaDB server by its version. */
    public static DatabaseServer mysql(String version) {
        return new DatabaseServer(Kind.MYSQL, parseVersion(version));
    }

    /** Reads a version as PostgreSQL writes it, which since 10 can be one number only. */
    static Version parseVersion(String text) {
        return Version.parse(text.contains(".") ? text : text + ".0");
    }

    @Override
    public String toString() {
        return kind + " " + version.line();
    }
}
