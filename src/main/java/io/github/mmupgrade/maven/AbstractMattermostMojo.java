package io.github.mmupgrade.maven;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.cluster.ClusterGoals;
import io.github.mmupgrade.cluster.ClusterOptions;
import io.github.mmupgrade.cluster.ClusterReport;
import io.github.mmupgrade.cluster.Node;
import io.github.mmupgrade.cluster.ProxyCommands;
import io.github.mmupgrade.cluster.ProxyHost;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.HttpFetcher;
import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.linux.StandardStreams;
import io.github.mmupgrade.maven.cluster.ClusterSetup;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.parameters.PropertySpelling;
import io.github.mmupgrade.maven.session.BuildArtifacts;
import io.github.mmupgrade.maven.session.BuildResults;
import io.github.mmupgrade.maven.session.ConsoleReporter;
import io.github.mmupgrade.maven.session.Credentials;
import io.github.mmupgrade.maven.session.InterruptHook;
import io.github.mmupgrade.maven.session.OncePerBuild;
import io.github.mmupgrade.maven.session.Terminal;
import io.github.mmupgrade.rehearsal.PostgresBinaries;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.remote.RemoteWork;
import io.github.mmupgrade.remote.ReportFiles;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Printable;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.service.ServiceKind;
import io.github.mmupgrade.stages.Webhook;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.inject.Inject;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.codehaus.plexus.configuration.PlexusConfiguration;

/** The parameters of every goal: the installation, its service and the directories; turns problems into build failures. */
abstract class AbstractMattermostMojo extends AbstractRemoteMojo {

    static {
        // a goal asks its own server before it downloads anything
        HttpFetcher.allowProxyPasswords();
    }

    private static final String TEXT = "text";
    private static final String JSON = "json";

    private static final int MOST_JOBS = 64;

    private static final String DEFAULT_INSTALL_DIRECTORY = "/opt/mattermost";
    private static final String DEFAULT_STATE_DIRECTORY = "/var/lib/mattermost-maven-plugin";
    private static final String DEFAULT_DATABASE_SERVER_ID = "mattermost-database";
    private static final String DEFAULT_BACKUP_SERVER_ID = "mattermost-backup";
    private static final String DEFAULT_BACKUP_DIRECTORY = "/var/backups/mattermost";

    /** The directory of the installation, the one that holds {@code bin/} and {@code config/}, or a link to it. */
    @Parameter(property = PropertyNames.INSTALL_DIRECTORY, defaultValue = DEFAULT_INSTALL_DIRECTORY)
    private File installDirectory;

    /** Where the journal and the lock of each installation are kept. */
    @Parameter(property = PropertyNames.STATE_DIRECTORY, defaultValue = DEFAULT_STATE_DIRECTORY)
    private File stateDirectory;

    /** Where the backups of each installation are kept; never inside the installation. */
    @Parameter(property = PropertyNames.BACKUP_DIRECTORY, defaultValue = DEFAULT_BACKUP_DIRECTORY)
    private File backupDirectory;

    /**
     * Where complete backups are handed over to, away from this machine: {@code restic:REPOSITORY},
     * {@code rsync:[user@]host[:port]:/directory}, or {@code rsync:/directory}, where another machine's disk is mounted.
     */
    @Parameter(property = PropertyNames.BACKUP_ELSEWHERE)
    private String backupElsewhere;

    /**
     * The server in settings.xml for {@code mattermost.backup.elsewhere}: its {@code password} is that of restic's
     * repository, or of the login for rsync; {@code username}, {@code privateKey} and {@code passphrase} are for ssh.
     * Else the password comes from the variable {@code MATTERMOST_BACKUP_PASSWORD}.
     */
    @Parameter(property = PropertyNames.BACKUP_SERVER_ID, defaultValue = DEFAULT_BACKUP_SERVER_ID)
    private String backupServerId;

    /** Where downloaded archives are kept, for all runs; by default {@code cache} inside the state directory. */
    @Parameter(property = PropertyNames.CACHE_DIRECTORY)
    private File cacheDirectory;

    /**
     * How the server is started and stopped: {@code systemd}, {@code upstart}, {@code sysv}, {@code command} (your own
     * commands), {@code process} (the plugin runs the program itself), or {@code auto} to detect it.
     */
    @Parameter(property = PropertyNames.SERVICE, defaultValue = "auto")
    private String service;

    /** The name of the service; detected by default. */
    @Parameter(property = PropertyNames.SERVICE_NAME)
    private String serviceName;

