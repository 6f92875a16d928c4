package io.github.mmupgrade.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes tables in PostgreSQL that no Mattermost server makes, as plugins have them: those of known plugins by the rules in
 * {@code plugin-columns.json}, others by the types of their columns.
 */
final class PluginTables {

    private static final String RULES = "plugin-columns.json";

    private final Map<Pattern, String> types = new LinkedHashMap<>();

    PluginTables() {
        try (InputStream resource = PluginTables.class.getResourceAsStream(RULES)) {
            JsonNode rules = Json.MAPPER.readTree(resource);
            rules.get("types")
                    .properties()
                    .forEach(rule -> types.put(
                            Pattern.compile(rule.getKey().toLowerCase(Locale.ROOT)),
                            rule.getValue().asText()));
        } catch (IOException e) {
            throw new UncheckedIOException("The list " + RULES + " cannot be read", e);
        }
    }

    /**
     * The table that a source's table becomes.
     *
     * @throws RefusedException when a column is of a type that has none in PostgreSQL
     */
    TargetTable target(SourceTable table) {
        List<TargetTable.Column> columns = new ArrayList<>();
        for (SourceColumn column : table.columns()) {
            String type = type(table, column);
            String base = type.replaceAll("\\(.*", "");
            columns.add(new TargetTable.Column(
                    column.name().toLowerCase(Locale.ROOT),
                    shortName(base),
                    base.equals("varchar") && type.contains("(") ? Integer.parseInt(type.replaceAll("\\D", "")) : 0,
                    column.nullable(),
                    false,
                    List.of()));
        }
        return new TargetTable(table.lowerName(), columns);
    }

    private static String shortName(String type) {
        return switch (type) {
            case "boolean" -> "bool";
            case "smallint" -> "int2";
            case "integer" -> "int4";
            case "bigint" -> "int8";
            case "double precision" -> "float8";
            case "real" -> "float4";
            default -> type;
        };
    }

    /** The statements that make it, with its key and its indexes. */
    List<String> statements(SourceTable table, SqlClient source) {
        List<String> columns = new ArrayList<>();
        for (SourceColumn column : table.columns()) {
            columns.add(TargetTable.quoted(column.name().toLowerCase(Locale.ROOT)) + " " + type(table, column)
                    + (column.nullable() ? "" : " NOT NULL")
                    + defaultOf(table, column, source)
                            .map(value -> " DEFAULT " + value)
                            .orElse(""));
        }
        List<String> statements = new ArrayList<>();
        statements.add("CREATE TABLE IF NOT EXISTS " + TargetTable.quoted(table.lowerName()) + " ("
                + String.join(", ", columns) + ")");
        Map<String, List<String>> indexes = new LinkedHashMap<>();
        Map<String, Boolean> unique = new LinkedHashMap<>();
        source.query(
                "SELECT INDEX_NAME, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS WHERE TABLE_SCHEMA ="
                        + " database() AND TABLE_NAME = ? AND COLUMN_NAME IS NOT NULL AND INDEX_TYPE = 'BTREE'"
                        + " ORDER BY INDEX_NAME, SEQ_IN_INDEX",
                row -> {
                    unique.put(row.getString(1), row.getInt(3) == 0);
                    return indexes.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                            .add(TargetTable.quoted(row.getString(2).toLowerCase(Locale.ROOT)));
                },
                table.name());
        indexes.forEach((name, of) -> statements.add(
                name.equals("PRIMARY")
                        ? "ALTER TABLE " + TargetTable.quoted(table.lowerName()) + " ADD PRIMARY KEY ("
                                + String.join(", ", of) + ")"
                        : "CREATE " + (unique.get(name) ? "UNIQUE " : "") + "INDEX "
                                + TargetTable.quoted(indexName(table, name)) + " ON "
                                + TargetTable.quoted(table.lowerName()) + " (" + String.join(", ", of) + ")"));
        return statements;
    }

    /** Names of indexes belong to the schema in PostgreSQL, to their table in MySQL. */
    private static String indexName(SourceTable table, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String whole = lower.contains(table.lowerName()) ? lower : table.lowerName() + "_" + lower;
        return whole.length() > 63 ? whole.substring(0, 54) + "_" + Integer.toHexString(whole.hashCode()) : whole;
    }

    private static Optional<String> defaultOf(SourceTable table, SourceColumn column, SqlClient source) {
        return source.first(
                        "SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = database() AND"
                                + " TABLE_NAME = ? AND COLUMN_NAME = ?",
                        row -> row.getString(1),
                        table.name(),
                        column.name())
                .filter(value -> !value.equalsIgnoreCase("NULL") && !value.contains("("))
                // MariaDB has a text in quotes here, MySQL has not
                .map(value -> value.startsWith("'") && value.endsWith("'") && value.length() > 1
                        ? value.substring(1, value.length() - 1)
                        : value)
                .filter(value -> !value.contains("'"))
                .flatMap(value -> {
                    if (column.isText()) {
                        return Optional.of("'" + value + "'");
                    }
                    if (!column.isInteger()) {
                        return Optional.empty();
                    }
                    boolean bool = column.definition().startsWith("tinyint(1)");
                    return Optional.of(bool ? value.equals("0") ? "false" : "true" : value);
                });
    }

    private String type(SourceTable table, SourceColumn column) {
        String name = table.lowerName() + "." + column.name().toLowerCase(Locale.ROOT);
        for (Map.Entry<Pattern, String> rule : types.entrySet()) {
            if (rule.getKey().matcher(name).matches()) {
                return rule.getValue();
            }
        }
        String definition = column.definition();
        return switch (column.type()) {
            case "tinyint" -> definition.startsWith("tinyint(1)") ? "boolean" : "smallint";
            case "smallint" -> column.isUnsigned() ? "integer" : "smallint";
            case "year" -> "smallint";
            case "mediumint" -> "integer";
            case "int" -> column.isUnsigned() ? "bigint" : "integer";
            case "bigint" -> column.isUnsigned() ? "numeric(20)" : "bigint";
            case "decimal" -> "numeric" + parenthesis(definition);
            case "float" -> "real";
            case "double" -> "double precision";
            case "bit" ->
                definition.equals("bit(1)") ? "boolean" : definition.equals("bit(64)") ? "numeric(20)" : "bigint";
            case "char", "varchar" -> "varchar" + parenthesis(definition);
            case "tinytext", "text", "mediumtext", "longtext", "enum", "set", "time" -> "text";
            case "json" -> "jsonb";
            case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" -> "bytea";
            case "date" -> "date";
            case "datetime", "timestamp" -> "timestamp";
            default ->
                throw new RefusedException(
                        "Column " + column.name() + " of table " + table + " is '" + definition
                                + "', for which there is no type in PostgreSQL. Nothing was changed.",
                        Hint.of("Leave the table out with -Dmattermost.convert.exclude=" + table + "."));
        };
    }

    private static String parenthesis(String definition) {
        int open = definition.indexOf('(');
        return open < 0 ? "" : definition.substring(open, definition.indexOf(')') + 1);
    }
}
