package io.github.mmupgrade.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data source as far as a person may see it, and the secrets in it. It judges text that may be malformed, so what it
 * is not sure of it takes for a secret.
 */
final class DataSourceText {

    private static final Pattern URL = Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*://(.*)");
    private static final Pattern URL_HOST =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)?(:[0-9]{1,5})?(,[A-Za-z0-9._:-]+)*/[A-Za-z0-9_.$-]+");
    private static final Pattern GO_MYSQL = Pattern.compile("[a-z0-9]+\\(([^()@]+)\\)/([A-Za-z0-9_.$-]+)");
    private static final Pattern KEY_VALUE =
            Pattern.compile("(?s)\\b([a-z_]+)\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|[^\\s']\\S*)");
    private static final Pattern QUERY_SECRET = Pattern.compile("(?i)[?&](?:password|sslpassword|passwd)=([^&]+)");

    private DataSourceText() {}

    /** Host, port and database; {@code ***} where that can't be told for sure. */
    static String shown(String text) {
        if (text.isEmpty()) {
            return "";
        }
        String withoutScheme = text;
        Matcher url = URL.matcher(text);
        boolean isUrl = url.matches();
        if (isUrl) {
            withoutScheme = url.group(1);
        }
        String place = withoutScheme.substring(withoutScheme.lastIndexOf('@') + 1);
        int query = place.indexOf('?');
        place = query < 0 ? place : place.substring(0, query);
        Matcher mysql = GO_MYSQL.matcher(place);
        if (mysql.matches()) {
            return mysql.group(1) + "/" + mysql.group(2);
        }
        if (isUrl && withoutScheme.contains("@") && URL_HOST.matcher(place).matches()) {
            return place;
        }
        return isUrl ? Secrets.HIDDEN : keyValue(text);
    }

    private static String keyValue(String text) {
        String host = "";
        String port = "";
        String database = "";
        Matcher pairs = KEY_VALUE.matcher(text);
        int reached = 0;
        while (pairs.find()) {
            if (!text.substring(reached, pairs.start()).isBlank()) {
                return Secrets.HIDDEN;
            }
            reached = pairs.end();
            String value = pairs.group(2);
            if (!value.matches("[A-Za-z0-9_./:-]+")) {
                continue;
            }
            switch (pairs.group(1)) {
                case "host", "hostaddr" -> host = value;
                case "port" -> port = ":" + value;
                case "dbname" -> database = "/" + value;
                default -> {}
            }
        }
        boolean whole = reached > 0 && text.substring(reached).isBlank() && !(host + database).isEmpty();
        return whole ? host + port + database : Secrets.HIDDEN;
    }

    /** The password in a data source or URL, as it is written and decoded; empty when there is none. */
    static Set<String> secretsOf(String text) {
        Set<String> found = new LinkedHashSet<>();
        Matcher url = URL.matcher(text);
        String rest = url.matches() ? url.group(1) : text;
        int at = rest.lastIndexOf('@');
        int colon = rest.indexOf(':');
        if (colon >= 0 && colon < at) {
            add(found, rest.substring(colon + 1, at));
            // where the password is not encoded, the part before a first @ may be all of it
            int first = rest.indexOf('@', colon);
            add(found, rest.substring(colon + 1, first));
        }
        Matcher query = QUERY_SECRET.matcher(text);
        while (query.find()) {
            add(found, query.group(1));
        }
        Matcher pairs = KEY_VALUE.matcher(text);
        while (pairs.find()) {
            if (pairs.group(1).contains("pass")) {
                String value = pairs.group(2);
                boolean quoted = value.startsWith("'") && value.length() > 1;
                add(found, value);
                if (quoted) {
                    add(found, value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1"));
                }
            }
        }
        return found;
    }

    private static void add(Set<String> found, String secret) {
        if (secret.isEmpty()) {
            return;
        }
        found.add(secret);
        try {
            found.add(URLDecoder.decode(secret.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notEncoded) {
            // a percent sign of its own: the text as it is written is the secret
        }
    }
}
