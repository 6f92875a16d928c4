package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be said of the database: whether it answers, who uses it, and how it can be saved. */
final class DatabaseChecks {

    /** A node of a cluster says every minute that it is there; twice that is not lately. */
    private static final Duration LATELY = Duration.ofMinutes(2);

    private final GoalContext context;
    private final InstalledServer server;

    DatabaseChecks(GoalContext context, InstalledServer server) {
        this.context = context;
        this.server = server;
    }

    void addTo(Map<String, Supplier<CheckResult>> checks) {
        checks.put(
                "database",
                () -> withDatabase(
                        "database",
                        database ->
                                CheckResult.ok("database", database.dataSource() + ", " + database.serverVersion())));
        checks.put("tools", () -> withDatabase("tools", this::tools));
        checks.put("cluster", () -> withDatabase("cluster", this::cluster));
        checks.put("sessions", () -> withDatabase("sessions", this::sessions));
        checks.put("migrations", () -> withDatabase("migrations", DatabaseChecks::migrations));
        checks.put("frozen copy", () -> withDatabase("frozen copy", this::frozenCopy));
    }

    private CheckResult withDatabase(String name, Function<Database, CheckResult> check) {
        if (context.options().backup().database() == DatabaseSaving.NONE && name.equals("tools")) {
            return CheckResult.warning(name, "not needed: the database is not saved");
        }
        try (Database database = server.openDatabase()) {
            return check.apply(database);
        }
    }

    private CheckResult tools(Database database) {
        if (context.options().backup().database() == DatabaseSaving.COMMAND) {
            CustomDatabaseBackup.require(context);
        }
        return CheckResult.ok("tools", database.requireTools());
    }

    private CheckResult cluster(Database database) {
        List<ClusterNode> nodes = database
                .clusterNodes(context.clock().instant().minus(LATELY))
                .stream()
                .filter(node -> !node.hostname().equals(context.host().name()))
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
        DatabaseSaving wanted = context.options().backup().database();
        if (wanted == DatabaseSaving.DUMP) {
            return dumpWhileStopped(database, "the database is dumped while the server is stopped, as asked for");
        }
        if (!wanted.mayFreeze()) {
            return CheckResult.ok("frozen copy", "not wanted (mattermost.backup.database=" + wanted + ")");
        }
        String name = DatabaseNames.frozen(database.dataSource().database(), "preflight");
        var blocking = database.preconditions(name, null).stream()
                .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                .toList();
        if (!blocking.isEmpty()) {
            String text = "it can't be made: " + blocking.get(0).text();
            // the hint says what is done instead, too, which this line says itself
            String remedy = blocking.get(0)
                    .hint()
                    .text()
                    .replaceFirst("((^|[.] Otherwise, )[Tt]he database is dumped.*|[.])$", "");
            return wanted == DatabaseSaving.FROZEN
                    ? CheckResult.refused("frozen copy", text, blocking.get(0).hint())
                    : dumpWhileStopped(
                            database,
                            text + ". " + (remedy.isEmpty() ? "" : "To have it copied: " + remedy + ". ")
                                    + "The database is dumped while the server is stopped instead");
        }
        Optional<Duration> estimate = database.estimateFreeze();
        if (estimate.isEmpty()) {
            return dumpWhileStopped(database, "this kind of server can't make one; the database is dumped");
        }
        String size = database.sizeBytes() / 1_000_000 + " MB";
        Duration limit = context.options().backup().maxDowntime();
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
        Duration limit = context.options().backup().maxDowntime();
        String text = why + ", about " + estimate.toSeconds() + " s";
        return limit != null && estimate.compareTo(limit) > 0
                ? CheckResult.refused(
                        "frozen copy",
                        text + ", more than the " + limit.toSeconds() + " s of mattermost.maxDowntime.",
                        Hint.of("give a larger mattermost.maxDowntime, or mattermost.backup.database=command with a"
                                + " snapshot of the storage"))
                : CheckResult.warning("frozen copy", text);
    }
}
