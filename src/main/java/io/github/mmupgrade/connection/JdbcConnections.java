package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.datasource.HostPort;
import io.github.mmupgrade.datasource.PercentCoding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Connects as a Mattermost server would, with its data source; the password goes in a property, never into a URL. */
public final class JdbcConnections {

    /** What the sessions of all JVMs' begin with. */
    public static final String APPLICATION = "mattermost-maven-plugin ";

    /** What every session of ours is called, so that it is told from others; one name for each JVM. */
    public static final String APPLICATION_NAME =
            APPLICATION + UUID.randomUUID().toString().substring(0, 8);

    /** What Debian's and its likes' programs trust. */
    public static final Path SYSTEM_CERTIFICATES = Path.of("/etc/ssl/certs/ca-certificates.crt");

    /** For how long a server may say nothing: longer than any statement takes, so that a run does not hang for ever. */
    private static final Duration SILENCE = Duration.ofHours(12);

    private static final int TIMEOUT_SECONDS = 10;
    private static final Pattern GO_DURATION = Pattern.compile("(\\d+)(ms|s|m)");

    private JdbcConnections() {}

    /** Connects; the exception's message holds no password. */
    public static Connection open(DataSource source) throws SQLException {
        return source.kind() == DatabaseKind.POSTGRESQL ? postgres(source) : mySql(source);
    }

    private static Connection postgres(DataSource source) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", source.user());
        properties.setProperty("password", source.password());
        properties.setProperty("ApplicationName", APPLICATION_NAME);
        String seconds = source.parameter("connect_timeout")
                .filter(t -> t.matches("[1-9]\\d{0,4}"))
                .orElse(Integer.toString(TIMEOUT_SECONDS));
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", Long.toString(SILENCE.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        // behind a pooler that shares its sessions, a statement prepared in one is unknown or taken in the next
        properties.setProperty("prepareThreshold", "0");
        if (source.hosts().size() > 1) {
            // whatever the server itself is content with: counting, copying and loading need the one that takes writes
            properties.setProperty("targetServerType", "primary");
            properties.setProperty(
                    "loginTimeout",
                    Long.toString(Long.parseLong(seconds) * (source.hosts().size() + 1L)));
        }
        String mode = source.parameter("sslmode").orElse("prefer");
        properties.setProperty("sslmode", source.socket().isPresent() ? "disable" : mode);
        copy(source, "sslrootcert", properties, "sslrootcert");
        copy(source, "sslcert", properties, "sslcert");
        copy(source, "sslpassword", properties, "sslpassword");
        copy(source, "options", properties, "options");
        copy(source, "search_path", properties, "currentSchema");
        if (mode.startsWith("verify-") && source.parameter("sslrootcert").isEmpty()) {
            // the server trusts what its system trusts; the driver would look for ~/.postgresql/root.crt only
            if (Files.exists(SYSTEM_CERTIFICATES)) {
                properties.setProperty("sslrootcert", SYSTEM_CERTIFICATES.toString());
            } else {
                properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
            }
        }
        if (source.socket().isPresent()) {
            Path socket = source.socket().get().resolve(".s.PGSQL." + source.port());
            properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
            properties.setProperty("socketFactoryArg", socket.toString());
        }
        if (source.parameter("sslkey").isEmpty()
                || properties.getProperty("sslmode").equals("disable")) {
            return connect("jdbc:postgresql://" + address(source), properties);
        }
        try (ClientKey key = new ClientKey(Path.of(source.parameter("sslkey").get()))) {
            properties.setProperty("sslkey", key.der().toString());
            return connect("jdbc:postgresql://" + address(source), properties);
        }
    }

    private static Connection mySql(DataSource source) throws SQLException {
        String tls = source.parameter("tls").orElse("false").toLowerCase(Locale.ROOT);
        if (!tls.equals("preferred")) {
            return mySql(source, tls);
        }
        try {
            return mySql(source, "skip-verify");
        } catch (SQLException e) {
            // the server has no TLS; any other cause shows again
            return mySql(source, "false");
        }
    }

    private static Connection mySql(DataSource source, String tls) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", source.user());
        properties.setProperty("password", source.password());
        properties.setProperty(
                "connectTimeout",
                Long.toString(milliseconds(source.parameter("timeout").orElse(""))));
        properties.setProperty("socketTimeout", Long.toString(SILENCE.toMillis()));
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "sslMode",
                switch (tls) {
                    case "true" -> "verify-full";
                    case "skip-verify" -> "trust";
                    default -> "disable";
                });
        if (source.socket().isPresent()) {
            properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
            properties.setProperty(UnixSocketFactory.PATH, source.socket().get().toString());
        }
        return connect("jdbc:mariadb://" + address(source), properties);
    }

    /** Asks our own drivers, not DriverManager: that one sees only those of the system's class loader. */
    private static Connection connect(String url, Properties properties) throws SQLException {
        for (Driver driver : ServiceLoader.load(Driver.class, JdbcConnections.class.getClassLoader())) {
            if (driver.acceptsURL(url)) {
                return driver.connect(url, properties);
            }
        }
        throw new SQLNonTransientConnectionException("there is no JDBC driver for this kind of database");
    }

    private static String address(DataSource source) {
        return source.hosts().stream().map(HostPort::toString).collect(Collectors.joining(",")) + "/"
                + PercentCoding.encode(source.database());
    }

    private static void copy(DataSource source, String parameter, Properties properties, String property) {
        source.parameter(parameter).ifPresent(value -> properties.setProperty(property, value));
    }

    private static long milliseconds(String goDuration) {
        Matcher matcher = GO_DURATION.matcher(goDuration);
        if (!matcher.matches() || matcher.group(1).length() > 6) {
            return TIMEOUT_SECONDS * 1000L;
        }
        long number = Math.max(1, Long.parseLong(matcher.group(1)));
        return switch (matcher.group(2)) {
            case "ms" -> number;
            case "s" -> number * 1000;
            default -> number * 60_000;
        };
    }
}
