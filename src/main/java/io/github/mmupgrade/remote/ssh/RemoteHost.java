package io.github.mmupgrade.remote.ssh;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A machine as {@code ssh} knows it.
 *
 * @param user the login; null for what ssh's own configuration says
 * @param name its name or address, or a name that stands in {@code ~/.ssh/config}
 * @param port its port, 1 to 65535; 0 for what ssh's own configuration says
 */
public record RemoteHost(String user, String name, int port) {

    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern FORM = Pattern.compile(
            "(?:(?<user>[^@\\s:/,-][^@\\s:/,]*)@)?(?:\\[(?<address>[0-9A-Fa-f:.%]+\\w*)]|(?<name>[^@\\s:/,\\[\\]-][^@\\s:/,\\[\\]]*))"
                    + "(?::(?<port>\\d{1,5}))?");

    public RemoteHost {
        Objects.requireNonNull(name);
    }

    /**
     * Reads {@code [user@]host[:port]}; an IPv6 address stands in brackets.
     *
     * @param property the property that it was given in, for the message
     * @throws RefusedException when it has another form
     */
    public static RemoteHost parse(String text, String property) {
        Matcher matcher = FORM.matcher(text.strip());
        int port = matcher.matches() && matcher.group("port") != null ? Integer.parseInt(matcher.group("port")) : 0;
        if (!matcher.matches() || port > HIGHEST_PORT || (port == 0 && matcher.group("port") != null)) {
            throw new RefusedException(
                    property + "=" + text + " is not the name of a machine. Nothing was changed.",
                    Hint.of("Set it to [user@]host[:port], such as deploy@chat.example.com or"
                            + " root@[2001:db8::1]:2222. What else ssh needs goes into ~/.ssh/config."));
        }
        String name = Optional.ofNullable(matcher.group("address")).orElse(matcher.group("name"));
        return new RemoteHost(matcher.group("user"), name, port);
    }

    /**
     * The same with the login that settings.xml has for it.
     *
     * @param login the user name of the server in settings.xml; null when it has none
     * @throws RefusedException when both say who logs in, and differ
     */
    public RemoteHost as(String login, String serverId) {
        if (login == null || login.isBlank() || login.equals(user)) {
            return this;
        }
        if (user != null) {
            throw new RefusedException(
                    "mattermost.host says that " + user + " logs in, and the server '" + serverId
                            + "' in settings.xml says " + login + ". Nothing was changed.",
                    Hint.of("Leave one of them out."));
        }
        return new RemoteHost(login, name, port);
    }

    @Override
    public String toString() {
        String shown = name.contains(":") ? "[" + name + "]" : name;
        return (user == null ? "" : user + "@") + shown + (port == 0 ? "" : ":" + port);
    }
}
