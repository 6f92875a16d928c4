package io.github.mmupgrade.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.backup.format.SafePlace;
import io.github.mmupgrade.cluster.node.ClusterLock;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.PluginVersion;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.HttpFetcher;
import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.planning.ReleaseNeeds;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The program that a caller elsewhere runs here: {@code serve ENGINE}, which answers an {@link AgentRequest} after the
 * other by its streams; {@code pack DIRECTORY}, {@code unpack DIRECTORY} and {@code fetch DIRECTORY}, which hand a tree
 * over; and {@code job DIRECTORY}, which carries a goal out.
 */
public final class Agent {

    /** Answers requests; the name of its own engine follows. */
    public static final String SERVE = "serve";

    /** Says what is in a directory, then hands over what is wanted of it; the directory follows. */
    public static final String PACK = "pack";

    /** Says what is in a directory, then takes what is missing in it; the directory follows. */
    public static final String UNPACK = "unpack";

    /** Says what is in a directory, then has what is missing in it fetched from another machine; the directory follows. */
    public static final String FETCH = "fetch";

    /** Carries a job out; its directory follows. */
    static final String JOB = "job";

    /** What only reads, and in no time: whoever loses the connection asks again. */
    private static final Set<Goal> ATTENDED = Set.of(
            Goal.CHECK_VERSION,
            Goal.PREFLIGHT,
            Goal.STATUS,
            Goal.DIFF_CONFIG,
            Goal.VALIDATE_CONFIG,
            Goal.LIST_BACKUPS,
            Goal.REPORT);

    private final Clock clock = Clock.systemUTC();
    private final String engine;
    private final AgentOutput output;
    private volatile Job shown;
    private ClusterLock lock;

    private Agent(String engine, AgentOutput output) {
        this.engine = engine;
        this.output = output;
    }

    /**
     * Runs the program.
     *
     * @param arguments see the class
     */
    public static void main(String[] arguments) throws IOException {
        HttpFetcher.allowProxyPasswords();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (arguments[0].equals(JOB)) {
            JobRun.carryOut(Job.read(Path.of(arguments[1])), input);
            return;
        }
        PrintStream out = System.out;
        if (Set.of(PACK, UNPACK, FETCH).contains(arguments[0])) {
            handOver(arguments[0], Path.of(arguments[1]), System.in, out);
            return;
        }
        // whatever a library prints is no reply
        System.setOut(System.err);
        new Agent(arguments[1], new AgentOutput(out)).serve(input);
        System.exit(0);
    }

    private static void handOver(String direction, Path tree, InputStream in, PrintStream out) throws IOException {
        AgentOutput output = new AgentOutput(out);
        for (TreeFile file : TreeTransfer.list(tree)) {
            output.say(new AgentReply.Has(file));
        }
        long free = DiskSpace.of(new LocalHost(), tree).bytes();
        output.say(new AgentReply.Ready(PluginVersion.text(), free));
        if (direction.equals(FETCH)) {
            TreeFetch.run(tree, in, output);
            return;
        }
        List<TreeTransfer.Wanted> named = TreeTransfer.readLines(in);
        if (direction.equals(PACK)) {
            TreeTransfer.pack(tree, named, out);
            out.flush();
        } else {
            TreeTransfer.unpack(tree, named, in);
            output.say(new AgentReply.Ended(AgentReply.Outcome.DONE));
        }
    }

