package io.github.mmupgrade.datasource;

import java.nio.file.Path;

/**
 * The Go MySQL driver's form, {@code user:password@tcp(host:3306)/database?charset=utf8mb4}.
 *
 * <p>Nothing but the database and the parameters is encoded in it, so the separators are found as that driver's
 * {@code ParseDSN} finds them: the last {@code /}, before it the last {@code @}, before that the first {@code :}.
 */
final class MySqlDsn {

    static final String PREFIX = "mysql://";

    private static final String DEFAULT_SOCKET = "/tmp/mysql.sock";

    private MySqlDsn() {}

    static DataSource parse(String text) {
        String prefix = text.startsWith(PREFIX) ? PREFIX : "";
        String dsn = text.substring(prefix.length());
        int slash = dsn.lastIndexOf('/');
        if (slash < 0) {
            throw malformed("there is no '/' before the database");
        }
        DataSource.Parts parts = new DataSource.Parts(DatabaseKind.MYSQL);
        String front = dsn.substring(0, slash);
        int at = front.lastIndexOf('@');
        if (at >= 0) {
            int colon = front.indexOf(':');
            boolean hasPassword = colon >= 0 && colon < at;
            parts.user = front.substring(0, hasPassword ? colon : at);
            parts.password = hasPassword ? front.substring(colon + 1, at) : "";
        }
        address(parts, front.substring(at + 1));
        String back = dsn.substring(slash + 1);
        int question = back.indexOf('?');
        String query = question < 0 ? "" : back.substring(question);
        parts.database = decoded(question < 0 ? back : back.substring(0, question), false);
        if (parts.database.isEmpty()) {
            throw malformed("it names no database");
        }
        if (query.length() > 1) {
            for (String pair : query.substring(1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    parts.parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1), true));
                }
            }
        }
        parts.form = database -> prefix + front + "/" + name(database) + query;
        return new DataSource(parts);
    }

    private static void address(DataSource.Parts parts, String text) {
        int open = text.indexOf('(');
        if (open >= 0 && !text.endsWith(")")) {
            throw malformed("the address is not closed by ')'");
        }
        String network = open < 0 ? text : text.substring(0, open);
        String address = open < 0 ? "" : text.substring(open + 1, text.length() - 1);
        switch (network) {
            case "unix" -> parts.socket = Path.of(address.isEmpty() ? DEFAULT_SOCKET : address);
            case "", "tcp", "tcp4", "tcp6" -> hostAndPort(parts, address);
            default -> throw malformed("it names no network such as tcp(host:3306) or unix(/path/of/socket)");
        }
    }

    private static void hostAndPort(DataSource.Parts parts, String address) {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon >= 0 && address.indexOf(']', colon) < 0;
        String host = hasPort ? address.substring(0, colon) : address;
        if (hasPort) {
            parts.ports(address.substring(colon + 1));
        }
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.startsWith("/") || bare.contains(",")) {
            throw malformed("its host has a character that is not allowed");
        }
        parts.hosts(bare.isEmpty() ? "127.0.0.1" : bare);
    }

    /** Names with a lone percent sign were taken as they are by the driver before it decoded them. */
    private static String decoded(String text, boolean plusIsSpace) {
        try {
            return PercentCoding.decode(text, plusIsSpace);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Only newer drivers decode the name, so it is encoded only where it must be. */
    private static String name(String database) {
        boolean plain = database.chars().noneMatch(c -> c == '/' || c == '?' || c == '%');
        return plain ? database : PercentCoding.encode(database);
    }

    private static RuntimeException malformed(String why) {
        return DataSource.malformed(DatabaseKind.MYSQL, why);
    }
}
