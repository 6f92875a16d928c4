package io.github.mmupgrade.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is in the tables of a database, for comparison. */
public final class TableContents {

    private TableContents() {}

    /** Every row of every table, sorted, by table. */
    public static Map<String, List<String>> of(TestDatabase database, String name) throws SQLException {
        Map<String, List<String>> result = new TreeMap<>();
        String tables = database.driver().equals("postgres")
                ? "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema NOT IN"
                        + " ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
                : "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                        + " AND table_type = 'BASE TABLE'";
        try (Connection connection = database.connect(name);
                Statement statement = connection.createStatement()) {
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(tables)) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            for (String table : names) {
                result.put(table, rows(statement, table));
            }
        }
        return result;
    }

    private static List<String> rows(Statement statement, String table) throws SQLException {
        List<String> result = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    Object value = rows.getObject(i);
                    row.add(value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value));
                }
                result.add(row.toString());
            }
        }
        Collections.sort(result);
        return result;
    }
}
