package io.github.mmupgrade.transfer.table;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/**
 * Which column goes where, and how.
 *
 * @param source the column in MySQL
 * @param target the column in PostgreSQL
 * @param kind how its values are written
 */
public record ColumnMapping(SourceColumn source, TargetTable.Column target, Kind kind) {

    /**
     * Finds out how.
     *
     * @throws RefusedException when there is no way
     */
    static ColumnMapping of(SourceTable table, SourceColumn source, TargetTable.Column target) {
        Kind kind = kind(source, target);
        if (kind == null) {
            throw new RefusedException(
                    "Column " + source.name() + " of table " + table + " is '" + source.definition()
                            + "' in MySQL and '" + target.type() + "' in PostgreSQL, and there is no conversion"
                            + " between them. Nothing was changed.",
                    Hint.of("Leave the table out with -Dmattermost.convert.exclude=" + table
                            + ", or please report this."));
        }
        return new ColumnMapping(source, target, kind);
    }

    private static Kind kind(SourceColumn source, TargetTable.Column target) {
        if (!target.labels().isEmpty()) {
            return source.isText() ? Kind.LABEL : null;
        }
        return switch (target.type()) {
            case "bool" -> source.isInteger() || source.type().equals("bit") ? Kind.BOOLEAN : null;
            case "int2", "int4", "int8" ->
                source.isInteger() ? Kind.INTEGER : source.type().equals("bit") ? Kind.BITS : null;
            case "varchar", "text", "bpchar" -> text(source);
            case "json" -> source.isText() || source.type().equals("json") ? Kind.JSON : null;
            case "jsonb" -> source.isText() || source.type().equals("json") ? Kind.JSONB : null;
            case "_varchar", "_text" -> source.isText() || source.type().equals("json") ? Kind.TEXT_ARRAY : null;
            case "bytea" -> source.isBinary() || source.isText() ? Kind.BYTES : null;
            case "numeric" ->
                source.isInteger() || source.type().equals("bit")
                        ? Kind.BITS
                        : source.type().equals("decimal") ? Kind.DECIMAL : null;
            case "float4", "float8" ->
                source.type().equals("float") || source.type().equals("double") ? Kind.FLOAT : null;
            case "date" -> source.type().equals("date") ? Kind.DATE : null;
            case "timestamp" ->
                source.type().equals("datetime") || source.type().equals("timestamp") ? Kind.TIMESTAMP : null;
            default -> null;
        };
    }

    private static Kind text(SourceColumn source) {
        if (source.isInteger()) {
            return Kind.INTEGER;
        }
        return source.isText()
                        || source.isBinary()
                        || source.type().equals("json")
                        || source.type().equals("time")
                ? Kind.TEXT
                : null;
    }

    /** How a value is written for PostgreSQL. */
    public enum Kind {
        INTEGER,
        /** A {@code tinyint} for a {@code boolean}. */
        BOOLEAN,
        TEXT,
        /** One of the labels of an enumeration. */
        LABEL,
        /** A document that is kept as it is written. */
        JSON,
        /** A document in the one form that PostgreSQL gives it. */
        JSONB,
        /** A JSON array of texts for an array. */
        TEXT_ARRAY,
        BYTES,
        DECIMAL,
        FLOAT,
        DATE,
        TIMESTAMP,
        /** A number that may be larger than a long, such as a bit string. */
        BITS
    }
}
