package io.github.mmupgrade.preflight;

import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What can be said of the server itself: its program, its configuration, its service, and who may touch them. */
final class ServerChecks {

    /** What decides which database and which directories are meant. */
    private static final Set<String> DECISIVE = Set.of(
            "SqlSettings.DriverName", "SqlSettings.DataSource", "FileSettings.DriverName", "FileSettings.Directory");

    /** 5.25 still started without being able to write its configuration and logged an error; 5.37 does not start. */
    private static final Version WRITES_CONFIGURATION = Version.of(5, 26, 0);

    /** Go's net/url refuses other characters since Go 1.10, with which 4.10 is the first release known to be built. */
    private static final Version READS_STRICTLY = Version.of(4, 10, 0);

    private static final List<String> DATA_SOURCES =
            List.of("SqlSettings.DataSource", "SqlSettings.DataSourceReplicas", "SqlSettings.DataSourceSearchReplicas");

    private final GoalContext context;
    private final Users users;
    private final InstalledServer server;
    private final Optional<PlannedUpgrade> forecast;

    ServerChecks(GoalContext context, InstalledServer server, Optional<PlannedUpgrade> forecast) {
        this.context = context;
        this.users = new Users(context.host());
        this.server = server;
        this.forecast = forecast;
    }

    void addTo(Map<String, Supplier<CheckResult>> checks) {
        checks.put("program", this::program);
        checks.put("user", this::user);
        checks.put("configuration", this::configuration);
        forecast.ifPresent(way -> checks.put("data source", () -> dataSources(way)));
        forecast.ifPresent(way -> checks.put("overlays", () -> overlays(way)));
        addRestart(checks);
    }

    /** Those of a server that is started again with another configuration. */
    void addRestart(Map<String, Supplier<CheckResult>> checks) {
        checks.put("config file", this::configurationFile);
        checks.put("service", this::service);
        checks.put("agreement", this::agreement);
    }

    private CheckResult program() {
        return CheckResult.ok("program", context.installation().requireBinary().toString());
    }

    /** What a release of the path could not read of the data sources, though the installed one does. */
    private CheckResult dataSources(PlannedUpgrade way) {
        Optional<Version> strict = way.path().hops().stream()
                .map(Hop::to)
                .filter(version -> version.compareTo(READS_STRICTLY) >= 0)
                .findFirst();
        EffectiveConfiguration effective = server.effective();
        List<String> wrong = DATA_SOURCES.stream()
                .filter(setting -> effective.list(setting).stream().anyMatch(DataSource::needsPercentEncoding))
                .toList();
        return strict.isEmpty() || wrong.isEmpty()
                ? CheckResult.ok("data source", "every release of the path can read it")
                : CheckResult.refused(
                        "data source",
                        "Mattermost " + strict.get() + " cannot read " + String.join(" and ", wrong)
                                + ": user or password contain characters that must be percent-encoded there.",
                        Hint.of("Write such characters as % and two digits, for example { as %7B. Letters, digits and"
                                + " -._~!$&'()*+,;= may stay."));
    }

    private CheckResult user() {
        Owner self = context.host().self();
        Owner owner = context.installation().owner();
        if (self.uid() != 0 && self.uid() != owner.uid()) {
            return CheckResult.refused(
                    "user",
                    "The installation " + context.installation() + " belongs to user " + users.user(owner.uid())
                            + ", but Maven runs as user " + users.user(self.uid()) + ".",
                    Hint.of("Run as root, or as the owner of the installation."));
        }
        Path parent = context.installation().mountPoint()
                ? context.installation().directory()
                : context.installation().directory().getParent();
        if (!Files.isWritable(parent)) {
            return CheckResult.refused(
                    "user",
                    "The directory " + parent + ", where the next release is unpacked, is not writable.",
                    Hint.of("Run as root, or make it writable for the owner of the installation."));
        }
        return CheckResult.ok(
                "user", "runs as " + users.user(self.uid()) + ", the installation belongs to " + users.of(owner));
    }

