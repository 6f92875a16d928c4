package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions of this JVM on MySQL servers, which have no application name; ids of different servers may meet. */
public final class OwnSessions {

    private static final Set<String> IDS = ConcurrentHashMap.newKeySet();

    private OwnSessions() {}

    public static void add(DataSource source, Connection connection) throws SQLException {
        if (source.kind() == DatabaseKind.MYSQL) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT CONNECTION_ID()")) {
                row.next();
                IDS.add(key(source, row.getLong(1)));
            }
        }
    }

    public static boolean contains(DataSource source, long id) {
        return IDS.contains(key(source, id));
    }

    private static String key(DataSource source, long id) {
        return source.host() + " " + source.port() + " " + source.socket().orElse(null) + " " + id;
    }
}
