package io.github.mmupgrade.agent;

import io.github.mmupgrade.backup.format.SafePlace;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The jobs of the installations whose state is in one directory. */
final class Jobs {

    static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final int KEPT = 20;

    /** Who calls again so much later wants the goal to be carried out again. */
    private static final Duration LATELY = Duration.ofHours(1);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final Clock clock;

    Jobs(Path state, Clock clock) {
        this.directory = state.resolve("jobs");
        this.clock = clock;
    }

    /** Keeps others from beginning a job as long as the answer is open. */
    ExclusiveLock lock() throws IOException {
        LocalHost host = new LocalHost();
        new SafePlace(host.self(), new Users(host))
                .requireSafe(directory, "state directory", "mattermost.stateDirectory");
        Files.createDirectories(directory, PRIVATE);
        return ExclusiveLock.acquire(directory.resolve("lock"), "begin of a job", PATIENCE);
    }

    /** The job that is carried out on an installation. */
    Optional<Job> running(Path installation) {
        return of(installation).filter(job -> job.process().isPresent()).findFirst();
    }

    /** The last job on an installation. */
    Optional<Job> last(Path installation) {
        return of(installation).findFirst();
    }

    /** The last job on an installation when it has ended lately and nobody has seen how. */
    Optional<Job> unseen(Path installation) {
        Instant since = clock.instant().minus(LATELY);
        return last(installation)
                .filter(job ->
                        job.end().isPresent() && job.ended().orElse(since).isAfter(since))
                .filter(job -> !job.isSeen());
    }

    /**
     * The job that a caller was shown until the connection was lost, or what has followed it; empty when it is to be begun
     * again, because its process was killed.
     *
     * @throws StageFailedException when nothing is known of it any more
     */
    Optional<Job> lost(AgentRequest.Run run) {
        Path installation = run.request().options().installDirectory();
        Job job = all().stream()
                .filter(each -> each.name().equals(run.job()))
                .findFirst()
                .orElseThrow(() -> new StageFailedException(
                        "How " + run.request().goal() + " has ended, which was begun as job " + run.job()
                                + ", is not known any more: its files in " + directory + " are gone.",
                        Hint.run("Show the current state of the server and the run.", Goal.STATUS)));
        return Stream.concat(Stream.of(job), last(installation).stream().filter(each -> each.isFor(run)))
                .filter(each -> each.end().isPresent() || each.process().isPresent())
                .findFirst();
    }

    /** Writes a new job down, and removes the oldest ones. */
    Job create(AgentRequest.Run call, String engine, String version) throws IOException {
        Instant now = clock.instant();
        Job job = Job.create(directory.resolve(NAME.format(now)), Job.Description.of(call, engine, version, now));
        List<Job> all = all();
        for (Job old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            // the new one may be the oldest by its name, when the clock was set back
            if (old.process().isEmpty() && !old.directory().equals(job.directory())) {
                TreeDelete.delete(old.directory());
            }
        }
        return job;
    }

    /** The names of the engines that began a job. */
    List<String> engines() {
        return all().stream().map(job -> job.description().engine()).distinct().toList();
    }

    private Stream<Job> of(Path installation) {
        return all().stream().filter(job -> job.isOf(installation));
    }

    /** The newest first; what cannot be read is none, unless a process belongs to it. */
    private List<Job> all() {
        List<Job> jobs = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList()) {
                try {
                    jobs.add(Job.read(entry));
                } catch (IOException torn) {
                    // killed while it was written down: nothing had begun
                }
            }
        } catch (IOException none) {
            return jobs;
        }
        return jobs;
    }
}