    /** The command that starts the server, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.START_COMMAND)
    private String startCommand;

    /** The command that stops the server, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.STOP_COMMAND)
    private String stopCommand;

    /** The command that ends with status 0 while the server runs, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.STATUS_COMMAND)
    private String statusCommand;

    /**
     * A file with the server's environment, one {@code NAME=value} per line, for the service kinds {@code command} and
     * {@code process}.
     */
    @Parameter(property = PropertyNames.ENVIRONMENT_FILE)
    private File environmentFile;

    /** How many seconds a stop may take until the process has ended and the port is free. */
    @Parameter(property = PropertyNames.STOP_TIMEOUT, defaultValue = "120")
    private int stopTimeout;

    /** How many seconds a start may take from the last sign of progress, such as a row of a migration. */
    @Parameter(property = PropertyNames.START_TIMEOUT, defaultValue = "300")
    private int startTimeout;

    /** How many seconds the health of the new server is watched; on a path of several releases, only of the last one. */
    @Parameter(property = PropertyNames.WATCH, defaultValue = "30")
    private int watch;

    /** The URL of the site whose page {@code verify} requests; by default the configured one. */
    @Parameter(property = PropertyNames.SITE_URL)
    private URI siteUrl;

    /** The team whose page {@code verify} requests; by default one from the database. */
    @Parameter(property = PropertyNames.TEAM)
    private String team;

    /** The directory of {@code pg_dump} and the other database tools; by default they are searched for. */
    @Parameter(property = PropertyNames.TOOLS_DIRECTORY)
    private File toolsDirectory;

    /**
     * The server in settings.xml whose password is the data source for administration: another way to the Mattermost
     * server's database, such as past a pooler or by a role that may create databases. Else the data source comes from
     * the variable {@code MATTERMOST_ADMIN_DATASOURCE}. Where neither is there, the server's own data source is used.
     */
    @Parameter(property = PropertyNames.DATABASE_SERVER_ID, defaultValue = DEFAULT_DATABASE_SERVER_ID)
    private String databaseServerId;

    /** How many tables, or parts of one, are dumped, restored or converted at once. */
    @Parameter(property = PropertyNames.JOBS, defaultValue = "2")
    private int jobs;

    /**
     * What happens when a stage after the stop fails: {@code rollback} (the old server is put back and started),
     * {@code stop} (the new server is stopped) or {@code leave}.
     */
    @Parameter(property = PropertyNames.ON_FAILURE, defaultValue = "rollback")
    private String onFailure;

    /**
     * The server in settings.xml whose password is the URL of the incoming webhook that is told how {@code upgrade},
     * {@code migrate}, {@code rollback} and {@code rehearse} ended; else the URL comes from the variable
     * {@code MATTERMOST_NOTIFY_URL}. Nobody is told when neither is there.
     */
    @Parameter(property = PropertyNames.NOTIFY_SERVER_ID, defaultValue = "mattermost-notify")
    private String notifyServerId;

    /**
     * Whether a page answers on the server's port, with status 503, while {@code upgrade}, {@code migrate},
     * {@code convert-database} or {@code rollback} has the server down.
     */
    @Parameter(property = PropertyNames.MAINTENANCE_PAGE, defaultValue = "false")
    private boolean maintenancePage;

    /** Whether to only print what would be done, and change nothing. */
    @Parameter(property = PropertyNames.DRY_RUN, defaultValue = "false")
    private boolean dryRun;

    /**
     * Where the reports of runs are written to, one HTML file each; by default {@code mattermost} in the project's build
     * directory, or {@code reports} in the installation's state directory without a POM.
     */
    @Parameter(property = PropertyNames.REPORT_DIRECTORY)
    private File reportDirectory;

    /** How the result is shown and written: {@code text} or {@code json}. */
    @Parameter(property = PropertyNames.OUTPUT, defaultValue = TEXT)
    private String output;

    /** A file that the result is written to, in addition to the console; JSON then only goes to the file. */
    @Parameter(property = PropertyNames.OUTPUT_FILE)
    private File outputFile;

    /** Whether to skip every goal of this plugin; {@code mattermost.GOAL.skip} skips one. */
    @Parameter(property = PropertyNames.SKIP, defaultValue = "false")
    private boolean skip;

    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private MavenSession session;

    @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
    private MojoExecution execution;

    @Inject
    private SettingsDecrypter settingsDecrypter;