    private CheckResult configuration() {
        server.effective();
        return CheckResult.ok("configuration", server.document().name());
    }

    private CheckResult overlays(PlannedUpgrade way) {
        List<Overlay> overlays = context.options().config().overlays();
        new HopConfigurations(context)
                .requireOverlays(way.path().hops().stream().map(Hop::to).toList());
        return CheckResult.ok(
                "overlays",
                overlays.isEmpty()
                        ? "none"
                        : overlays.stream().map(Overlay::toString).collect(Collectors.joining(", ")));
    }

    private CheckResult service() {
        String state = server.control().kind() + " " + server.control().name() + ", "
                + server.running()
                        .map(running -> "running as process " + running.pid())
                        .orElse("not running");
        List<String> problems = server.control().unit().problems();
        return problems.isEmpty()
                ? CheckResult.ok("service", state)
                : CheckResult.warning("service", state + "; " + String.join("; ", problems));
    }

    /** What the process runs with and what its service would start it with next time have to agree. */
    private CheckResult agreement() {
        if (server.running().isEmpty()) {
            return CheckResult.ok("agreement", "the server is not running; the settings of its service apply");
        }
        if (server.running().get().environment().isEmpty()) {
            return CheckResult.refused(
                    "agreement",
                    "The environment of process " + server.running().get().pid() + " cannot be read.",
                    Hint.of("Run as root, or as the user of the server."));
        }
        InstalledServer asConfigured = server.asStopped();
        Set<String> differing = new TreeSet<>();
        for (String setting : DECISIVE) {
            if (!Objects.equals(
                    server.effective().text(setting), asConfigured.effective().text(setting))) {
                differing.add(setting);
            }
        }
        return differing.isEmpty()
                ? CheckResult.ok("agreement", "the process and its service have the same database and directories")
                : CheckResult.refused(
                        "agreement",
                        "The running process and its service differ in " + String.join(", ", differing)
                                + ". After a restart the server would use the service's values.",
                        Hint.of("Restart the server so that it uses what is configured, or correct the service's"
                                + " environment."));
    }

    /** A new release writes the settings that are new into the file at its first start, as the user of the service. */
    private CheckResult configurationFile() {
        Optional<Path> file = server.configFile();
        if (file.isEmpty()) {
            return CheckResult.ok("config file", "none: the configuration is stored in a database");
        }
        Owner owner = server.running().map(RunningServer::owner).orElseGet(() -> context.installation()
                .owner());
        boolean writable = context.host()
                .run(Command.of("test", "-w", file.get().toString()).user(owner).build())
                .succeeded();
        if (writable) {
            return CheckResult.ok("config file", "user " + users.user(owner.uid()) + " may write to " + file.get());
        }
        String text = "The server runs as user " + users.user(owner.uid()) + ", which cannot write to " + file.get();
        Optional<Version> target = forecast.map(way -> way.path().target().version());
        return target.filter(version -> version.atLeast(WRITES_CONFIGURATION)).isPresent()
                ? CheckResult.refused(
                        "config file",
                        text + "; Mattermost " + target.get() + " would not start.",
                        writableHint(file.get(), owner))
                : CheckResult.warning("config file", text + "; the server will log an error");
    }

    /** A link is never to be given away: who owns what it leads to would change. */
    private Hint writableHint(Path file, Owner owner) {
        if (!Files.isSymbolicLink(file)) {
            return Hint.of("Give the file to the user of the server (chown " + users.of(owner) + " " + file + ").");
        }
        String target;
        try {
            target = AtomicFile.followLinks(file).toString();
        } catch (IOException e) {
            target = "nowhere (" + IoReason.of(e) + ")";
        }
        return Hint.of(file + " is a symbolic link to " + target + ". Replace it by a file that user "
                + users.user(owner.uid()) + " may write to, or by a link to such a file.");
    }
}
