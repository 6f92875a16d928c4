package io.github.mmupgrade.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.agent.Agent;
import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.AgentRequest;
import io.github.mmupgrade.agent.TreeFetch;
import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.planning.ReleaseNeeds;
import io.github.mmupgrade.rehearsal.ConversionRehearsal;
import io.github.mmupgrade.remote.ssh.DirectLogin;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.remote.ssh.SshConnection;
import io.github.mmupgrade.remote.ssh.SshOptions;
import io.github.mmupgrade.remote.ssh.SshSecrets;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries a goal out on another machine, as {@link io.github.mmupgrade.engine.Engine} does on this one. The engine is
 * brought there once, known by its checksums. What changes something is carried out there by a process of its own; when
 * the connection is lost, it is joined again.
 */
public final class RemoteEngine implements RemoteWork {

    /** What goes to a release, and may have to fetch archives or notes for it. */
    private static final Set<Goal> TO_A_RELEASE = Set.of(
            Goal.CHECK_VERSION,
            Goal.PREFLIGHT,
            Goal.DOWNLOAD,
            Goal.UPGRADE,
            Goal.REHEARSE,
            Goal.DIFF_CONFIG,
            Goal.VALIDATE_CONFIG);

    /** Those of them that need the archives themselves. */
    private static final Set<Goal> WITH_ARCHIVES = Set.of(Goal.DOWNLOAD, Goal.UPGRADE, Goal.REHEARSE);

    private final Host here;
    private final TargetOptions options;
    private final SshConnection connection;
    private final TargetShell shell;
    private final EngineFiles engine;
    private final PostgresFor binaries;
    private final Reconnection reconnect;
    private final Duration patience;
    private volatile JobView view;

    /** Where the programs of a PostgreSQL server for another machine come from. */
    @FunctionalInterface
    public interface PostgresFor {
        /**
         * The jar with an archive of them.
         *
         * @param major the major version, such as 15
         * @param processor the other machine's
         * @throws RefusedException when it cannot be fetched
         */
        Path jar(int major, ArchiveProcessor processor);
    }

    /**
     * An engine for another machine.
     *
     * @param here this machine
     * @param target the other one
     * @param ssh how it is reached
     * @param options how the engine gets there
     * @param secrets what ssh and sudo may ask for
     * @param archives the plugin's archive and its libraries, in the order of the class path
     * @param binaries where the embedded PostgreSQL of a rehearsal comes from
     */
    public RemoteEngine(
            Host here,
            RemoteHost target,
            SshOptions ssh,
            TargetOptions options,
            SshSecrets secrets,
            List<Path> archives,
            PostgresFor binaries) {
        this.here = here;
        this.options = options;
        this.connection = new SshConnection(here, target, ssh, secrets);
        this.shell = new TargetShell(connection, options, secrets);
        this.engine = EngineFiles.of(archives);
        this.binaries = binaries;
        this.patience = ssh.reconnect();
        this.reconnect = new Reconnection(patience);
    }

    /**
     * Carries a goal out.
     *
     * @param request the goal; the files that it names are of this machine, except for those of the installation
     * @param hints makes the commands of hints
     * @param reports where reports are written on this machine
     * @param reporter is told everything; the last event is the refusal or the failure, if there is one
     * @throws ProblemException when the goal was refused or has failed
     */
    public void run(
            Request request, RequestSecrets secrets, HintRenderer hints, ReportFiles reports, Reporter reporter) {
        view = null;
        try {
            GivenFiles given = GivenFiles.of(request);
            RequestSecrets all = secrets.knowing(given.variables(here.environment()));
            TargetCache cache = new TargetCache(shell, here, reporter);
            Prepared prepared = prepare(request, given, all, hints, cache, reporter);
            if (cache.sent() > 0) {
                reporter.info("Sent " + Amount.bytes(cache.sent()) + " to " + connection.target());
            }
            view = new JobView(connection.target(), reports, reporter);
            follow(prepared, cache, reporter);
        } catch (LostConnectionException e) {
            throw lost(request.goal(), e.getMessage(), e);
        }
    }

    /**
     * An agent that has everything that a goal needs.
     *
     * @param talk with the agent
     * @param run what it is asked to carry out
     */
    private record Prepared(AgentTalk talk, AgentRequest.Run run) {}

