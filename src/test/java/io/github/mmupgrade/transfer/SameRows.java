package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.testing.TestDatabase;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Compares a MariaDB table with a PostgreSQL table row by row, by plain JDBC and by rules of its own. */
public final class SameRows implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connection source;
    private final Connection target;
    private final Map<String, String> documents = new HashMap<>();

    public SameRows(TestDatabase source, TestDatabase target) throws SQLException {
        this.source = source.connect();
        this.target = target.connect();
        try (Statement statement = this.source.createStatement()) {
            statement.execute("SET SESSION sql_mode = ''");
        }
    }

    /** All tables of the target but the one of the copy. */
    void requireAll(String context) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = target.createStatement();
                ResultSet row = statement.executeQuery("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                        + " AND tablename <> 'mattermost_conversion' ORDER BY 1")) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        for (String table : tables) {
            require(context, table, table, "");
        }
    }

    public void require(String context, String sourceTable, String targetTable, String without) throws SQLException {
        Map<String, String> types = types(targetTable);
        types.remove(without);
        List<String> there = there(targetTable, types);
        List<String> here = here(sourceTable, types);
        if (!here.equals(there)) {
            List<String> missing = new ArrayList<>(here);
            there.forEach(missing::remove);
            List<String> extra = new ArrayList<>(there);
            here.forEach(extra::remove);
            assertEquals(
                    context + ": table " + targetTable + " of columns " + types,
                    String.join("\n", missing),
                    String.join("\n", extra));
        }
    }

    private Map<String, String> types(String table) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT a.attname, CASE WHEN t.typtype = 'e' THEN 'text' ELSE t.typname END FROM pg_attribute a"
                        + " JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass(quote_ident(?))"
                        + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.put(row.getString(1), row.getString(2));
                }
            }
        }
        return types;
    }

    private List<String> there(String table, Map<String, String> types) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = target.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT \"" + String.join("\", \"", types.keySet()) + "\" FROM \"" + table + "\"")) {
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                int i = 1;
                for (String type : types.values()) {
                    text.append(' ').append(ofTarget(row, i++, type));
                }
                rows.add(text.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static String ofTarget(ResultSet row, int column, String type) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            return "NULL";
        }
        return switch (type) {
            case "bytea" -> HexFormat.of().formatHex(row.getBytes(column));
            case "_varchar", "_text" ->
                words(Arrays.asList((String[]) row.getArray(column).getArray()));
            case "numeric" -> new BigDecimal(text).stripTrailingZeros().toPlainString();
            case "float8" -> Double.toString(Double.parseDouble(text));
            case "float4" -> Float.toString(Float.parseFloat(text));
            case "bpchar" -> quoted(text.stripTrailing());
            case "varchar", "text", "jsonb", "json" -> quoted(text);
            default -> text;
        };
    }

    private List<String> here(String table, Map<String, String> types) throws SQLException {
        List<String> selected = new ArrayList<>();
        types.forEach((name, type) -> selected.add(
                switch (type) {
                    case "float4", "float8" -> "`" + name + "` + 0e0";
                    case "date", "timestamp" -> "CAST(`" + name + "` AS CHAR)";
                    default -> "`" + name + "`";
                }));
        List<String> rows = new ArrayList<>();
        try (Statement statement = source.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT " + String.join(", ", selected) + " FROM `" + table + "`")) {
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                int i = 1;
                for (String type : types.values()) {
                    text.append(' ').append(ofSource(row, i++, type));
                }
                rows.add(text.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private String ofSource(ResultSet row, int column, String type) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            return "NULL";
        }
        return switch (type) {
            case "bool" -> row.getLong(column) == 0 ? "f" : "t";
            case "bytea" -> HexFormat.of().formatHex(row.getBytes(column));
            case "_varchar", "_text" -> array(text);
            case "numeric" -> new BigDecimal(text).stripTrailingZeros().toPlainString();
            case "float8" -> Double.toString(Double.parseDouble(text));
            case "float4" -> Float.toString(Float.parseFloat(text));
            case "timestamp" -> text.contains(".") ? text.replaceAll("\\.?0*$", "") : text;
            case "jsonb" -> quoted(document(text));
            case "bpchar" -> quoted(text.stripTrailing());
            case "int2", "int4", "int8" -> Long.toString(row.getLong(column));
            case "varchar", "text", "json" -> quoted(text);
            default -> text;
        };
    }

    private static String array(String text) {
        try {
            List<String> values = new ArrayList<>();
            for (JsonNode each : JSON.readTree(text)) {
                values.add(each.textValue());
            }
            return words(values);
        } catch (IOException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private static String words(List<String> texts) {
        return texts.stream().map(SameRows::quoted).toList().toString();
    }

    private static String quoted(String text) {
        StringBuilder words = new StringBuilder("'");
        text.codePoints().forEach(each -> {
            if (each < ' ' || each == '\'' || each == 127) {
                words.append(String.format(Locale.ROOT, "\\x%02x", each));
            } else {
                words.appendCodePoint(each);
            }
        });
        return words.append('\'').toString();
    }

    /** As PostgreSQL itself prints the document. */
    private String document(String text) throws SQLException {
        String known = documents.get(text);
        if (known == null) {
            try (PreparedStatement statement = target.prepareStatement("SELECT ?::jsonb::text")) {
                statement.setString(1, text);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    known = row.getString(1);
                }
            }
            documents.put(text, known);
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        source.close();
        target.close();
    }
}
