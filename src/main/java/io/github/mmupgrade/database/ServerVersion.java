package io.github.mmupgrade.database;

/**
 * What a database server says that it is.
 *
 * @param product {@code PostgreSQL}, {@code MySQL} or {@code MariaDB}
 * @param major the first number, such as 15 or 10
 * @param minor the second number; for PostgreSQL from 10 on it is the patch level
 * @param text the whole text, for messages
 */
public record ServerVersion(String product, int major, int minor, String text) {

    /** Whether it is MariaDB. */
    public boolean isMariaDb() {
        return product.equals("MariaDB");
    }

    @Override
    public String toString() {
        return product + " " + text;
    }
}
