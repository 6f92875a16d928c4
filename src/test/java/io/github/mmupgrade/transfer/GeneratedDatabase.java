package io.github.mmupgrade.transfer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Random tables with random rows and every value that copies stumble over; the same seed gives the same database. */
final class GeneratedDatabase {

    private static final String[] TEXTS = {
        "", " ", "a", "A", "ä", "Ä", "e\u0301", "é", "ß", "ss", "\\N", "\\", "\\\\", "\\n", "\\.", "\n", "\t", "\r\n",
                "\b\f\u000b", "a\tb\nc",
        "'", "''", "\"", "`", "%", "_", "NULL", "null", "0", "-1", "{}", "{a,b}", "x ", " x", "x\u00a0", "€", "日本語",
                "😀", "👨‍👩‍👧", "𝒳",
        "\u0001", "\u001e", "\u007f", "\u0080", "\u2028", "\uFFFD", "\uFFFF", "$1", "?", ";--", "trailing\\"
    };

    private static final String[] DOCUMENTS = {
        "{}",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{\"b\":1,\"a\":[1,2.50,1e3],\"b\":2}",
        " { \"k\" : \"v\\n\\u00e9\" } ",
        "[\"😀\",\"\\ud83d\\ude00\"]",
        "{\"a\\\\\":\"\\\"\\\\\\/\"}",
        "[-0,0.0,1E-7]",
        "{\"long key\":{\"x\":null},\"z\":true,\"aa\":false}"
    };

    private static final String[] BAD_DOCUMENTS = {
        "", "{", "{a:1}", "[1,]", "\"\\u0000\"", "[\"\\ud83d\"]", "nul", "{} x"
    };

    /**
     * A type of a column on both sides.
     *
     * @param good values that are taken
     * @param bad values that are not; null when there are none
     * @param followed whether MySQL can compute checksums of it
     */
    private record Type(
            String source,
            String target,
            boolean followed,
            Function<Random, Object> good,
            Function<Random, Object> bad) {}

    private static final List<Type> TYPES = List.of(
            new Type("tinyint(1)", "boolean", true, random -> random.nextInt(2), random -> 2 + random.nextInt(100)),
            new Type("tinyint(4)", "smallint", true, random -> random.nextInt(256) - 128, null),
            new Type("int(11)", "integer", true, Random::nextInt, null),
            new Type(
                    "int unsigned",
                    "integer",
                    true,
                    random -> random.nextInt(Integer.MAX_VALUE),
                    random -> 2147483648L),
            new Type("bigint(20)", "bigint", true, GeneratedDatabase::anyLong, null),
            new Type(
                    "bigint unsigned",
                    "bigint",
                    true,
                    random -> Math.abs(random.nextLong() >> 1),
                    random -> "18446744073709551615"),
            new Type("bigint unsigned", "numeric(20)", true, random -> Long.toUnsignedString(random.nextLong()), null),
            new Type(
                    "text CHARACTER SET utf8mb4",
                    "varchar(300)",
                    true,
                    GeneratedDatabase::text,
                    GeneratedDatabase::badText),
            new Type(
                    "text CHARACTER SET utf8mb4", "text", true, GeneratedDatabase::text, random -> text(random) + "\0"),
            new Type(
                    "varchar(64) CHARACTER SET utf8mb4",
                    "varchar(64)",
                    true,
                    random -> cut(text(random), 64),
                    random -> "a\0b"),
            new Type(
                    "varchar(64) CHARACTER SET utf8mb3",
                    "varchar(64)",
                    true,
                    GeneratedDatabase::narrow,
                    random -> "\0"),
            new Type("varchar(64) CHARACTER SET latin1", "varchar(32)", true, GeneratedDatabase::western, random -> "é"
                    .repeat(33)),
            new Type(
                    "longtext CHARACTER SET utf8mb4",
                    "text",
                    true,
                    GeneratedDatabase::long_,
                    random -> "\0" + long_(random)),
            new Type(
                    "longtext CHARACTER SET utf8mb4",
                    "jsonb",
                    true,
                    GeneratedDatabase::document,
                    random -> BAD_DOCUMENTS[random.nextInt(BAD_DOCUMENTS.length)]),
            new Type("text CHARACTER SET utf8mb4", "varchar[]", true, GeneratedDatabase::array, random -> "{\"a\":1}"),
            new Type("mediumblob", "bytea", true, GeneratedDatabase::blob, null),
            new Type(
                    "varchar(1)", "kind", true, random -> List.of("O", "P", "D").get(random.nextInt(3)), random -> "X"),
            new Type(
                    "char(10) CHARACTER SET utf8mb4",
                    "char(10)",
                    true,
                    random -> cut(text(random), 10).stripTrailing(),
                    null),
            new Type(
                    "decimal(20,5)",
                    "numeric(20,5)",
                    false,
                    random -> random.nextInt() + "." + random.nextInt(100_000),
                    null),
            new Type(
                    "double",
                    "double precision",
                    false,
                    random -> random.nextGaussian() * Math.pow(10, random.nextInt(30)),
                    null),
            new Type("float", "real", false, random -> random.nextFloat() * 1000, null),
            new Type(
                    "date",
                    "date",
                    false,
                    random -> "20" + (10 + random.nextInt(89)) + "-02-1" + random.nextInt(10),
                    random -> "0000-00-00"),
            new Type(
                    "datetime(6)",
                    "timestamp",
                    false,
                    random -> new Timestamp(1_600_000_000_000L + random.nextInt()),
                    random -> "2020-00-00 00:00:00"),
            new Type("bit(1)", "boolean", false, random -> random.nextInt(2), null));

    private static final Type TEXT_KEY =
            new Type("varchar(26) CHARACTER SET utf8mb4", "varchar(26)", true, random -> cut(key(random), 26), null);
    private static final Type BINARY_COLLATION_KEY = new Type(
            "varchar(26) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "varchar(26)",
            true,
            random -> cut(key(random), 26),
            null);
    private static final Type WESTERN_KEY = new Type(
            "varchar(40) CHARACTER SET latin1",
            "varchar(40)",
            true,
            random -> western(random) + random.nextInt(50),
            null);
    private static final Type LONG_KEY = new Type("bigint(20)", "bigint", true, GeneratedDatabase::anyLong, null);
    private static final Type INT_KEY = new Type("int(11)", "integer", true, random -> random.nextInt(200) - 100, null);

    private record Column(String name, Type type, boolean nullable, boolean notNullThere) {}

    /** A table; the first columns are its key. */
    private record Table(String name, List<Column> columns, int keys, String index) {
        String create(boolean target) {
            List<String> parts = new ArrayList<>();
            for (Column column : columns) {
                boolean nullable = target ? !column.notNullThere() : column.nullable();
                parts.add(column.name() + " "
                        + (target ? column.type().target() : column.type().source()) + (nullable ? "" : " NOT NULL"));
            }
            if (keys > 0) {
                parts.add(index + " ("
                        + String.join(
                                ", ",
                                columns.stream().limit(keys).map(Column::name).toList()) + ")");
            }
            return "CREATE TABLE " + name + " (" + String.join(", ", parts) + ")";
        }
    }

    private final Random random;
    private final List<Table> tables = new ArrayList<>();
    private int bad;

    GeneratedDatabase(long seed) {
        random = new Random(seed);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            tables.add(table("t" + i));
        }
    }

