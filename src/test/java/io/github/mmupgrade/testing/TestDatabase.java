package io.github.mmupgrade.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * A database of a test server and the role that owns it.
 *
 * @param driver what Mattermost's {@code SqlSettings.DriverName} says: {@code postgres} or {@code mysql}
 * @param port the port on 127.0.0.1
 * @param name the database
 * @param user the role that owns it
 * @param password the role's password, with every character that needs care
 * @param dataSource what Mattermost's {@code SqlSettings.DataSource} says
 */
public record TestDatabase(String driver, int port, String name, String user, String password, String dataSource) {

    /** A password with what an URL, a key=value text, a Go data source, an option file or a shell could stumble over. */
    static final String NASTY_PASSWORD = "p@ss:w/rd?#[1]%20&x=+ '\"\\;$HOME`(id)` \u00fc!<>|{}~^,*";

    /** A connection as the owner. */
    public Connection connect() throws SQLException {
        return connect(name);
    }

    /** A connection as the owner to another database of the server. */
    public Connection connect(String otherDatabase) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", user);
        properties.put("password", password);
        String kind = driver.equals("postgres") ? "postgresql" : "mariadb";
        return DriverManager.getConnection("jdbc:" + kind + "://127.0.0.1:" + port + "/" + otherDatabase, properties);
    }

    /** Runs statements as the owner. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public String toString() {
        return driver + " 127.0.0.1:" + port + "/" + name;
    }
}
