package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.datasource.DataSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A data source as the options of MariaDB's and MySQL's programs. */
final class MySqlOptions {

    private MySqlOptions() {}

    /**
     * An option file with the connection, the password included.
     *
     * @param group whose options they are, such as {@code client}
     */
    static byte[] file(String group, DataSource source) {
        List<String> lines = new ArrayList<>(List.of("[" + group + "]", "user=" + value(source.user())));
        if (!source.password().isEmpty()) {
            lines.add("password=" + value(source.password()));
        }
        if (source.socket().isPresent()) {
            lines.add("socket=" + value(source.socket().get().toString()));
        } else {
            lines.add("host=" + value(source.host()));
            lines.add("port=" + source.port());
            lines.add("protocol=TCP");
        }
        lines.addAll(tls(source));
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** MariaDB's and MySQL's programs name these differently, and ignore an unknown one behind {@code loose-}. */
    static List<String> tls(DataSource source) {
        return switch (source.parameter("tls").orElse("false").toLowerCase(Locale.ROOT)) {
            case "true" -> List.of("loose-ssl", "loose-ssl-verify-server-cert", "loose-ssl-mode=VERIFY_IDENTITY");
            case "skip-verify" ->
                List.of("loose-ssl", "loose-disable-ssl-verify-server-cert", "loose-ssl-mode=REQUIRED");
            case "preferred" ->
                List.of(
                        "loose-ssl",
                        "loose-disable-ssl-verify-server-cert",
                        "loose-ssl-mode=PREFERRED",
                        "loose-get-server-public-key");
            default -> List.of("loose-disable-ssl-verify-server-cert", "loose-get-server-public-key");
        };
    }

    /** Quoted, so that a '#' doesn't start a comment; a backslash takes the next character as it is. */
    private static String value(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