    private void serve(BufferedReader input) throws IOException {
        cache().ifPresent(CacheCleaning::useOwnRuntime);
        output.say(new AgentReply.Ready(PluginVersion.text(), 0));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            AgentRequest asked = AgentRequest.parse(line);
            if (asked instanceof AgentRequest.Needs needs) {
                output.say(new AgentReply.Needed(needs(needs)));
            } else if (asked instanceof AgentRequest.Inspect inspect) {
                answering(() -> output.say(new AgentReply.Inspected(engine(inspect.secrets())
                        .inspect(inspect.request(), secrets(inspect.secrets()), inspect.question()))));
            } else if (asked instanceof AgentRequest.LockCluster lock) {
                answering(() -> output.say(lockCluster(lock)));
            } else if (asked instanceof AgentRequest.BanStart ban) {
                answering(() -> {
                    engine(ban.secrets()).banStart(ban.request(), secrets(ban.secrets()), ban.why());
                    output.say(new AgentReply.Ended(AgentReply.Outcome.DONE));
                });
            } else if (asked instanceof AgentRequest.NoteDrained note) {
                answering(() -> {
                    engine(note.secrets()).noteDrained(note.request(), secrets(note.secrets()), note.drained());
                    output.say(new AgentReply.Ended(AgentReply.Outcome.DONE));
                });
            } else if (asked instanceof AgentRequest.Run run) {
                // what is said meanwhile, such as how far it was shown, is heard by this thread
                Thread worker = new Thread(() -> run(run), "work");
                worker.setDaemon(true);
                worker.start();
            } else if (asked instanceof AgentRequest.Shown upTo) {
                Job job = shown;
                if (job != null) {
                    noteShown(job, upTo.number());
                }
            } else if (asked instanceof AgentRequest.Stop) {
                Job job = shown;
                if (job != null) {
                    stop(job);
                }
            }
        }
    }

    private static void noteShown(Job job, long number) {
        try {
            job.shown(number);
        } catch (IOException full) {
            // the next call is shown it once more
        }
    }

    private static void stop(Job job) {
        try {
            job.end(AgentReply.Outcome.STOPPED);
        } catch (IOException full) {
            // it is stopped all the same, and its own end is what counts
        }
        JobProcess.stop(job);
    }

    /** What a goal needs; nothing while another one is carried out, which is going to be joined. */
    private ReleaseNeeds needs(AgentRequest.Needs asked) throws IOException {
        Request request = asked.request();
        if (jobs(request).running(request.options().installDirectory()).isPresent()) {
            return ReleaseNeeds.NONE;
        }
        RequestSecrets secrets = secrets(asked.secrets());
        Engine asks = engine(asked.secrets());
        if (asked.archives() == null) {
            return asks.needs(request, secrets, silent());
        }
        // archives in a directory are known by their names
        try (Temporary directory = new Temporary("mattermost-archives")) {
            for (String name : asked.archives()) {
                Files.createFile(directory.path().resolve(Path.of(name).getFileName()));
            }
            return asks.needs(request.withArchive(directory.path().toString()), secrets, silent());
        }
    }

    private static RequestSecrets secrets(JsonNode hidden) {
        return RequestSecrets.parse(Json.line(hidden));
    }

    /** An engine that is only asked. */
    private Engine engine(JsonNode hidden) {
        return new Engine(
                new LocalHost().knowing(secrets(hidden).variables()),
                clock,
                major -> {
                    throw new IllegalStateException("Nothing is carried out");
                },
                Hint::toString);
    }

    /** A problem is an answer, too. */
    private void answering(Runnable answer) {
        try {
            answer.run();
        } catch (ProblemException e) {
            tell(
                    e instanceof RefusedException
                            ? new Event.Refused(e.getMessage(), e.hint())
                            : new Event.Failed(e.getMessage(), e.hint()));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_DONE));
        } catch (RuntimeException e) {
            // the agent stays, for the next question
            tell(new Event.Failed(
                    "It could not be found out: " + e, Hint.of("Please report this, with the output of mvn -X.")));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_DONE));
        }
    }

    private AgentReply lockCluster(AgentRequest.LockCluster asked) {
        if (lock != null && lock.renew()) {
            return new AgentReply.ClusterLocked(true, null);
        }
        // not yet, or not any more: the database was started again
        ClusterLock.Attempt attempt =
                engine(asked.secrets()).lockCluster(asked.request(), secrets(asked.secrets()), asked.caller());
        lock = attempt.lock();
        return new AgentReply.ClusterLocked(lock != null, attempt.holder());
    }

    private Jobs jobs(Request request) {
        return new Jobs(request.options().places().state(), clock);
    }

    private void tell(Event event) {
        output.tell(new EventJson.Stamped(clock.instant().truncatedTo(ChronoUnit.MILLIS), event));
    }

    private void run(AgentRequest.Run run) {
        Request request = run.request();
        Jobs jobs = jobs(request);
        Path installation = request.options().installDirectory();
        Job job = null;
        try {
            if (ATTENDED.contains(request.goal()) || request.options().dryRun()) {
                attended(run, jobs.running(installation));
            } else {
                job = detached(run, jobs, installation).orElse(null);
            }
        } catch (ProblemException e) {
            tell(new Event.Failed(e.getMessage(), e.hint()));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_DONE));
        } catch (IOException | UncheckedIOException e) {
            tell(new Event.Failed(
                    "Jobs cannot be written down in "
                            + request.options().places().state() + ": "
                            + (e instanceof IOException io ? IoReason.of(io) : e.getMessage())
                            + ". Nothing was changed.",
                    Hint.of("Run as root, or set mattermost.stateDirectory to a directory that you may write to.")));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_DONE));
        } catch (RuntimeException | Error e) {
            tell(new Event.Failed(
                    request.goal() + " was not begun: " + e + ". Nothing was changed.",
                    Hint.of("Please report this, with the output of mvn -X.")));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_DONE));
        }
        if (job != null) {
            shown = job;
            follow(job, job.name().equals(run.job()) ? run.shown() : job.shown(), request.goal());
        }
    }

    /** Shows a job to its end. Whatever keeps it from being shown does not end it. */
    private void follow(Job job, long after, Goal goal) {
        try {
            output.say(new AgentReply.ReportsIn(job.reports().toString(), job.name()));
            new JobViewer(job, output).follow(after);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            tell(new Event.Failed(
                    job + " goes on, but cannot be shown: " + (e instanceof IOException io ? IoReason.of(io) : e) + ".",
                    Hint.run("Join it.", goal)));
            output.say(new AgentReply.Ended(AgentReply.Outcome.NOT_SHOWN));
        }
    }

    private void attended(AgentRequest.Run run, Optional<Job> running) throws IOException {
        if (running.isPresent()) {
            tell(new Event.Message(
                    Event.Level.INFO,
                    "At work here: " + running.get(),
                    Goal.find(running.get().description().goal())
                            .map(goal -> Hint.run("Follow it.", goal))
                            .orElse(null)));
        }
        RequestSecrets secrets = RequestSecrets.parse(Json.line(run.secrets()));
        try (Temporary reports = new Temporary("mattermost-reports")) {
            output.say(new AgentReply.ReportsIn(reports.path().toString(), null));
            AgentReply.Outcome outcome = JobRun.carryOut(run.reportingTo(reports.path()), secrets, this::tell, clock);
            output.reports(reports.path());
            output.say(new AgentReply.Ended(outcome));
        }
    }

    /** The job that carries it out, or is under way instead; empty when another engine has to. */
    private Optional<Job> detached(AgentRequest.Run run, Jobs jobs, Path installation) throws IOException {
        ExclusiveLock lock = jobs.lock();
        try {
            Optional<Job> job = (run.job() == null ? Optional.<Job>empty() : jobs.lost(run))
                    .or(() -> jobs.running(installation))
                    .or(() -> jobs.unseen(installation).filter(done -> done.isFor(run)));
            if (job.isPresent()) {
                Job.Description its = job.get().description();
                output.say(new AgentReply.Joined(
                        its.goal(),
                        its.caller(),
                        its.begun(),
                        job.get().isFor(run),
                        job.get().process().isPresent()));
                return job;
            }
            return begin(run, jobs, jobs.last(installation));
        } finally {
            lock.close();
        }
    }

    /** Begins a job; empty when another engine has to. */
    private Optional<Job> begin(AgentRequest.Run run, Jobs jobs, Optional<Job> before) throws IOException {
        if (before.isPresent() && isLeftTo(before.get(), run)) {
            Job.Description began = before.get().description();
            output.say(new AgentReply.OtherEngine(began.engine(), began.version(), began.goal()));
            return Optional.empty();
        }
        before.filter(left -> left.end().isEmpty())
                .ifPresent(left ->
                        tell(new Event.Message(Event.Level.WARNING, "An earlier call was interrupted: " + left, null)));
        // whoever can write there can exchange what is run now
        cache().ifPresent(directory -> new SafePlace(new LocalHost().self(), new Users(new LocalHost()))
                .requireSafe(directory, "cache directory", "mattermost.remote.cacheDirectory"));
        clean(jobs);
        Job job = jobs.create(run, engine, PluginVersion.text());
        new JobProcess(new LocalHost(), System.getProperty("java.class.path"))
                .start(job, run.reportingTo(job.reports()));
        return Optional.of(job);
    }

    /** What is sent is kept beside the directory for native libraries, which the caller names. */
    private void clean(Jobs jobs) {
        cache().ifPresent(directory -> {
            try {
                new CacheCleaning(directory, clock).run(engine, jobs.engines());
            } catch (IOException e) {
                tell(new Event.Message(
                        Event.Level.DEBUG, "What is old in the cache was not removed: " + IoReason.of(e), null));
            }
        });
    }

    private static Optional<Path> cache() {
        return Optional.ofNullable(System.getProperty("jna.tmpdir"))
                .map(directory -> Path.of(directory).getParent());
    }

    /** Whether another engine has begun what is not finished yet. */
    private boolean isLeftTo(Job before, AgentRequest.Run run) {
        if (before.description().engine().equals(engine)) {
            return false;
        }
        RequestSecrets secrets = RequestSecrets.parse(Json.line(run.secrets()));
        try {
            UpgradeOptions options = secrets.into(run.request().options());
            return GoalContext.open(options, new LocalHost(), silent(), clock)
                    .openRun()
                    .isPresent();
        } catch (ProblemException e) {
            return false;
        }
    }

    private static Reporter silent() {
        return event -> {
            // only a question
        };
    }
}