    /** What only this goal wants to know; most want nothing. */
    GoalArguments arguments() {
        return new GoalArguments.None();
    }

    @Override
    public final void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("Skipped: " + PropertyNames.SKIP + " is set");
            return;
        }
        String skipGoal = PropertyNames.skipOf(execution.getGoal());
        if (Boolean.parseBoolean(property(skipGoal))) {
            getLog().info("Skipped: " + skipGoal + " is set");
            return;
        }
        Credentials credentials = new Credentials(session, settingsDecrypter);
        HintRenderer hints = new HintRenderer(coordinates(), properties(), given());
        Terminal terminal = Terminal.of(session, System.getenv(), StandardStreams.areTerminal());
        boolean json = JSON.equalsIgnoreCase(output);
        Reporter console = new ConsoleReporter(getLog(), hints, terminal, json && outputFile == null, System.out);
        try {
            PropertySpelling.check(session, console);
            Choice.of(List.of(TEXT, JSON), PropertyNames.OUTPUT, output);
            refuseContradictions();
            Request request = new Request(
                    Goal.find(execution.getGoal()).orElseThrow(), options(credentials), arguments(), kubernetes());
            Optional<String> other = OncePerBuild.calledBy(session, execution, request, place());
            if (other.isPresent()) {
                getLog().info("Skipped: " + execution.getGoal() + " has run in " + other.get() + ", once a build");
                return;
            }
            BuildResults results =
                    new BuildResults(session.getCurrentProject().getProperties(), path(outputFile), json);
            try {
                carryOut(request, credentials, hints, terminal, event -> {
                    console.report(event);
                    results.report(event);
                });
            } catch (ProblemException problem) {
                // what a check found is worth a file all the same; why the goal failed matters more
                results.writeAfter(problem);
                throw problem;
            }
            results.write();
        } catch (RefusedException refused) {
            throw new MojoFailureException(hints.render(refused), Printable.exception(refused));
        } catch (StageFailedException failed) {
            throw new MojoExecutionException(hints.render(failed), Printable.exception(failed));
        } catch (RuntimeException unexpected) {
            throw new MojoExecutionException(
                    execution.getGoal() + " failed unexpectedly" + (isCluster() ? ": " : " before it did anything: ")
                            + Printable.text(String.valueOf(unexpected.getMessage())),
                    Printable.exception(unexpected));
        }
    }

    /** Where the goal works; empty for this machine. */
    private Optional<String> place() {
        return isCluster() ? Optional.of(String.join(",", nodes())) : remoteHost();
    }

    /** Has the goal carried out here, or on the machine or machines that were given. */
    private void carryOut(
            Request request, Credentials credentials, HintRenderer hints, Terminal terminal, Reporter reporter) {
        RequestSecrets secrets = secrets(credentials).notifying(notification(request, credentials));
        Path target = Path.of(Objects.requireNonNullElse(session.getExecutionRootDirectory(), ""), "target")
                .toAbsolutePath();
        Path reports = request.options().places().reports();
        Call call = new Call(
                request,
                secrets,
                hints,
                new ReportFiles(
                        reports == null ? target.resolve("mattermost") : reports,
                        request.arguments() instanceof GoalArguments.Rehearse how
                                ? how.options().report()
                                : target.resolve("rehearsal.json")),
                credentials,
                terminal,
                reporter);
        if (isCluster()) {
            cluster(call);
            return;
        }
        if (!isRemote()) {
            here(call);
            return;
        }
        Goal goal = request.goal();
        String command = hints.command(Hint.run("Join it.", goal));
        String what = goal + " on " + remoteHost().orElseThrow();
        try (RemoteEngine engine = remoteEngine(artifacts(), credentials, terminal.attended(), this::postgresFor)) {
            InterruptHook hook = new InterruptHook(engine, terminal.attended(), what, command, System.in, System.out);
            try {
                there(call, engine);
            } finally {
                hook.close();
            }
        }
    }

    /** Carries the goal out on the nodes of a cluster. */
    private void cluster(Call call) {
        boolean attended = call.terminal().attended();
        ClusterOptions options = clusterOptions();
        ProxyCommands commands = proxyCommands();
        ClusterSetup setup = new ClusterSetup(nodes(), this::property);
        setup.requireKnown(propertiesGiven(), options);
        List<RemoteEngine> engines = new ArrayList<>();
        List<ProxyHost> proxies = new ArrayList<>();
        for (String machine : proxyHosts()) {
            proxies.add(ProxyHost.remote(shell(machine, call.credentials(), attended)));
        }
        if (proxies.isEmpty()) {
            proxies.add(ProxyHost.here(new LocalHost()));
        }
        List<Node> nodes = setup.nodes(
                call.request(),
                call.secrets().notifying(Optional.empty()),
                options,
                (machine, serverId, asRoot) -> {
                    RemoteEngine engine = remoteEngine(
                            PropertyNames.NODES,
                            machine,
                            serverId.orElse(sshServerId()),
                            asRoot.orElse(sudo()),
                            artifacts(),
                            call.credentials(),
                            attended,
                            this::postgresFor);
                    engines.add(engine);
                    return engine;
                },
                call.hints(),
                call.files());
        Goal goal = call.request().goal();
        InterruptHook hook = new InterruptHook(
                RemoteWork.of(engines),
                attended,
                goal + " on " + String.join(", ", nodes()),
                call.hints().command(Hint.run("Go on.", goal)),
                System.in,
                System.out);
        try {
            new ClusterGoals(
                            nodes,
                            commands,
                            proxies,
                            options,
                            new ClusterReport(
                                    call.reporter(),
                                    nodes,
                                    call.files().directory(),
                                    call.hints()::command,
                                    Clock.systemUTC()),
                            call.secrets().notification().map(Webhook::new))
                    .run(call.request());
        } finally {
            hook.close();
            nodes.forEach(Node::close);
            proxies.forEach(ProxyHost::close);
        }
    }

    /**
     * What a goal is carried out with.
     *
     * @param files where reports from another machine are written
     */
    record Call(
            Request request,
            RequestSecrets secrets,
            HintRenderer hints,
            ReportFiles files,
            Credentials credentials,
            Terminal terminal,
            Reporter reporter) {}

    /** Carries the goal out on this machine. */
    void here(Call call) {
        engine(call).run(call.request(), call.secrets(), call.reporter());
    }

    /** Carries the goal out on the machine that was given. */
    void there(Call call, RemoteEngine engine) {
        engine.run(call.request(), call.secrets(), call.hints(), call.files(), call.reporter());
    }

    /** The engine of this machine. */
    final Engine engine(Call call) {
        return new Engine(new LocalHost(), Clock.systemUTC(), postgresBinaries(), call.hints()::command);
    }

    /** The files of the plugin and of what it may send. */
    final BuildArtifacts artifacts() {
        return new BuildArtifacts(
                repositories(), session, execution.getMojoDescriptor().getPluginDescriptor());
    }

    /** Where an embedded PostgreSQL for another machine comes from; only a rehearsal has one. */
    Path postgresFor(int major, ArchiveProcessor processor) {
        throw new IllegalStateException("Only a rehearsal starts an embedded PostgreSQL");
    }

    /**
     * Refuses parameters that do not fit together, before anything else is done.
     *
     * @throws RefusedException naming both
     */
    void refuseContradictions() {
        Contradiction.refuse(
                isInKubernetes() && isRemote(),
                PropertyNames.KUBERNETES_RESOURCE,
                PropertyNames.HOST,
                "an installation in Kubernetes is on no machine of its own");
        Contradiction.refuse(
                isCluster() && isRemote(),
                PropertyNames.NODES,
                PropertyNames.HOST,
                "a goal has one node or all of them");
        Contradiction.refuse(
                isCluster() && isInKubernetes(),
                PropertyNames.NODES,
                PropertyNames.KUBERNETES_RESOURCE,
                "an installation in Kubernetes is on no machine of its own");
        Contradiction.refuse(
                isInKubernetes() && Contradiction.given(backupElsewhere),
                PropertyNames.KUBERNETES_RESOURCE,
                PropertyNames.BACKUP_ELSEWHERE,
                "an installation in Kubernetes has no backups of this plugin");
        refuseUnusedOfService(
                new UpgradeOptions.Service(
                        service, serviceName, startCommand, stopCommand, statusCommand, path(environmentFile)),
                "mattermost.");
    }

    /**
     * Refuses what the kind of service does not use. A kind that the command line gives in the place of a POM's leaves
     * what the POM says of the other kind unused, and nobody has made a mistake.
     */
    final void refuseUnusedOfService(UpgradeOptions.Service given, String prefix) {
        String kind = prefix + "service=" + given.kind();
        boolean own = ServiceKind.COMMAND.key().equalsIgnoreCase(given.kind());
        boolean process = ServiceKind.PROCESS.key().equalsIgnoreCase(given.kind());
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("startCommand", given.startCommand());
        commands.put("stopCommand", given.stopCommand());
        commands.put("statusCommand", given.statusCommand());
        commands.forEach((name, command) -> Contradiction.refuse(
                Contradiction.given(command) && !own && givenTogether(prefix + "service", prefix + name),
                prefix + name,
                kind,
                "only the service kind command uses commands"));
        Contradiction.refuse(
                given.environmentFile() != null
                        && !own
                        && !process
                        && givenTogether(prefix + "service", prefix + "environmentFile"),
                prefix + "environmentFile",
                kind,
                "only the service kinds command and process use it");
        Contradiction.refuse(
                Contradiction.given(given.name())
                        && (own || process)
                        && givenTogether(prefix + "service", prefix + "serviceName"),
                prefix + "serviceName",
                kind,
                "this service kind has no name");
    }

    /** Whether two properties come from the same place: both from the command line, or neither. */
    final boolean givenTogether(String one, String other) {
        return session.getUserProperties().containsKey(one)
                == session.getUserProperties().containsKey(other);
    }

    /** What was given on the command line and a goal takes. That nothing be done counts for this goal alone. */
    final Map<String, String> givenFor(String goal) {
        MojoDescriptor other =
                execution.getMojoDescriptor().getPluginDescriptor().getMojo(goal);
        Map<String, String> given = new TreeMap<>();
        for (PlexusConfiguration parameter : other.getMojoConfiguration().getChildren()) {
            String property = String.valueOf(parameter.getValue(null)).replaceAll("^\\$\\{(.*)}$", "$1");
            String value = session.getUserProperties().getProperty(property);
            if (value != null && PropertyNames.all().contains(property) && !property.equals(PropertyNames.DRY_RUN)) {
                given.put(property, value);
            }
        }
        return given;
    }

    private Map<String, Map<String, String>> given() {
        Map<String, Map<String, String>> all = new HashMap<>();
        for (Goal goal : Goal.values()) {
            all.put(goal.key(), givenFor(goal.key()));
        }
        return all;
    }

    final MavenSession session() {
        return session;
    }

    /** The build directory of the project; empty without a POM, where Maven leaves its name as it stands. */
    final Optional<Path> buildDirectory() {
        MavenProject project = session.getCurrentProject();
        return project == null || project.getFile() == null
                ? Optional.empty()
                : Optional.of(Path.of(project.getBuild().getDirectory()));
    }

    /** A property as Maven resolves it: the command line first, then the POM and its active profiles, then the JVM. */
    private String property(String name) {
        String given = session.getUserProperties().getProperty(name);
        if (given == null && session.getCurrentProject() != null) {
            given = session.getCurrentProject().getProperties().getProperty(name);
        }
        return given == null ? session.getSystemProperties().getProperty(name) : given;
    }

    private String coordinates() {
        return execution.getGroupId() + ":" + execution.getArtifactId() + ":" + execution.getVersion();
    }

    /** The names of the properties that the command line or the POM sets. */
    private Set<String> propertiesGiven() {
        Set<String> given = new TreeSet<>(session.getUserProperties().stringPropertyNames());
        if (session.getCurrentProject() != null) {
            given.addAll(session.getCurrentProject().getProperties().stringPropertyNames());
        }
        return given;
    }

    /** What a pasted command needs to find the same installation, service and places again. */
    private Map<String, String> properties() {
        Map<String, String> found = remoteProperties();
        found.putAll(kubernetesProperties());
        if (isCluster()) {
            propertiesGiven().stream()
                    .filter(name -> PropertyNames.nodeOf(name).isPresent())
                    .forEach(name -> found.put(name, property(name)));
        }
        found.put(PropertyNames.INSTALL_DIRECTORY, isInKubernetes() ? null : installDirectory.toString());
        found.put(PropertyNames.STATE_DIRECTORY, unlessDefault(stateDirectory, DEFAULT_STATE_DIRECTORY));
        found.put(PropertyNames.BACKUP_DIRECTORY, unlessDefault(backupDirectory, DEFAULT_BACKUP_DIRECTORY));
        found.put(PropertyNames.CACHE_DIRECTORY, unlessDefault(cacheDirectory, null));
        if (Contradiction.given(backupElsewhere)) {
            found.put(PropertyNames.BACKUP_ELSEWHERE, backupElsewhere);
            found.put(
                    PropertyNames.BACKUP_SERVER_ID,
                    DEFAULT_BACKUP_SERVER_ID.equals(backupServerId) ? null : backupServerId);
        }
        found.put(PropertyNames.SERVICE, "auto".equals(service) ? null : service);
        found.put(PropertyNames.SERVICE_NAME, serviceName);
        found.put(PropertyNames.START_COMMAND, startCommand);
        found.put(PropertyNames.STOP_COMMAND, stopCommand);
        found.put(PropertyNames.STATUS_COMMAND, statusCommand);
        found.put(PropertyNames.ENVIRONMENT_FILE, unlessDefault(environmentFile, null));
        found.put(PropertyNames.TOOLS_DIRECTORY, unlessDefault(toolsDirectory, null));
        found.put(
                PropertyNames.DATABASE_SERVER_ID,
                DEFAULT_DATABASE_SERVER_ID.equals(databaseServerId) ? null : databaseServerId);
        return found;
    }

    private static String unlessDefault(File file, String usual) {
        return file == null || file.toString().equals(usual) ? null : file.toString();
    }

    /** Where to go; goals that go nowhere leave it. */
    UpgradeOptions.Target target(Credentials credentials) {
        return UpgradeOptions.Target.NONE;
    }

    /** How the configuration is merged; goals that merge nothing leave it. */
    UpgradeOptions.Config config() {
        return UpgradeOptions.Config.USUAL;
    }

    /** What is saved; goals that save nothing leave it. */
    UpgradeOptions.Backup backup() {
        return UpgradeOptions.Backup.usual(
                path(toolsDirectory), Choice.inRange(PropertyNames.JOBS, jobs, 1, MOST_JOBS));
    }

    /** The text to announce; null for the usual one. Goals that announce nothing leave it. */
    String announcement() {
        return null;
    }

    /** What nobody may see; goals that need more add it. */
    RequestSecrets secrets(Credentials credentials) {
        return new RequestSecrets(
                credentials.administration(databaseServerId),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                credentials.network(null),
                elsewhere() == null ? Optional.empty() : credentials.elsewhere(backupServerId),
                Map.of());
    }

    private Optional<URI> notification(Request request, Credentials credentials) {
        return request.isNotified() ? credentials.notification(notifyServerId) : Optional.empty();
    }

    /** Where an embedded PostgreSQL comes from; only a rehearsal has one. */
    PostgresBinaries postgresBinaries() {
        return major -> {
            throw new IllegalStateException("Only a rehearsal starts an embedded PostgreSQL");
        };
    }

    private Elsewhere elsewhere() {
        return Contradiction.given(backupElsewhere)
                ? Elsewhere.parse(backupElsewhere, isRemote() || isCluster() ? null : path(sshKnownHosts()))
                : null;
    }

    private UpgradeOptions options(Credentials credentials) {
        Path state = path(stateDirectory);
        return new UpgradeOptions(
                path(installDirectory),
                new UpgradeOptions.Places(
                        state,
                        path(backupDirectory),
                        cacheDirectory == null ? state.resolve("cache") : path(cacheDirectory),
                        reportDirectory == null
                                ? buildDirectory()
                                        .map(target -> target.resolve("mattermost"))
                                        .orElse(null)
                                : path(reportDirectory),
                        elsewhere()),
                new UpgradeOptions.Service(
                        service(PropertyNames.SERVICE, service),
                        serviceName,
                        startCommand,
                        stopCommand,
                        statusCommand,
                        path(environmentFile)),
                target(credentials),
                new UpgradeOptions.Limits(
                        seconds(PropertyNames.STOP_TIMEOUT, stopTimeout, 1),
                        seconds(PropertyNames.START_TIMEOUT, startTimeout, 1),
                        seconds(PropertyNames.WATCH, watch, 0)),
                config(),
                backup(),
                Optional.empty(),
                new UpgradeOptions.Check(siteUrl, team),
                new UpgradeOptions.Announcement(announcement(), maintenancePage, Optional.empty()),
                Choice.of(OnFailure.class, PropertyNames.ON_FAILURE, onFailure),
                dryRun);
    }

    /** Refuses a kind of service that there is not. */
    static String service(String property, String kind) {
        List<String> known = new ArrayList<>(List.of("auto"));
        Arrays.stream(ServiceKind.values()).map(ServiceKind::key).forEach(known::add);
        return Choice.of(known, property, kind);
    }

    static Path path(File file) {
        return file == null ? null : file.toPath().toAbsolutePath().normalize();
    }
}