    private Table table(String name) {
        List<Column> columns = new ArrayList<>();
        List<Type> key =
                switch (random.nextInt(7)) {
                    case 0 -> List.of();
                    case 1 -> List.of(TEXT_KEY);
                    case 2 -> List.of(BINARY_COLLATION_KEY);
                    case 3 -> List.of(WESTERN_KEY);
                    case 4 -> List.of(random.nextBoolean() ? LONG_KEY : INT_KEY);
                    case 5 -> List.of(TEXT_KEY, random.nextBoolean() ? WESTERN_KEY : INT_KEY);
                    default -> List.of(INT_KEY, BINARY_COLLATION_KEY, LONG_KEY);
                };
        for (Type type : key) {
            columns.add(new Column("k" + columns.size(), type, false, true));
        }
        boolean followed = random.nextInt(5) > 0;
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            Type type = TYPES.get(random.nextInt(TYPES.size()));
            if (type.followed() || !followed) {
                boolean nullable = random.nextInt(4) > 0;
                columns.add(new Column("c" + i, type, nullable, !nullable && random.nextBoolean()));
            }
        }
        if (columns.isEmpty()) {
            columns.add(new Column("c0", TYPES.get(0), true, false));
        }
        return new Table(name, columns, key.size(), random.nextInt(4) == 0 ? "UNIQUE" : "PRIMARY KEY");
    }

    List<String> source() {
        return tables.stream().map(table -> table.create(false)).toList();
    }

    List<String> target() {
        List<String> statements = new ArrayList<>(List.of("CREATE TYPE kind AS ENUM ('O', 'P', 'D')"));
        tables.forEach(table -> statements.add(table.create(true)));
        return statements;
    }

    /** Writes rows; some of their values are bad when that is wanted. Returns how many are. */
    int fill(Connection source, boolean withBad) throws SQLException {
        bad = 0;
        for (Table table : tables) {
            for (int i = random.nextInt(90); i > 0; i--) {
                insert(source, table, withBad);
            }
        }
        return bad;
    }

    /** Inserts, changes and deletes some rows. */
    void change(Connection source) throws SQLException {
        for (Table table : tables) {
            for (int i = random.nextInt(12); i > 0; i--) {
                switch (random.nextInt(5)) {
                    case 0 -> insert(source, table, false);
                    case 1 -> execute(source, "DELETE FROM " + table.name() + some(), List.of());
                    default ->
                        update(
                                source,
                                table,
                                table.columns()
                                        .get(random.nextInt(table.columns().size())));
                }
            }
        }
        if (random.nextInt(20) == 0) {
            execute(source, "DELETE FROM " + tables.get(0).name(), List.of());
        }
    }

    private String some() {
        return " ORDER BY RAND(" + random.nextInt(1000) + ") LIMIT " + (1 + random.nextInt(3));
    }

    private void update(Connection source, Table table, Column column) throws SQLException {
        Object value = value(column, false);
        List<Object> values = new ArrayList<>();
        values.add(value);
        execute(source, "UPDATE " + table.name() + " SET " + column.name() + " = ?" + some(), values);
    }

    private void insert(Connection source, Table table, boolean withBad) throws SQLException {
        int before = bad;
        List<Object> values = new ArrayList<>();
        for (Column column : table.columns()) {
            values.add(value(column, withBad));
        }
        String places = "?" + ", ?".repeat(values.size() - 1);
        if (!execute(source, "INSERT INTO " + table.name() + " VALUES (" + places + ")", values)) {
            bad = before;
        }
    }

    private Object value(Column column, boolean withBad) {
        if (column.nullable() && random.nextInt(6) == 0) {
            return null;
        }
        if (withBad && column.type().bad() != null && random.nextInt(30) == 0) {
            bad++;
            return column.type().bad().apply(random);
        }
        return column.type().good().apply(random);
    }

    /** Whether there was no row of the same key. */
    private static boolean execute(Connection source, String sql, List<Object> values) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            statement.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (e.getErrorCode() == 1062) {
                return false;
            }
            throw e;
        }
    }

    /** Opens a session in which MariaDB takes whatever is written. */
    static Connection open(TransferScene scene) throws SQLException {
        Connection source = scene.source.connect();
        try (Statement statement = source.createStatement()) {
            // as versions that did not check documents yet
            statement.execute("SET SESSION sql_mode = '', check_constraint_checks = 0");
        }
        return source;
    }

    private static Object anyLong(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Long.MIN_VALUE + random.nextInt(100);
            case 1 -> Long.MAX_VALUE - random.nextInt(100);
            case 2 -> (1L << 53) + random.nextInt(10);
            case 3 -> random.nextLong();
            default -> (long) random.nextInt(1000) - 500;
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(TEXTS[random.nextInt(TEXTS.length)]);
        }
        return text.toString();
    }

    private static String badText(Random random) {
        return random.nextBoolean() ? text(random) + "\0" + text(random) : "😀é".repeat(151);
    }

    private static String key(Random random) {
        return random.nextInt(3) == 0 ? text(random) : Integer.toString(random.nextInt(Integer.MAX_VALUE), 36);
    }

    private static String long_(Random random) {
        return text(random).repeat(random.nextInt(8) == 0 ? 3_000 : 1);
    }

    private static String narrow(Random random) {
        return cut(text(random).replaceAll("[^\\u0000-\\ud7ff\\ue000-\\uffff]", "x"), 64);
    }

    private static String western(Random random) {
        return cut(text(random).replaceAll("[^\\u0001-\\u007f\\u00a0-\\u00ff]", "y"), 32);
    }

    private static String cut(String text, int characters) {
        return text.codePointCount(0, text.length()) <= characters
                ? text
                : text.substring(0, text.offsetByCodePoints(0, characters));
    }

    private static Object document(Random random) {
        return DOCUMENTS[random.nextInt(DOCUMENTS.length)];
    }

    private static Object array(Random random) {
        return List.of(
                        "[]",
                        "[\"a\", \"b\"]",
                        "[\"\"]",
                        "[\"NULL\",\"null\"]",
                        "[\"a,b\",\"{c}\",\"d\\\"\\\\e\",\" f \",\"\\n\\t\"]",
                        "[\"😀\"]")
                .get(random.nextInt(6));
    }

    private static Object blob(Random random) {
        byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(100_000) : random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }
}
