package io.github.mmupgrade.transfer.table;

/**
 * A column of a table in MySQL or MariaDB.
 *
 * @param name as the server writes it
 * @param type {@code DATA_TYPE} of {@code information_schema}, in lower case, such as {@code bigint}
 * @param definition {@code COLUMN_TYPE}, such as {@code bigint(20) unsigned}
 * @param nullable whether it may be NULL
 * @param charset the character set of a text; empty for anything else
 * @param collation the collation of a text; empty for anything else
 * @param counted whether the server counts it up ({@code AUTO_INCREMENT})
 */
public record SourceColumn(
        String name,
        String type,
        String definition,
        boolean nullable,
        String charset,
        String collation,
        boolean counted) {

    public boolean isUnsigned() {
        return definition.contains("unsigned");
    }

    public boolean isInteger() {
        return switch (type) {
            case "tinyint", "smallint", "mediumint", "int", "bigint", "year" -> true;
            default -> false;
        };
    }

    public boolean isText() {
        return switch (type) {
            case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set" -> true;
            default -> false;
        };
    }

    public boolean isBinary() {
        return switch (type) {
            case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" -> true;
            default -> false;
        };
    }

    /** Whether a value may be some megabytes. */
    public boolean isLarge() {
        return switch (type) {
            case "mediumtext", "longtext", "json", "blob", "mediumblob", "longblob" -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
