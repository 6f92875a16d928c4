package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/**
 * Which column goes where, and how.
 *
 * @param source the column in MySQL
 * @param target the column in PostgreSQL
 * @param kind how its values are written
 */
record ColumnMapping(SourceColumn source, TargetColumn target, ValueKind kind) {

    /**
     * Finds out how.
     *
     * @throws RefusedException when there is no way
     */
    static ColumnMapping of(SourceTable table, SourceColumn source, TargetColumn target) {
        ValueKind kind = kind(source, target);
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

    private static ValueKind kind(SourceColumn source, TargetColumn target) {
        if (!target.labels().isEmpty()) {
            return source.isText() ? ValueKind.LABEL : null;
        }
        return switch (target.type()) {
            case "bool" -> source.isInteger() || source.type().equals("bit") ? ValueKind.BOOLEAN : null;
            case "int2", "int4", "int8" ->
                source.isInteger() ? ValueKind.INTEGER : source.type().equals("bit") ? ValueKind.BITS : null;
            case "varchar", "text", "bpchar" -> text(source);
            case "json" -> source.isText() || source.type().equals("json") ? ValueKind.JSON : null;
            case "jsonb" -> source.isText() || source.type().equals("json") ? ValueKind.JSONB : null;
            case "_varchar", "_text" -> source.isText() || source.type().equals("json") ? ValueKind.TEXT_ARRAY : null;
            case "bytea" -> source.isBinary() || source.isText() ? ValueKind.BYTES : null;
            case "numeric" -> source.isInteger() || source.type().equals("decimal") ? ValueKind.DECIMAL : null;
            case "float4", "float8" ->
                source.type().equals("float") || source.type().equals("double") ? ValueKind.FLOAT : null;
            case "date" -> source.type().equals("date") ? ValueKind.DATE : null;
            case "timestamp" ->
                source.type().equals("datetime") || source.type().equals("timestamp") ? ValueKind.TIMESTAMP : null;
            default -> null;
        };
    }

    private static ValueKind text(SourceColumn source) {
        if (source.isInteger()) {
            return ValueKind.INTEGER;
        }
        return source.isText()
                        || source.isBinary()
                        || source.type().equals("json")
                        || source.type().equals("time")
                ? ValueKind.TEXT
                : null;
    }
}
