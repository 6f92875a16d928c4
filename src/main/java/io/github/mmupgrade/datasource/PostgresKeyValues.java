package io.github.mmupgrade.datasource;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** PostgreSQL's {@code key=value} form: {@code host=h port=5432 user=u password='p w' dbname=d}. */
final class PostgresKeyValues {

    private static final Pattern KEY = Pattern.compile("\\A\\s*[A-Za-z_]+\\s*=");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:,@-]+");

    private PostgresKeyValues() {}

    static boolean looksLike(String text) {
        return KEY.matcher(text).find();
    }

    static DataSource parse(String text) {
        Map<String, String> pairs = new Scanner(text).pairs();
        DataSource.Parts parts = new DataSource.Parts(DatabaseKind.POSTGRESQL);
        pairs.forEach((name, value) -> take(parts, name, value));
        parts.form = database -> {
            Map<String, String> other = new LinkedHashMap<>(pairs);
            other.put("dbname", database);
            StringBuilder result = new StringBuilder();
            other.forEach((name, value) -> result.append(result.length() == 0 ? "" : " ")
                    .append(name)
                    .append('=')
                    .append(quote(value)));
            return result.toString();
        };
        return new DataSource(parts);
    }

    /** Takes one setting of a connection; both forms name them alike. */
    static void take(DataSource.Parts parts, String name, String value) {
        switch (name) {
            case "host" -> parts.hosts(value);
            case "port" -> parts.ports(value);
            case "dbname" -> parts.database = value;
            case "user" -> parts.user = value;
            case "password" -> parts.password = value;
            default -> {
                // an empty one is none, as libpq takes it
                if (value.isEmpty()) {
                    parts.parameters.remove(name);
                } else {
                    parts.parameters.put(name, value);
                }
            }
        }
    }

    /** The text with another user and password; of a name that is given twice the last one counts. */
    static String withLogin(String text, String user, String password) {
        return text
                + (user.isEmpty() ? "" : " user=" + quote(user))
                + (password.isEmpty() ? "" : " password=" + quote(password));
    }

    /** The text with more settings, which count in the place of those of the same name; an empty one is none. */
    static String with(String text, Map<String, String> settings) {
        StringBuilder result = new StringBuilder(text);
        settings.forEach(
                (name, value) -> result.append(' ').append(name).append('=').append(quote(value)));
        return result.toString();
    }

    private static String quote(String value) {
        if (PLAIN.matcher(value).matches()) {
            return value;
        }
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Reads the pairs as libpq and lib/pq do: a backslash takes the next character as it is, quoted or not. */
    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        Map<String, String> pairs() {
            Map<String, String> result = new LinkedHashMap<>();
            skipSpace();
            while (at < text.length()) {
                int start = at;
                while (at < text.length() && text.charAt(at) != '=' && !Character.isWhitespace(text.charAt(at))) {
                    at++;
                }
                String name = text.substring(start, at);
                skipSpace();
                if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
                    throw DataSource.malformed(
                            DatabaseKind.POSTGRESQL, "a setting in it has no '=' or no name (character " + start + ")");
                }
                at++;
                skipSpace();
                result.put(name, value());
                skipSpace();
            }
            return result;
        }

        private String value() {
            StringBuilder result = new StringBuilder();
            boolean quoted = at < text.length() && text.charAt(at) == '\'';
            if (quoted) {
                at++;
            }
            while (at < text.length()) {
                char c = text.charAt(at);
                if (quoted ? c == '\'' : Character.isWhitespace(c)) {
                    break;
                }
                if (c == '\\') {
                    at++;
                    if (at == text.length()) {
                        throw DataSource.malformed(DatabaseKind.POSTGRESQL, "it ends in a backslash");
                    }
                    c = text.charAt(at);
                }
                result.append(c);
                at++;
            }
            if (quoted) {
                if (at == text.length()) {
                    throw DataSource.malformed(DatabaseKind.POSTGRESQL, "a quote in it is not closed");
                }
                at++;
            }
            return result.toString();
        }

        private void skipSpace() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }
    }
}
