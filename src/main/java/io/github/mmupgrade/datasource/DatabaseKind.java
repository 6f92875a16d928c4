package io.github.mmupgrade.datasource;

/** The two families of database servers that Mattermost runs on. */
public enum DatabaseKind {
    /** PostgreSQL. */
    POSTGRESQL("PostgreSQL", 5432),
    /** MySQL and MariaDB. */
    MYSQL("MySQL/MariaDB", 3306);

    private final String title;
    private final int defaultPort;

    DatabaseKind(String title, int defaultPort) {
        this.title = title;
        this.defaultPort = defaultPort;
    }

    /** The port when a data source names none. */
    public int defaultPort() {
        return defaultPort;
    }

    /** The name as people write it. */
    @Override
    public String toString() {
        return title;
    }
}
