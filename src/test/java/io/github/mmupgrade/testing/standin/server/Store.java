package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.connection.UnixSocketFactory;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** The connection to the server's database; one at a time uses it. */
final class Store implements AutoCloseable {

    private static final int SASL = 10;
    private static final int MD5 = 5;

    private final Connection connection;
    private final boolean postgres;

    private Store(Connection connection, boolean postgres) {
        this.connection = connection;
        this.postgres = postgres;
    }

    /**
     * Connects.
     *
     * @param source where to
     * @param line the release; before 5 its driver knows MD5 only
     */
    static Store open(SourceText source, ReleaseLine line) throws SQLException {
        if (source.postgres() && !line.from(5, 0)) {
            refuseScram(source);
        }
        Properties properties = new Properties();
        properties.put("user", source.user());
        properties.put("password", source.password());
        String place = source.host() + ":" + source.port() + "/" + source.database();
        Connection connection;
        if (source.postgres()) {
            properties.put("sslmode", "disable");
            properties.put("ApplicationName", "");
            if (source.host().startsWith("/")) {
                properties.put("socketFactory", UnixSocketFactory.class.getName());
                properties.put("socketFactoryArg", source.host() + "/.s.PGSQL." + source.port());
                place = "localhost/" + source.database();
            }
            connection = new org.postgresql.Driver().connect("jdbc:postgresql://" + place, properties);
        } else {
            connection = new org.mariadb.jdbc.Driver().connect("jdbc:mariadb://" + place, properties);
        }
        return new Store(connection, source.postgres());
    }

    /** Asks which authentication is wanted, as the first servers' driver would find out. */
    private static void refuseScram(SourceText source) throws SQLException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(source.host(), source.port()), 10_000);
            socket.setSoTimeout(10_000);
            byte[] text = ("user\0" + source.user() + "\0database\0" + source.database() + "\0\0")
                    .getBytes(StandardCharsets.UTF_8);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(text.length + 8);
            out.writeInt(3 << 16);
            out.write(text);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            if (in.readByte() == 'R') {
                in.readInt();
                int wanted = in.readInt();
                if (wanted == SASL || wanted > MD5) {
                    throw new SQLException("pq: unknown authentication response: " + wanted);
                }
            }
        } catch (IOException e) {
            throw new SQLException("dial tcp " + source.host() + ":" + source.port() + ": " + e.getMessage(), e);
        }
    }

    boolean isPostgres() {
        return postgres;
    }

    /** Runs a statement. */
    synchronized int update(String sql, Object... values) {
        try (PreparedStatement statement = prepared(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }

    /** Runs a query; the names of the columns are in lower case. */
    synchronized List<Map<String, Object>> rows(String sql, Object... values) {
        try (PreparedStatement statement = prepared(sql, values);
                ResultSet result = statement.executeQuery()) {
            List<Map<String, Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.put(result.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT), result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }

    /** The first column of the first row as text; null when there is none. */
    String value(String sql, Object... values) {
        List<Map<String, Object>> rows = rows(sql, values);
        Object value = rows.isEmpty() ? null : rows.get(0).values().iterator().next();
        return value == null ? null : value.toString();
    }

    boolean hasTable(String name) {
        String schema = postgres ? "current_schema()" : "database()";
        return value(
                        "SELECT table_name FROM information_schema.tables WHERE lower(table_name) = ? AND table_schema = "
                                + schema,
                        name.toLowerCase(Locale.ROOT))
                != null;
    }

    /** Keeps the database busy with one statement. */
    void sleep(double seconds) {
        rows(postgres ? "SELECT 1 FROM pg_sleep(" + seconds + ")" : "SELECT SLEEP(" + seconds + ")");
    }

    private PreparedStatement prepared(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }

    /** What the database didn't do. */
    static final class StoreException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoreException(SQLException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
