package io.github.mmupgrade.context;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place away from this machine that complete backups are handed over to.
 *
 * @param kind who takes them there
 * @param address for restic a repository as restic spells it; for rsync {@code [user@]host[:port]:/directory} or
 *     {@code /directory}
 * @param knownHosts a file of the installation's machine with the keys of machines; null for those that ssh knows
 * @param login what the place asks for; no request holds it
 */
public record Elsewhere(
        Kind kind,
        String address,
        Path knownHosts,
        @JsonIgnore Login login) {

    private static final String PROPERTY = "mattermost.backup.elsewhere";
    private static final Pattern PASSWORD = Pattern.compile("[a-z0-9+:]+://[^/@]*:[^/@]+@.*");

    /** Who takes a backup there. */
    public enum Kind {
        /** A repository of restic: encrypted, each block stored once. */
        RESTIC,
        /** A directory of this machine or of another one, with a copy of each backup. */
        RSYNC;

        /** The word in the parameter, and the program. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the place asks for. Shows no secret.
     *
     * @param password of restic's repository, or of the login for rsync; null when there is none
     * @param passphrase of the private key; null when there is none
     * @param user who logs in by ssh; null for what the address or ssh says
     * @param privateKey a file of the installation's machine; null for the keys that ssh knows
     */
    public record Login(String password, String passphrase, String user, Path privateKey) {
        /** Nothing. */
        public static final Login NONE = new Login(null, null, null, null);

        @Override
        public String toString() {
            return "Login[***]";
        }
    }

    public Elsewhere {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(address);
        login = login == null ? Login.NONE : login;
    }

    /**
     * Reads {@code restic:REPOSITORY} or {@code rsync:PLACE}.
     *
     * @param knownHosts a file with the keys of machines; null for those that ssh knows
     * @throws RefusedException when it is something else, or holds a password
     */
    public static Elsewhere parse(String text, Path knownHosts) {
        String given = text.strip();
        for (Kind kind : Kind.values()) {
            String start = kind.key() + ":";
            if (given.startsWith(start) && given.length() > start.length()) {
                Elsewhere found = new Elsewhere(kind, given.substring(start.length()), knownHosts, null);
                found.requireFit();
                return found;
            }
        }
        throw refused("'" + given + "' names no place that backups can be handed over to.");
    }

    private void requireFit() {
        if (PASSWORD.matcher(address).matches()) {
            throw new RefusedException(
                    PROPERTY + " has a password in it, which everybody could read in a log. Nothing was changed.",
                    Hint.of("Leave it out. restic reads such a password from the variable RESTIC_REST_PASSWORD of the"
                            + " installation's machine (from release 0.16 on)."));
        }
        if (kind == Kind.RSYNC && !address.startsWith("/") && address.indexOf(":/") <= 0) {
            throw refused("'rsync:" + address + "' names no directory by its whole path.");
        }
        machine().ifPresent(machine -> RemoteHost.parse(machine, PROPERTY));
    }

    /** The machine of a directory for rsync, as {@code [user@]host[:port]}; empty for this one and for restic. */
    public Optional<String> machine() {
        return kind == Kind.RSYNC && !address.startsWith("/")
                ? Optional.of(address.substring(0, address.indexOf(":/")))
                : Optional.empty();
    }

    private static RefusedException refused(String problem) {
        return new RefusedException(
                PROPERTY + ": " + problem + " Nothing was changed.",
                Hint.of("Set it to restic:REPOSITORY, such as restic:sftp:backup@store.example.com:/srv/restic, or to"
                        + " rsync:[user@]host[:port]:/directory, such as rsync:backup@store.example.com:/srv/mattermost,"
                        + " or to rsync:/directory, where another machine's disk is mounted."));
    }

    /** The same with what it asks for. */
    public Elsewhere with(Optional<Login> given) {
        return new Elsewhere(kind, address, knownHosts, given.orElse(Login.NONE));
    }

    /** The place as it was given. */
    @Override
    public String toString() {
        return kind.key() + ":" + address;
    }
}
