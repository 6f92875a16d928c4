package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseNames;
import io.github.mmupgrade.database.Finding;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Everything that could stop an upgrade and can be known before the server is stopped. Changes nothing. */
final class Preflight {

    /** The vendor's advice: at least 2 GB free. */
    private static final long MINIMUM_FREE_BYTES = 2_000_000_000L;

    /** A node of a cluster says every minute that it is there; twice that is not lately. */
    private static final Duration LATELY = Duration.ofMinutes(2);

    /** What decides which database and which directories are meant. */
    private static final Set<String> DECISIVE = Set.of(
            "SqlSettings.DriverName", "SqlSettings.DataSource", "FileSettings.DriverName", "FileSettings.Directory");

    private final Workplace place;
    private final InstalledServer server;

    Preflight(Workplace place, InstalledServer server) {
        this.place = place;
        this.server = server;
    }

    /** Runs all checks; one that fails unexpectedly counts as refused. */
    List<CheckResult> run() {
        Map<String, Supplier<CheckResult>> checks = new LinkedHashMap<>();
        checks.put("program", this::program);
        checks.put("user", this::user);
        checks.put("configuration", this::configuration);
        checks.put("service", this::service);
        checks.put("agreement", this::agreement);
        checks.put(
                "database",
                () -> withDatabase(
                        "database",
                        database ->
                                CheckResult.ok("database", database.dataSource() + ", " + database.serverVersion())));
        checks.put("tools", () -> withDatabase("tools", this::tools));
        checks.put("cluster", () -> withDatabase("cluster", this::cluster));
        checks.put("sessions", () -> withDatabase("sessions", this::sessions));
        checks.put("migrations", () -> withDatabase("migrations", Preflight::migrations));
        checks.put("restore", this::restore);
        checks.put("frozen copy", () -> withDatabase("frozen copy", this::frozenCopy));
        checks.put("backups", this::backups);
        checks.put("room", this::room);
        List<CheckResult> results = new ArrayList<>();
        checks.forEach((name, check) -> results.add(guarded(name, check)));
        return results;
    }

    /**
     * Reports all results and refuses when one of them says so.
     *
     * @throws RefusedException with everything that stands against it
     */
    static void report(Workplace place, List<CheckResult> results) {
        for (CheckResult result : results) {
            if (result.outcome() == CheckResult.Outcome.OK) {
                place.reporter().info(result.toString());
            } else {
                place.reporter().warn(result.toString());
            }
        }
        List<CheckResult> refused = results.stream()
                .filter(result -> result.outcome() == CheckResult.Outcome.REFUSED)
                .toList();
        if (!refused.isEmpty()) {
            StringBuilder text = new StringBuilder();
            refused.forEach(result -> text.append(result.text()).append(System.lineSeparator()));
            throw new RefusedException(
                    text + "Nothing was changed; the server is as it was.",
                    refused.get(0).hint());
        }
    }

    private static CheckResult guarded(String name, Supplier<CheckResult> check) {
        try {
            return check.get();
        } catch (ProblemException e) {
            return CheckResult.refused(name, e.getMessage(), e.hint());
        } catch (RuntimeException e) {
            return CheckResult.refused(
                    name, "The check failed: " + e, Hint.of("look at what stands in its way; -X shows more"));
        }
    }

    private CheckResult withDatabase(String name, Function<Database, CheckResult> check) {
        if (place.options().backup().database().equals("none") && name.equals("tools")) {
            return CheckResult.warning(name, "not needed: the database is not saved");
        }
        try (Database database = server.openDatabase()) {
            return check.apply(database);
        }
    }

    private CheckResult program() {
        return CheckResult.ok("program", place.installation().requireBinary().toString());
    }

