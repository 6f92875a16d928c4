package io.github.mmupgrade.datasource;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a Mattermost server's database is, as its {@code SqlSettings.DataSource} or a {@code -c} data source says.
 *
 * <p>Knows every form that the server accepts: PostgreSQL's URL and {@code key=value} forms, and the Go MySQL driver's,
 * with or without {@code mysql://} in front. {@link #toString()} never shows user or password.
 */
public final class DataSource {

    private static final String KEY = "sslkey";

    /** What belongs to a login, not to the server. */
    private static final List<String> LOGIN_ONLY = List.of("sslcert", KEY, "sslpassword");

    /** What a login sets for its sessions. */
    private static final List<String> SESSION = List.of("search_path", "options");

    /** Names and addresses, of IPv6 with their zone. Anything else could be more of a URL than the host. */
    private static final Pattern HOST = Pattern.compile("[\\p{Alnum}\\p{L}._:%~-]*");

    private final DatabaseKind kind;
    private final List<HostPort> hosts;
    private final Path socket;
    private final String database;
    private final String user;
    private final String password;
    private final Map<String, String> parameters;
    private final UnaryOperator<String> form;
    private final Path relay;
    private final DataSource server;
    private final Path key;

    DataSource(Parts parts) {
        this.kind = parts.kind;
        this.hosts = parts.addresses();
        this.socket = parts.socket;
        this.user = parts.user;
        this.password = parts.password;
        this.database = parts.database.isEmpty() ? parts.user : parts.database;
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parts.parameters));
        this.form = Objects.requireNonNull(parts.form);
        this.relay = null;
        this.server = null;
        this.key = null;
        if (database.isEmpty()) {
            throw malformed(kind, "it names no database");
        }
        if (hosts.stream().anyMatch(address -> address.port() < 1 || address.port() > 65535)) {
            throw malformed(kind, "its port is out of range");
        }
    }

    private DataSource(DataSource of, String user, Path relay, DataSource server, Path key) {
        this.kind = of.kind;
        this.hosts = of.hosts;
        this.socket = of.socket;
        this.database = of.database;
        this.password = of.password;
        this.parameters = of.parameters;
        this.form = of.form;
        this.user = user;
        this.relay = relay;
        this.server = server;
        this.key = key;
    }

    /**
     * Reads a data source.
     *
     * @param driverName {@code SqlSettings.DriverName}: {@code postgres} or {@code mysql}; null or empty when the text
     *     itself has to say it, as for a configuration that lives in the database
     * @param text the data source as configured
     * @throws RefusedException when the text is of no known form; the message never holds the text
     */
    public static DataSource parse(String driverName, String text) {
        String trimmed = text == null ? "" : text.strip();
        if (trimmed.isEmpty()) {
            throw new RefusedException(
                    "No data source is configured. Nothing was changed.",
                    Hint.of("Set SqlSettings.DataSource in config.json."));
        }
        if (trimmed.indexOf('\0') >= 0) {
            throw new RefusedException(
                    "The data source has a zero byte in it. Nothing was changed.",
                    Hint.of("Correct SqlSettings.DataSource."));
        }
        DatabaseKind said = kindOf(driverName);
        DatabaseKind shown = kindShownBy(trimmed);
        if (said != null && shown != null && said != shown) {
            throw new RefusedException(
                    "SqlSettings.DriverName says " + said + ", but the data source has the form of " + shown
                            + ". Nothing was changed.",
                    Hint.of("Correct SqlSettings.DriverName or SqlSettings.DataSource."));
        }
        DatabaseKind kind = said != null ? said : shown != null ? shown : guess(trimmed);
        if (kind == DatabaseKind.MYSQL) {
            return MySqlDsn.parse(trimmed);
        }
        return PostgresUrl.isUrl(trimmed) ? PostgresUrl.parse(trimmed) : PostgresKeyValues.parse(trimmed);
    }

    /** Reads a data source whose text says which kind it is, such as the one given with {@code -c}. */
    public static DataSource parse(String text) {
        return parse(null, text);
    }

    /** Whether a configuration location, as given with {@code -c} or {@code MM_CONFIG}, is a data source and not a file. */
    public static boolean isDataSource(String location) {
        return location != null && kindShownBy(location.strip()) != null;
    }

    /**
     * Whether servers from 4.10 on could not read it, because user or password hold characters that a URL may have only
     * percent-encoded. {@link #parse} takes it all the same, as servers before 4.10 do.
     *
     * @param text a data source of any form; only PostgreSQL's URLs have this rule
     */
    public static boolean needsPercentEncoding(String text) {
        return text != null && PostgresUrl.userOrPasswordNeedsEncoding(text.strip());
    }

    /** The family of servers. */
    public DatabaseKind kind() {
        return kind;
    }

    /** The host's name or address without brackets; of several the first; {@code localhost} for a socket. */
    public String host() {
        return hosts.get(0).host();
    }

    /** All addresses that are tried in turn; one, unless a PostgreSQL data source names several. */
    public List<HostPort> hosts() {
        return hosts;
    }

    /** The port, of several hosts the first one's; the kind's default when none is given. */
    public int port() {
        return hosts.get(0).port();
    }

    /** The socket (MySQL) or the directory with the socket (PostgreSQL) to connect to; empty for TCP. */
    public Optional<Path> socket() {
        return Optional.ofNullable(relay == null ? socket : relay);
    }

    /** The same as {@link #socket()}, but never one that only leads to it ({@link #reachedBy}). */
    public Optional<Path> ownSocket() {
        return Optional.ofNullable(socket);
    }

    /** The same, with a role for a text that names none. */
    public DataSource withUser(String name) {
        return new DataSource(this, name, relay, server, key);
    }

    /**
     * The same database, reached by another socket that leads to its own; messages still name its own.
     *
     * @param other the socket (MySQL) or the directory with the socket (PostgreSQL)
     */
    public DataSource reachedBy(Path other) {
        return new DataSource(this, user, other, server, key);
    }

    /**
     * The same, with the key of its client certificate in another file.
     *
     * @param file in the place of what the parameter {@code sslkey} names
     */
    public DataSource withKey(Path file) {
        return new DataSource(this, user, relay, server, file);
    }

    /**
     * The same, as the way of an administrator to the database that a Mattermost server uses by a way of its own.
     *
     * @param own the data source of that server
     */
    public DataSource administering(DataSource own) {
        return new DataSource(this, user, relay, own, key);
    }

    /** Whether it is an administrator's way, not the Mattermost server's own. */
    public boolean administers() {
        return server != null;
    }

    /** How the Mattermost server itself reaches the database: this, unless it is an administrator's way. */
    public DataSource server() {
        return server == null ? this : server;
    }

    /** The database's name; never empty. */
    public String database() {
        return database;
    }

    /** The role; empty when none is given. */
    public String user() {
        return user;
    }

    /** The password as it is, not encoded; empty when none is given. Never print it. */
    public String password() {
        return password;
    }

    /** All further parameters, decoded, in order; never null. May hold secrets such as {@code sslpassword}. */
    public Map<String, String> parameters() {
        return parameters;
    }

    /** One parameter; empty when it is not given. */
    public Optional<String> parameter(String name) {
        return key != null && name.equals(KEY)
                ? Optional.of(key.toString())
                : Optional.ofNullable(parameters.get(name));
    }

    /** The same server and role, another database. */
    public DataSource withDatabase(String name) {
        DataSource other =
                parse(kind == DatabaseKind.MYSQL ? "mysql" : "postgres", form.apply(Objects.requireNonNull(name)));
        return new DataSource(other, user, relay, server == null ? null : server.withDatabase(name), key);
    }

    /**
     * The same PostgreSQL database, with a login in its text.
     *
     * @param name the role; empty for none
     * @param secret the password; empty for none
     */
    public DataSource withLogin(String name, String secret) {
        String text = format();
        return parse(
                "postgres",
                PostgresUrl.isUrl(text)
                        ? PostgresUrl.withLogin(text, name, secret)
                        : PostgresKeyValues.withLogin(text, name, secret));
    }

    /**
     * The same PostgreSQL database, by the login of another data source: with what that sets for its sessions, and without
     * this one's client certificate.
     */
    public DataSource withLoginOf(DataSource other) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name : LOGIN_ONLY) {
            if (parameters.containsKey(name)) {
                settings.put(name, "");
            }
        }
        for (String name : SESSION) {
            if (parameters.containsKey(name) || other.parameters.containsKey(name)) {
                settings.put(name, other.parameter(name).orElse(""));
            }
        }
        String text = withLogin(other.user(), other.password()).format();
        return parse(
                "postgres",
                PostgresUrl.isUrl(text) ? PostgresUrl.with(text, settings) : PostgresKeyValues.with(text, settings));
    }

    /** The text in the form it was read, fit for {@code SqlSettings.DataSource}. Holds the password: never print it. */
    public String format() {
        return form.apply(database);
    }

    /** Whether the database server runs on this machine, as far as its address tells. */
    public boolean isLocal() {
        if (socket != null) {
            return true;
        }
        return hosts.stream().allMatch(address -> isLocal(address.host()));
    }

    private static boolean isLocal(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }

    /** Whether both lead to one database, as far as addresses tell, whoever logs in and however. */
    public boolean isSameDatabaseAs(DataSource other) {
        if (kind != other.kind || !database.equals(other.database)) {
            return false;
        }
        if (isLocal() && other.isLocal()) {
            // a socket tells its port in its own way
            return socket != null
                    || other.socket != null
                    || hosts.stream().anyMatch(mine -> other.hosts.stream().anyMatch(its -> mine.port() == its.port()));
        }
        return hosts.stream().anyMatch(mine -> other.hosts.stream()
                .anyMatch(its -> mine.port() == its.port() && mine.host().equalsIgnoreCase(its.host())));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataSource that
                && kind == that.kind
                && hosts.equals(that.hosts)
                && Objects.equals(socket, that.socket)
                && database.equals(that.database)
                && user.equals(that.user)
                && password.equals(that.password)
                && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, hosts, socket, database, user);
    }

    /** Host, port (or socket) and database only. */
    @Override
    public String toString() {
        return DatabaseNames.printable(place() + "/" + database);
    }

    private String place() {
        if (socket != null) {
            return socket.toString();
        }
        return hosts.stream().map(HostPort::toString).collect(Collectors.joining(","));
    }

    private static DatabaseKind kindOf(String driverName) {
        String name = driverName == null ? "" : driverName.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "" -> null;
            case "postgres", "postgresql" -> DatabaseKind.POSTGRESQL;
            case "mysql" -> DatabaseKind.MYSQL;
            default ->
                throw new RefusedException(
                        "SqlSettings.DriverName is '" + driverName + "', which is not a driver. Nothing was changed.",
                        Hint.of("It must be 'postgres' or 'mysql'."));
        };
    }

    private static DatabaseKind kindShownBy(String text) {
        if (text.startsWith(MySqlDsn.PREFIX)) {
            return DatabaseKind.MYSQL;
        }
        return PostgresUrl.isUrl(text) ? DatabaseKind.POSTGRESQL : null;
    }

    private static DatabaseKind guess(String text) {
        return PostgresKeyValues.looksLike(text) ? DatabaseKind.POSTGRESQL : DatabaseKind.MYSQL;
    }

    static RefusedException malformed(DatabaseKind kind, String why) {
        String example = kind == DatabaseKind.MYSQL
                ? "mmuser:password@tcp(host:3306)/mattermost?charset=utf8mb4,utf8"
                : "postgres://mmuser:password@host:5432/mattermost?sslmode=disable (special characters of the password"
                        + " percent-encoded)";
        return new RefusedException(
                "The data source for " + kind + " cannot be read: " + why + ". Nothing was changed.",
                Hint.of("Its form is " + example + "."));
    }

    /** What a parser has found. */
    static final class Parts {
        final DatabaseKind kind;
        final Map<String, String> parameters = new LinkedHashMap<>();
        Path socket;
        String database = "";
        String user = "";
        String password = "";
        /** The text with another database in it. */
        UnaryOperator<String> form;

        Parts(DatabaseKind kind) {
            this.kind = kind;
        }

        private List<String> hosts = List.of("");
        private List<Integer> ports = List.of(0);

        /** Takes one or several hosts as PostgreSQL's clients read them; where the first is a path, it is a socket's. */
        public void hosts(String text) {
            hosts = Stream.of(text.split(",", -1)).map(String::strip).toList();
            socket = hosts.get(0).startsWith("/") ? Path.of(hosts.get(0)) : null;
            if (socket != null) {
                hosts = List.of("");
            }
        }

        /** Takes one port for all hosts, or one for each. */
        void ports(String text) {
            try {
                ports = Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .map(port -> port.isEmpty() ? 0 : Integer.parseInt(port))
                        .toList();
            } catch (NumberFormatException e) {
                throw malformed(kind, "its port is not a number");
            }
        }

        private List<HostPort> addresses() {
            if (ports.size() > 1 && ports.size() != hosts.size() && socket == null) {
                throw malformed(kind, "it names " + hosts.size() + " hosts and " + ports.size() + " ports");
            }
            if (!hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
                throw malformed(kind, "its host is neither a name nor an address");
            }
            List<HostPort> result = new ArrayList<>();
            for (int i = 0; i < hosts.size(); i++) {
                int port = ports.get(ports.size() > 1 ? i : 0);
                result.add(new HostPort(
                        hosts.get(i).isEmpty() ? "localhost" : hosts.get(i), port == 0 ? kind.defaultPort() : port));
            }
            return List.copyOf(result);
        }
    }
}
