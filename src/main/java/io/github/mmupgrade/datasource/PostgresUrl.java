package io.github.mmupgrade.datasource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** PostgreSQL's URL form: {@code postgres://user:password@host:5432,host2/database?sslmode=disable}. */
final class PostgresUrl {

    /** Go's net/url: percent signs only before a zone or bytes over 127, which no host of ours has. */
    private static final Pattern HOSTS = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:\\[\\]-]*");

    private static final Pattern USER_INFO = Pattern.compile("[A-Za-z0-9._:~!$&'()*+,;=%@-]*");

    private PostgresUrl() {}

    static boolean isUrl(String text) {
        return text.startsWith("postgres://") || text.startsWith("postgresql://");
    }

    static DataSource parse(String whole) {
        String text = withoutFragment(whole);
        int authorityStart = text.indexOf("://") + 3;
        int queryStart = text.indexOf('?', authorityStart);
        String query = queryStart < 0 ? "" : text.substring(queryStart + 1);
        String beforeQuery = queryStart < 0 ? text : text.substring(0, queryStart);
        int pathStart = beforeQuery.indexOf('/', authorityStart);
        String authority = pathStart < 0
                ? beforeQuery.substring(authorityStart)
                : beforeQuery.substring(authorityStart, pathStart);
        DataSource.Parts parts = new DataSource.Parts(DatabaseKind.POSTGRESQL);
        try {
            requireReadable(text.substring(authorityStart), authority);
            int at = authority.lastIndexOf('@');
            if (at >= 0) {
                String account = authority.substring(0, at);
                int colon = account.indexOf(':');
                parts.user = PercentCoding.decode(colon < 0 ? account : account.substring(0, colon), false);
                parts.password = colon < 0 ? "" : PercentCoding.decode(account.substring(colon + 1), false);
            }
            hostsAndPorts(parts, authority.substring(at + 1));
            parts.database = pathStart < 0 ? "" : PercentCoding.decode(beforeQuery.substring(pathStart + 1), false);
            readQuery(parts, query);
        } catch (IllegalArgumentException e) {
            throw DataSource.malformed(DatabaseKind.POSTGRESQL, e.getMessage());
        }
        String front = text.substring(0, authorityStart) + authority + "/";
        String back = withoutDatabase(query);
        parts.form = database -> front + PercentCoding.encode(database) + (back.isEmpty() ? "" : "?" + back);
        return new DataSource(parts);
    }

    /** The server's parser ends at the first {@code #}: in a password it would take the rest away. */
    private static String withoutFragment(String text) {
        int fragment = text.indexOf('#');
        if (fragment >= 0 && text.indexOf('@', fragment) >= 0) {
            throw DataSource.malformed(
                    DatabaseKind.POSTGRESQL, "its user or password has '#', which must be written as %23");
        }
        return fragment < 0 ? text : text.substring(0, fragment);
    }

    /**
     * Refuses what Go's net/url, with which the server reads it, refuses or reads otherwise than it is meant: a host
     * that is a part of the password must never be shown.
     */
    private static void requireReadable(String afterScheme, String authority) {
        if (afterScheme.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("it has a control character");
        }
        if (afterScheme.indexOf('@', authority.length()) >= 0) {
            throw new IllegalArgumentException(
                    "its user or password has '/' or '?', which must be written as %2F and %3F, or an '@' that is not written as %40");
        }
        String hosts = authority.substring(authority.lastIndexOf('@') + 1);
        if (!HOSTS.matcher(hosts).matches()) {
            throw new IllegalArgumentException(
                    "its host or port has a character that is not allowed, or its password is not encoded");
        }
    }

    /**
     * What servers of 4.10 and later (Go 1.10 and later) would not read of a user or password, though this class does;
     * see Go's net/url, validUserinfo.
     */
    static boolean userOrPasswordNeedsEncoding(String text) {
        if (!isUrl(text)) {
            return false;
        }
        String authority = text.substring(text.indexOf("://") + 3).split("[/?#]", 2)[0];
        int at = authority.lastIndexOf('@');
        return at >= 0 && !USER_INFO.matcher(authority.substring(0, at)).matches();
    }

    /** The text with another user and password. */
    static String withLogin(String text, String user, String password) {
        int start = text.indexOf("://") + 3;
        int at = text.split("[/?#]", 4)[2].lastIndexOf('@');
        String account = PercentCoding.encode(user) + (password.isEmpty() ? "" : ":" + PercentCoding.encode(password));
        return text.substring(0, start) + (account.isEmpty() ? "" : account + "@") + text.substring(start + at + 1);
    }

    /** The text with more parameters, which count in the place of those of the same name; an empty one is none. */
    static String with(String text, Map<String, String> parameters) {
        StringBuilder result = new StringBuilder(text);
        parameters.forEach((name, value) -> result.append(result.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(PercentCoding.encode(value)));
        return result.toString();
    }

    private static void hostsAndPorts(DataSource.Parts parts, String text) {
        List<String> hosts = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            String host = each;
            int portStart = host.lastIndexOf(':');
            boolean hasPort = portStart >= 0 && host.indexOf(']', portStart) < 0;
            ports.add(hasPort ? host.substring(portStart + 1) : "");
            host = hasPort ? host.substring(0, portStart) : host;
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                throw new IllegalArgumentException(
                        "an IPv6 address in it needs brackets, or its password is not encoded");
            }
            hosts.add(host);
        }
        parts.ports(String.join(",", ports));
        parts.hosts(String.join(",", hosts));
    }

    private static void readQuery(DataSource.Parts parts, String query) {
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            String name = nameOf(pair);
            int equals = pair.indexOf('=');
            String value = equals < 0 ? "" : PercentCoding.decode(pair.substring(equals + 1), true);
            PostgresKeyValues.take(parts, name, value);
        }
    }

    private static String nameOf(String pair) {
        int equals = pair.indexOf('=');
        return PercentCoding.decode(equals < 0 ? pair : pair.substring(0, equals), true);
    }

    private static String withoutDatabase(String query) {
        List<String> kept = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty() && !nameOf(pair).equals("dbname")) {
                kept.add(pair);
            }
        }
        return String.join("&", kept);
    }
}