    private CheckResult user() {
        Owner self = place.host().self();
        Owner owner = place.installation().owner();
        if (self.uid() != 0 && self.uid() != owner.uid()) {
            return CheckResult.refused(
                    "user",
                    "The installation " + place.installation() + " belongs to user " + owner.uid()
                            + "; this runs as user " + self.uid() + ".",
                    Hint.of("run as root, or as the owner of the installation"));
        }
        Path parent = place.installation().mountPoint()
                ? place.installation().directory()
                : place.installation().directory().getParent();
        if (!Files.isWritable(parent)) {
            return CheckResult.refused(
                    "user",
                    "The directory " + parent + ", where the next release is unpacked, can't be written.",
                    Hint.of("run as root, or make it writable for the owner of the installation"));
        }
        return CheckResult.ok("user", "runs as " + self.uid() + ", the installation belongs to " + owner);
    }

    private CheckResult configuration() {
        server.effective();
        return CheckResult.ok("configuration", server.document().name());
    }

    private CheckResult service() {
        String state = server.control().kind() + " " + server.control().name() + ", "
                + server.running()
                        .map(running -> "runs as process " + running.pid())
                        .orElse("does not run");
        List<String> problems = server.control().unit().problems();
        return problems.isEmpty()
                ? CheckResult.ok("service", state)
                : CheckResult.warning("service", state + "; " + String.join("; ", problems));
    }

