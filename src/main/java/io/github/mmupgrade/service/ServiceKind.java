package io.github.mmupgrade.service;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Who starts and stops the server. */
public enum ServiceKind {
    /** systemd, through systemctl. */
    SYSTEMD,
    /** Upstart, through initctl. */
    UPSTART,
    /** A script in /etc/init.d, through service. */
    SYSV,
    /** The administrator's own commands. */
    COMMAND,
    /** This plugin runs the program itself. */
    PROCESS;

    /** The name in lower case, as the parameter spells it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the parameter.
     *
     * @param text the kind's name in lower or upper case, or {@code auto}
     * @return the kind; empty for {@code auto}, null and blank: it is to be found out
     * @throws RefusedException when there is no such kind
     */
    public static Optional<ServiceKind> parse(String text) {
        if (text == null || text.isBlank() || text.strip().equalsIgnoreCase("auto")) {
            return Optional.empty();
        }
        for (ServiceKind kind : values()) {
            if (kind.key().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return Optional.of(kind);
            }
        }
        throw new RefusedException(
                "There is no service kind '" + text + "'. Nothing was changed.",
                Hint.of("The kinds are auto, "
                        + Arrays.stream(values()).map(ServiceKind::key).collect(Collectors.joining(", ")) + "."));
    }

    @Override
    public String toString() {
        return key();
    }
}
