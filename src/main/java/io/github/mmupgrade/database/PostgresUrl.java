package io.github.mmupgrade.database;

import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's URL form: {@code postgres://user:password@host:5432,host2/database?sslmode=disable}. */
final class PostgresUrl {

    private PostgresUrl() {}

    static boolean isUrl(String text) {
        return text.startsWith("postgres://") || text.startsWith("postgresql://");
    }

    static DataSource parse(String text) {
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

    private static void hostsAndPorts(DataSource.Parts parts, String text) {
        String first = text.split(",", -1)[0];
        int portStart = first.lastIndexOf(':');
        if (portStart >= 0 && first.indexOf(']', portStart) < 0) {
            parts.ports(first.substring(portStart + 1));
            first = first.substring(0, portStart);
        }
        if (first.startsWith("[") && first.endsWith("]")) {
            first = first.substring(1, first.length() - 1);
        } else if (first.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address in it needs brackets, or its password isn't encoded");
        }
        parts.hosts(PercentCoding.decode(first, false));
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