    /** What the process runs with and what its service would start it with next time have to agree. */
    private CheckResult agreement() {
        if (server.running().isEmpty()) {
            return CheckResult.ok("agreement", "the server does not run; its service's settings count");
        }
        if (server.running().get().environment().isEmpty()) {
            return CheckResult.refused(
                    "agreement",
                    "The environment of process " + server.running().get().pid() + " can't be read.",
                    Hint.of("run as root, or as the user of the server"));
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
                ? CheckResult.ok("agreement", "the process and its service agree about database and directories")
                : CheckResult.refused(
                        "agreement",
                        "The running process and its service disagree about " + String.join(", ", differing)
                                + ": after a restart it would use another one.",
                        Hint.of("restart the server so that it runs with what is configured, or correct the service's"
                                + " environment"));
    }

    private CheckResult tools(Database database) {
        return CheckResult.ok("tools", database.requireTools());
    }

    private CheckResult cluster(Database database) {
        List<ClusterNode> nodes = database.clusterNodes(place.clock().instant().minus(LATELY)).stream()
                .filter(node -> !node.hostname().equals(place.host().name()))
                .toList();
        if (!nodes.isEmpty()) {
            return CheckResult.refused(
                    "cluster",
                    "Other nodes of a cluster use this database: " + nodes + ".",
                    Hint.of("stop the other nodes; they are upgraded one by one afterwards, each with its own files"));
        }
        return CheckResult.ok(
                "cluster",
                server.effective().flag("ClusterSettings.Enable", false)
                        ? "enabled, no other node was seen lately"
                        : "not enabled");
    }

    private CheckResult sessions(Database database) {
        List<Session> foreign = database.foreignSessions().stream()
                .filter(session -> session.ableToWrite() && !session.ownRole())
                .toList();
        return foreign.isEmpty()
                ? CheckResult.ok("sessions", "nobody else writes to the database")
                : CheckResult.refused(
                        "sessions",
                        "Others can write to the database: " + foreign + ".",
                        Hint.of("end these sessions; after the stop nobody but the plugin may use the database"));
    }

    private static CheckResult migrations(Database database) {
        return database.hasDirtyMigration()
                ? CheckResult.refused(
                        "migrations",
                        "A migration of an earlier upgrade broke off half-way; the server would refuse to start.",
                        Hint.of("restore the database from before that upgrade first"))
                : CheckResult.ok("migrations", "no broken one");
    }

    private CheckResult frozenCopy(Database database) {
        String wanted = place.options().backup().database();
        if (wanted.equals("dump")) {
            return dumpWhileStopped(database, "the database is dumped while the server is stopped, as asked for");
        }
        if (!wanted.equals("auto") && !wanted.equals("frozen")) {
            return CheckResult.ok("frozen copy", "not wanted (mattermost.backup.database=" + wanted + ")");
        }
        String name = DatabaseNames.frozen(database.dataSource().database(), "preflight");
        var blocking = database.preconditions(name, null).stream()
                .filter(finding -> finding.severity() == Finding.Severity.BLOCKING)
                .toList();
        if (!blocking.isEmpty()) {
            String text = "it can't be made: " + blocking.get(0).text();
            return wanted.equals("frozen")
                    ? CheckResult.refused("frozen copy", text, blocking.get(0).hint())
                    : dumpWhileStopped(database, text + "; the database is dumped while the server is stopped instead");
        }
        Optional<Duration> estimate = database.estimateFreeze();
        if (estimate.isEmpty()) {
            return dumpWhileStopped(database, "this kind of server can't make one; the database is dumped");
        }
        String size = database.sizeBytes() / 1_000_000 + " MB";
        Duration limit = place.options().backup().maxDowntime();
        if (limit != null && estimate.get().compareTo(limit) > 0) {
            return CheckResult.refused(
                    "frozen copy",
                    "Freezing the database of " + size + " takes about "
                            + estimate.get().toSeconds() + " s, more than the " + limit.toSeconds()
                            + " s of mattermost.maxDowntime.",
                    Hint.of("give a larger mattermost.maxDowntime, or mattermost.backup.database=command with a"
                            + " snapshot of the storage"));
        }
        return CheckResult.ok("frozen copy", "takes about " + estimate.get().toSeconds() + " s for " + size);
    }

    /** Without a frozen copy the dump is what the server has to be stopped for. */
    private CheckResult dumpWhileStopped(Database database, String why) {
        Duration estimate = database.estimateDump();
        Duration limit = place.options().backup().maxDowntime();
        String text = why + ", about " + estimate.toSeconds() + " s";
        return limit != null && estimate.compareTo(limit) > 0
                ? CheckResult.refused(
                        "frozen copy",
                        text + ", more than the " + limit.toSeconds() + " s of mattermost.maxDowntime.",
                        Hint.of("give a larger mattermost.maxDowntime, or mattermost.backup.database=command with a"
                                + " snapshot of the storage"))
                : CheckResult.warning("frozen copy", text);
    }

    private CheckResult backups() {
        Backups backups = new Backups(place);
        Path wanted = backups.directory().root();
        List<Path> sources = new ArrayList<>(List.of(place.installation().directory()));
        server.fileStore().ifPresent(sources::add);
        for (Path source : sources) {
            if (wanted.startsWith(source)) {
                return CheckResult.refused(
                        "backups",
                        "The backup directory " + wanted + " lies inside " + source + ", which is backed up.",
                        Hint.of("give another one by mattermost.backupDirectory"));
            }
        }
        return CheckResult.ok("backups", wanted.toString());
    }

    private CheckResult room() {
        List<String> found = new ArrayList<>();
        for (Path wanted : List.of(
                place.installation().directory(), place.options().places().backups())) {
            Path there = existing(wanted);
            try {
                FileStore store = Files.getFileStore(there);
                if (store.getUsableSpace() < MINIMUM_FREE_BYTES) {
                    return CheckResult.refused(
                            "room",
                            "Only " + store.getUsableSpace() / 1_000_000 + " MB are free on the file system of "
                                    + wanted + "; at least " + MINIMUM_FREE_BYTES / 1_000_000 + " MB are needed.",
                            Hint.of("make room, or give another directory by mattermost.backupDirectory"));
                }
                found.add(store.getUsableSpace() / 1_000_000 + " MB for " + wanted);
            } catch (IOException e) {
                return CheckResult.refused(
                        "room",
                        "The free space of " + there + " can't be read: " + e.getMessage(),
                        Hint.of("look at the file system"));
            }
        }
        found.add("the backup: " + new BackupForecast(place, server).requireRoom());
        return CheckResult.ok("room", String.join(", ", found));
    }

    private CheckResult restore() {
        return Upkeep.openRestore(place)
                .map(run -> CheckResult.refused(
                        "restore",
                        "The restore " + run + " of backup " + run.requireFact(0, Facts.BACKUP) + " broke off.",
                        Hint.run("bring it to its end first:", BackupRestore.NAME)))
                .orElseGet(() -> CheckResult.ok("restore", "none is under way"));
    }

    private static Path existing(Path wanted) {
        Path there = wanted;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there == null ? Path.of("/") : there;
    }
}
