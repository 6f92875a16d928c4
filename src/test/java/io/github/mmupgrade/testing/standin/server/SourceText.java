package io.github.mmupgrade.testing.standin.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code SqlSettings.DataSource} says, read by the stand-in on its own, so that it can contradict the plugin.
 *
 * @param postgres whether it is PostgreSQL; else MySQL or MariaDB
 * @param host the host's name or address; the directory of the socket when it begins with a slash
 * @param port the port
 * @param database the database
 * @param user the role
 * @param password the role's password; may be empty
 */
record SourceText(boolean postgres, String host, int port, String database, String user, String password) {

    /** Reads a data source in any form that the server takes. */
    static SourceText parse(String driver, String text) {
        if (text.startsWith("postgres://") || text.startsWith("postgresql://")) {
            return postgresUrl(text.substring(text.indexOf("://") + 3));
        }
        if (text.startsWith("mysql://")) {
            return goMysql(text.substring("mysql://".length()));
        }
        return driver.equals("postgres") ? keyValues(text) : goMysql(text);
    }

    private static SourceText postgresUrl(String rest) {
        String query = after(rest, '?');
        String noQuery = rest.contains("?") ? rest.substring(0, rest.indexOf('?')) : rest;
        int at = noQuery.lastIndexOf('@');
        String account = at < 0 ? "" : noQuery.substring(0, at);
        String place = noQuery.substring(at + 1);
        int slash = place.indexOf('/');
        String server = slash < 0 ? place : place.substring(0, slash);
        int colon = server.lastIndexOf(':');
        boolean hasPort = colon > server.lastIndexOf(']');
        return new SourceText(
                true,
                or(parameter(query, "host"), or(decoded(hasPort ? server.substring(0, colon) : server), "localhost")),
                Integer.parseInt(or(parameter(query, "port"), hasPort ? server.substring(colon + 1) : "5432")),
                slash < 0 ? "" : decoded(place.substring(slash + 1)),
                or(decoded(before(account, ':')), System.getProperty("user.name")),
                decoded(after(account, ':')));
    }

    private static String parameter(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return decoded(after(pair, '='));
            }
        }
        return "";
    }

    private static SourceText keyValues(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        int i = 0;
        while (i < text.length()) {
            int equals = text.indexOf('=', i);
            if (equals < 0) {
                break;
            }
            String key = text.substring(i, equals).strip();
            i = equals + 1;
            boolean quoted = i < text.length() && text.charAt(i) == '\'';
            StringBuilder value = new StringBuilder();
            for (i += quoted ? 1 : 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\' && i + 1 < text.length()) {
                    value.append(text.charAt(++i));
                } else if (quoted ? c == '\'' : c == ' ') {
                    break;
                } else {
                    value.append(c);
                }
            }
            i++;
            pairs.put(key, value.toString());
        }
        return new SourceText(
                true,
                pairs.getOrDefault("host", "localhost"),
                Integer.parseInt(pairs.getOrDefault("port", "5432")),
                pairs.getOrDefault("dbname", ""),
                pairs.getOrDefault("user", ""),
                pairs.getOrDefault("password", ""));
    }

    /** {@code user:password@tcp(host:port)/database?parameters}: nothing is encoded, so it is cut from the right. */
    private static SourceText goMysql(String text) {
        int slash = text.lastIndexOf('/');
        int at = text.lastIndexOf('@', slash);
        String account = text.substring(0, Math.max(at, 0));
        String address = text.substring(at + 1, slash);
        String server = address.contains("(")
                ? address.substring(address.indexOf('(') + 1, address.lastIndexOf(')'))
                : "127.0.0.1:3306";
        int colon = server.lastIndexOf(':');
        return new SourceText(
                false,
                colon < 0 ? server : server.substring(0, colon),
                colon < 0 ? 3306 : Integer.parseInt(server.substring(colon + 1)),
                before(text.substring(slash + 1), '?'),
                before(account, ':'),
                after(account, ':'));
    }

    private static String before(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? "" : text.substring(at + 1);
    }

    private static String or(String text, String other) {
        return text.isEmpty() ? other : text;
    }

    /** Percent-decoding that leaves a plus sign alone. */
    private static String decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%' && i + 2 < bytes.length) {
                result.write(Integer.parseInt(new String(bytes, i + 1, 2, StandardCharsets.US_ASCII), 16));
                i += 2;
            } else {
                result.write(bytes[i]);
            }
        }
        return result.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return host + ":" + port + "/" + database;
    }
}