    /** Connects and brings there what the goal needs; goes on where it was when the connection is lost meanwhile. */
    private Prepared prepare(
            Request request,
            GivenFiles given,
            RequestSecrets secrets,
            HintRenderer hints,
            TargetCache cache,
            Reporter reporter)
            throws LostConnectionException {
        AgentTalk talk = null;
        while (true) {
            try {
                if (talk == null) {
                    talk = start(engine.name(), cache, reporter);
                }
                Path place = Path.of(talk.fact("cache").orElseThrow());
                if (!given.files().isEmpty()) {
                    cache.send(given.files(), "the files that were given");
                }
                return new Prepared(talk, run(request, given, secrets, hints, talk, cache, place, reporter));
            } catch (LostConnectionException e) {
                close(talk);
                if (!connection.wasOpen()) {
                    throw e;
                }
                reporter.warn("The connection to " + connection.target() + " was lost: " + e.getMessage()
                        + ". Connecting again");
                talk = reconnect.attempt(
                        () -> start(engine.name(), cache, reporter), () -> false, why -> lost(request.goal(), why, e));
            } catch (ProblemException e) {
                close(talk);
                throw e;
            }
        }
    }

    private static void close(AgentTalk talk) {
        if (talk != null) {
            talk.close();
        }
    }

    private static RefusedException lost(Goal goal, String why, Exception cause) {
        return new RefusedException(
                why + ". Nothing was changed.",
                Hint.run("Check that the machine is up and can be reached, then run the goal again.", goal),
                cause);
    }

    private AgentRequest.Run run(
            Request request,
            GivenFiles given,
            RequestSecrets secrets,
            HintRenderer hints,
            AgentTalk talk,
            TargetCache cache,
            Path place,
            Reporter reporter)
            throws LostConnectionException {
        JsonNode hidden = Json.tree(secrets.toJson());
        Request there = given.there(place.resolve("objects"));
        String fingerprint = given.fingerprint(there);
        Path postgres = null;
        if (request.arguments() instanceof GoalArguments.Rehearse how && how.conversion() != null) {
            if (secrets.rehearsal().isEmpty() && !how.end()) {
                postgres = bringPostgres(ConversionRehearsal.POSTGRESQL, cache, place);
            }
        } else if (TO_A_RELEASE.contains(request.goal()) && !request.options().dryRun()) {
            talk.ask(new AgentRequest.Needs(there, hidden, given.archiveNames()));
            ReleaseNeeds needs = talk.next() instanceof AgentReply.Needed needed ? needed.needs() : ReleaseNeeds.NONE;
            there = bring(request, there, needs, given, secrets.network(), cache, place, reporter);
            if (request.goal() == Goal.REHEARSE && secrets.rehearsal().isEmpty() && needs.postgres() > 0) {
                postgres = bringPostgres(needs.postgres(), cache, place);
            }
        }
        return new AgentRequest.Run(there, hidden, fingerprint, caller(here), hints, postgres);
    }

    /** Fetches and sends what the goal needs, and names it in the request. */
    private Request bring(
            Request request,
            Request there,
            ReleaseNeeds needs,
            GivenFiles given,
            UpgradeOptions.Network network,
            TargetCache cache,
            Path place,
            Reporter reporter)
            throws LostConnectionException {
        Request result = there;
        if (given.archiveNames() != null && !needs.given().isEmpty()) {
            List<SentFile> archives = given.archives(needs.given());
            cache.send(archives, "the archives");
            result = result.withArchive(
                    place.resolve(cache.makeDirectory(archives)).toString());
        }
        if (!options.throughController()) {
            return result;
        }
        ReleaseFetch fetch = new ReleaseFetch(request.options().target(), network, options.localCache(), reporter);
        if (WITH_ARCHIVES.contains(request.goal())) {
            for (ReleaseNeeds.Archive wanted : needs.archives()) {
                List<SentFile> files = fetch.archive(wanted);
                cache.send(files, files.get(0).name());
                cache.move(files.get(0), wanted.file());
                if (files.size() > 1) {
                    cache.move(
                            files.get(1),
                            wanted.file().resolveSibling(wanted.file().getFileName() + ".sig"));
                }
            }
        }
        List<SentFile> notes = fetch.texts(needs.texts());
        if (!notes.isEmpty()) {
            cache.send(notes, "the release notes");
            UpgradeOptions.Target target = result.options().target();
            List<String> places = new ArrayList<>();
            notes.forEach(file ->
                    places.add(place.resolve("objects").resolve(file.place()).toString()));
            result = result.with(result.options()
                    .with(
                            target.withFiles(target.signingKey(), target.catalogue(), String.join(",", places)),
                            result.options().config()));
        }
        return result;
    }

