package io.github.mmupgrade.server;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Asks a server's program which release it is.
 *
 * <p><strong>Asking can change the database.</strong> Releases before 5.28 connect to the database and migrate it to
 * their own schema before they print anything. It is the caller's duty to know that this is harmless: that the program
 * is the installed one, and that the schema in the database is the one it belongs to. Only
 * {@link #withoutDatabase(List)} is safe whatever the database holds; a program that doesn't know the flag refuses it.
 */
public final class BinaryVersion {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final Host host;
    private final Path installation;
    private final Owner owner;
    private final Map<String, String> environment;

    /**
     * A program.
     *
     * @param host where it is
     * @param installation the server's directory: it is run there, for anywhere else old releases panic and 5.x leaves
     *     directories behind
     * @param owner as whom it is run: a log that root owns keeps the server from starting
     * @param environment the service's environment
     */
    public BinaryVersion(Host host, Path installation, Owner owner, Map<String, String> environment) {
        this.host = Objects.requireNonNull(host);
        this.installation = Objects.requireNonNull(installation);
        this.owner = Objects.requireNonNull(owner);
        this.environment = Map.copyOf(environment);
    }

    /**
     * Asks in the way that never touches the database; releases below 5.28 don't have it.
     *
     * @param configuration the service's own flag for its configuration, such as {@code -c} and a place; usually empty
     * @return empty when the program doesn't know this way
     */
    public Optional<VersionOutput> withoutDatabase(List<String> configuration) {
        VersionOutput answer = parsed(run(line(List.of("version", "--skip-server-start"), configuration)));
        return answer.release().isPresent() ? Optional.of(answer) : Optional.empty();
    }

    /**
     * Asks in every way there is, newest first. <strong>Below 5.28 this migrates the database</strong>; see the class.
     *
     * @param configuration the service's own flag for its configuration, such as {@code -c} and a place; usually empty
     * @throws RefusedException when the program doesn't tell
     */
    public VersionOutput migratingDatabase(List<String> configuration) {
        CommandResult last = null;
        for (List<String> way :
                List.of(List.of("version", "--skip-server-start"), List.of("version"), List.of("-version"))) {
            last = run(line(way, configuration));
            VersionOutput answer = parsed(last);
            if (answer.release().isPresent()) {
                return answer;
            }
            if (last.timedOut()) {
                break;
            }
        }
        throw new RefusedException(
                program() + " does not report its version"
                        + (last.timedOut()
                                ? ": it did not answer within " + LIMIT.toSeconds() + " s"
                                : ": exit status " + last.exitStatus()),
                Hint.of("It needs its configuration and its database to answer. Check the logs directory in "
                        + installation + "."));
    }

    /** Whether a release can be asked without touching the database. */
    public static boolean safeToAsk(Version release) {
        return release.atLeast(Version.of(5, 28, 0));
    }

    private static VersionOutput parsed(CommandResult result) {
        return VersionOutput.parse(result.output(), result.errors());
    }

    private static List<String> line(List<String> way, List<String> configuration) {
        List<String> line = new ArrayList<>(way);
        line.addAll(configuration);
        return line;
    }

    private CommandResult run(List<String> arguments) {
        return host.run(Command.of(program().toString())
                .add(arguments)
                .cleanEnvironment()
                .environment(Map.of("HOME", installation.toString(), "LANG", "C.UTF-8"))
                .environment(environment)
                .directory(installation)
                .user(owner)
                .limit(LIMIT)
                .build());
    }

    private Path program() {
        Path current = installation.resolve("bin/mattermost");
        return Files.isExecutable(current) ? current : installation.resolve("bin/platform");
    }
}
