package io.github.mmupgrade.context;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.BinaryVersion;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.server.VersionOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which release is installed, found out without migrating anything.
 *
 * @param version the version
 * @param edition the edition; team where the release does not say
 * @param source how it is known, as part of a sentence
 */
public record InstalledRelease(Version version, Edition edition, String source) {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    private static final Hint ASK_RUNNING =
            Hint.of("Start the server and run the goal again; a running server can be asked for its version.");

    public InstalledRelease {
        Objects.requireNonNull(version);
        Objects.requireNonNull(edition);
        Objects.requireNonNull(source);
    }

    /**
     * Finds it out: from the running server; else the journal; else the program in the way that never touches the
     * database; else the program itself, when the database is at its schema.
     *
     * @throws RefusedException when it cannot be found out without a risk
     */
    public static InstalledRelease read(GoalContext context, InstalledServer server) {
        return known(context, server).orElseGet(() -> fromProgram(context, server));
    }

    /** What is known without asking anything that could touch the database. */
    public static Optional<InstalledRelease> known(GoalContext context, InstalledServer server) {
        return fromRunning(server).or(() -> fromJournal(context)).or(() -> fromProgramWithoutDatabase(context, server));
    }

    private static Optional<InstalledRelease> fromRunning(InstalledServer server) {
        if (server.running().isEmpty()) {
            return Optional.empty();
        }
        ServerAnswer answer = new ServerProbe(server.listenAddress(), ONE_ANSWER).ask();
        return answer.release()
                .filter(release -> answer.exact())
                .map(release -> new InstalledRelease(
                        release, answer.edition().orElse(Edition.TEAM), "the running server says so"));
    }

    /** What the last ended run left installed, as long as nobody has exchanged the program since. */
    private static Optional<InstalledRelease> fromJournal(GoalContext context) {
        Optional<Run> last = Run.lastAtWork(context.journal());
        if (last.isEmpty() || last.get().state() == Run.State.OPEN) {
            return Optional.empty();
        }
        Run run = last.get();
        boolean finished = run.state() == Run.State.FINISHED;
        String version = run.requireFact(0, finished ? JournalKeys.TARGET : JournalKeys.FROM);
        Edition edition = finished ? run.editionAtEnd() : run.editionBefore();
        Instant ended = run.events().get(run.events().size() - 1).at();
        return context.installation()
                .binary()
                .flatMap(InstalledRelease::exchangedAt)
                .filter(exchanged -> exchanged.isBefore(ended))
                .map(exchanged ->
                        new InstalledRelease(Version.parse(version), edition, "run " + run + " left it there"));
    }

    /** When a file came to its place: its content or its name was changed then, whatever its own time says. */
    private static Optional<Instant> exchangedAt(Path file) {
        try {
            return Optional.of(
                    ((FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<InstalledRelease> fromProgramWithoutDatabase(GoalContext context, InstalledServer server) {
        // platform is 4.10 and older: those know no such flag, and the oldest take it as an order to start
        Path program = context.installation().requireBinary();
        if (!program.endsWith("mattermost")) {
            return Optional.empty();
        }
        return program(context, server).withoutDatabase(List.of()).flatMap(output -> of(output, "its program says so"));
    }

    /**
     * The same before a start. An empty database has nothing that asking the program could harm more than the start.
     *
     * @throws RefusedException as {@link #read} does, where the database is not empty
     */
    public static InstalledRelease toStart(GoalContext context, InstalledServer server) {
        return known(context, server).orElseGet(() -> {
            boolean empty;
            try (Database database = server.openDatabase()) {
                empty = database.allCounts().tables().isEmpty();
            }
            return empty ? askProgram(context, server) : fromProgram(context, server);
        });
    }

    private static InstalledRelease askProgram(GoalContext context, InstalledServer server) {
        return of(program(context, server).migratingDatabase(List.of()), "its program says so")
                .orElseThrow(() -> new RefusedException(
                        context.installation().requireBinary() + " does not tell its version.", ASK_RUNNING));
    }

    private static Optional<InstalledRelease> of(VersionOutput output, String source) {
        return output.release()
                .map(release -> new InstalledRelease(release, output.edition().orElse(Edition.TEAM), source));
    }

    /**
     * Asking migrates the database to the program's own schema, so it must be there already: a server that has run
     * since the program came to its place has seen to that.
     */
    private static InstalledRelease fromProgram(GoalContext context, InstalledServer server) {
        Path program = context.installation().requireBinary();
        Optional<Instant> installed = exchangedAt(program);
        Optional<Instant> ran = lastRan(context);
        if (installed.isEmpty() || ran.isEmpty() || !ran.get().isAfter(installed.get())) {
            throw new RefusedException(
                    "The server is not running, and asking " + program
                            + " for its version could migrate the database: there is no sign that it has run since it was"
                            + " installed. Nothing was changed.",
                    ASK_RUNNING);
        }
        Optional<Version> schema;
        try (Database database = server.openDatabase()) {
            schema = database.schemaVersion();
        }
        InstalledRelease found = askProgram(context, server);
        if (schema.isPresent() && !schema.get().sameLine(found.version())) {
            context.reporter()
                    .warn("The database has schema " + schema.get() + ", the program is " + found.version() + ".");
        }
        return found;
    }

    private static Optional<Instant> lastRan(GoalContext context) {
        Path logs = context.installation().directory().resolve("logs");
        return Stream.of("mattermost.log", "console.log")
                .map(logs::resolve)
                .filter(Files::exists)
                .map(log -> {
                    try {
                        return Files.getLastModifiedTime(log).toInstant();
                    } catch (IOException e) {
                        return Instant.EPOCH;
                    }
                })
                .max(Instant::compareTo);
    }

    private static BinaryVersion program(GoalContext context, InstalledServer server) {
        return new BinaryVersion(
                context.host(),
                context.installation().directory(),
                // never as root for a program of root's that reads what somebody else configures
                server.user(),
                server.unit().environment());
    }

    @Override
    public String toString() {
        return version + " (" + edition + ")";
    }
}