    private Path bringPostgres(int major, TargetCache cache, Path place) throws LostConnectionException {
        String machine = cache.look(List.of()).facts().getOrDefault("machine", "");
        ArchiveProcessor processor = machine.equals("aarch64") ? ArchiveProcessor.ARM64 : ArchiveProcessor.AMD64;
        try {
            SentFile jar = SentFile.of(binaries.jar(major, processor));
            cache.send(List.of(jar), "the embedded PostgreSQL");
            return place.resolve("objects").resolve(jar.place());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the agent; brings there what it lacks for that. */
    private AgentTalk start(String name, TargetCache cache, Reporter reporter) throws LostConnectionException {
        Map<String, String> variables = new HashMap<>(Map.of("engine", name));
        SentFile given = null;
        if (options.runtime() != null) {
            given = sent(options.runtime());
            variables.put("runtime", given.sha256());
        }
        for (int attempt = 0; ; attempt++) {
            AgentTalk talk = new AgentTalk(shell.serve(variables));
            if (talk.start().isPresent()) {
                return talk;
            }
            talk.close();
            talk.fact("refused").ifPresent(why -> {
                throw shell.refused(why);
            });
            List<String> missing = talk.facts("missing");
            if (missing.isEmpty()) {
                throw notStarted(talk);
            }
            if (attempt > 0) {
                throw new LostConnectionException("what was sent is not there: " + missing);
            }
            if (missing.contains("engine")) {
                requireOwn(name);
                reporter.info("Sending the engine to " + connection.target() + "; this is done once for each version");
                cache.send(engine.files(), "the engine");
                cache.makeEngine(engine);
            }
            if (missing.stream().anyMatch(each -> each.startsWith("java"))) {
                Map<String, String> facts = new HashMap<>();
                List.of("machine", "libc").forEach(fact -> talk.fact(fact).ifPresent(value -> facts.put(fact, value)));
                SentFile archive = given != null
                        ? given
                        : sent(new RuntimeImage(here, options.localCache(), reporter)
                                .archive(connection.target(), facts));
                cache.send(List.of(archive), "a Java");
                cache.makeRuntime(archive);
            }
        }
    }

    private static SentFile sent(Path file) {
        try {
            return SentFile.of(file);
        } catch (IOException e) {
            throw new RefusedException(
                    file + " cannot be read. Nothing was changed.", Hint.of("Check mattermost.remote.runtime."), e);
        }
    }

    private void requireOwn(String name) {
        if (!name.equals(engine.name())) {
            throw new IllegalStateException("Engine " + name + " is not here");
        }
    }

    private RefusedException notStarted(AgentTalk talk) {
        String said = talk.noise();
        if (talk.fact("java").isEmpty()) {
            return shell.unexpected(said);
        }
        String java = talk.fact("java").get();
        return new RefusedException(
                "Java (" + java + ") cannot be started on " + connection.target() + ": "
                        + (said.isBlank() ? "it said nothing" : said) + ". Nothing was changed.",
                Hint.of("If it says 'Permission denied', its file system is mounted noexec: name a directory on another"
                        + " one with mattermost.remote.cacheDirectory. Else check that it runs there: '" + java
                        + " -version'."));
    }

    /** Has the goal carried out and shows it to its end, over lost connections. */
    private void follow(Prepared prepared, TargetCache cache, Reporter reporter) throws LostConnectionException {
        AgentTalk talk = prepared.talk();
        AgentRequest.Run run = prepared.run();
        String name = engine.name();
        try {
            while (true) {
                try {
                    talk.ask(run.joining(view.job(), view.shown()));
                    view.follow(talk, run.request().goal());
                    return;
                } catch (OtherEngineException other) {
                    // what another engine has begun, it ends
                    talk.close();
                    name = other.engine();
                    reporter.info("The " + other.goal() + " in progress was begun by version " + other.version()
                            + " of the plugin; it goes on with that");
                    talk = startOther(other, cache, reporter);
                } catch (LostConnectionException e) {
                    talk.close();
                    talk = again(name, e, run.request().goal(), cache, reporter);
                }
            }
        } finally {
            talk.close();
        }
    }

    private AgentTalk startOther(OtherEngineException other, TargetCache cache, Reporter reporter)
            throws LostConnectionException {
        try {
            return start(other.engine(), cache, reporter);
        } catch (IllegalStateException gone) {
            throw new RefusedException(
                    "Version " + other.version() + " of the plugin has begun " + other.goal() + " on "
                            + connection.target() + ", and its engine is not there any more. Nothing was changed.",
                    Hint.of("Run " + other.goal() + " with version " + other.version() + " of the plugin."),
                    gone);
        }
    }

    /** Connects again, for as long as it is worth it. */
    private AgentTalk again(
            String name, LostConnectionException lost, Goal goal, TargetCache cache, Reporter reporter) {
        if (view.isLeft()) {
            throw view.left(goal);
        }
        if (!view.isStopping()) {
            reporter.warn("The connection to " + connection.target() + " was lost: " + lost.getMessage() + "."
                    + (view.hasBegun() ? " " + goal + " goes on there." : "") + " Connecting again");
        }
        return reconnect.attempt(
                () -> {
                    try {
                        return start(name, cache, reporter);
                    } catch (ProblemException e) {
                        // refused is the way back to what goes on there
                        throw view.lost(goal, e);
                    }
                },
                view::isLeft,
                why -> view.isLeft() ? view.left(goal) : view.lost(goal, why));
    }

    /** The machine. */
    RemoteHost target() {
        return connection.target();
    }

    /**
     * Opens a tree there.
     *
     * @param mode {@link Agent#PACK} or {@link Agent#UNPACK}
     */
    RemoteTree openTree(String mode, Path tree, Reporter reporter) throws LostConnectionException, IOException {
        start(engine.name(), new TargetCache(shell, here, reporter), reporter).close();
        return new RemoteTree(shell.serve(handing(mode, tree), mode.equals(Agent.FETCH)));
    }

    private Map<String, String> handing(String mode, Path tree) {
        return Map.of("engine", engine.name(), "mode", mode, "tree", tree.toString());
    }

    /** Why no other machine fetches a tree there by itself; empty when one may. To be asked while a tree there is open. */
    Optional<String> againstFetching() {
        return shell.openingForOthers(Map.of()).isEmpty()
                ? Optional.of("sudo on " + connection.target() + " asks for a password")
                : connection.againstDirect();
    }

    /** What a machine that logs in there by itself has to do to fetch a tree; see {@link #againstFetching}. */
    TreeFetch.Order order(Path tree) {
        DirectLogin login = connection.direct();
        byte[] opening = shell.openingForOthers(handing(Agent.PACK, tree)).orElseThrow();
        return new TreeFetch.Order(
                login.client(),
                login.machine(),
                login.knownHosts(),
                Base64.getEncoder().encodeToString(opening));
    }

    /** An agent for questions. */
    AgentTalk startAgent() throws LostConnectionException {
        Reporter silent = event -> {
            // a goal that is carried out says what is sent
        };
        return start(engine.name(), new TargetCache(shell, here, silent), silent);
    }

    /** Whether what was last asked for may be under way there: it was asked for, and its end was not seen. */
    boolean mayGoOn() {
        JobView shown = view;
        return shown != null && shown.mayGoOn();
    }

    /** Whether the machine could be reached at any time. */
    boolean wasConnected() {
        return connection.wasOpen();
    }

    /** Asks the machine, as a node of a cluster. */
    public NodeTalk questions(RequestSecrets secrets) {
        return new NodeTalk(this, secrets, new Reconnection(patience));
    }

    /** Who asks, such as {@code anna on runner-7}. */
    public static String caller(Host here) {
        return System.getProperty("user.name") + " on " + here.name();
    }

    /** Ends the connection. */
    @Override
    public void close() {
        connection.close();
    }

    @Override
    public void leave() {
        JobView shown = view;
        if (shown != null) {
            shown.leave();
        }
    }

    @Override
    public void stop() {
        JobView shown = view;
        if (shown != null) {
            shown.stop();
        }
    }

    @Override
    public boolean hasBegun() {
        JobView shown = view;
        return shown != null && shown.hasBegun();
    }
}
