package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import io.github.mmupgrade.saving.method.MethodChoice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be said of the database: whether it answers, who uses it, and how it can be saved. */
final class DatabaseChecks {

    private static final String COPY = "database copy";

    private final GoalContext context;
    private final InstalledServer server;
    private final Supplier<MethodChoice> choices;

    DatabaseChecks(GoalContext context, InstalledServer server, Supplier<MethodChoice> choices) {
        this.choices = choices;
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
        checks.put(COPY, () -> withDatabase(COPY, this::databaseCopy));
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
        List<ClusterNode> nodes = OtherNodes.of(context, database);
        ClusterPart part = context.options().cluster();
        if (part != null) {
            return CheckResult.ok("cluster", "node " + part.node() + " of " + String.join(", ", part.nodes()));
        }
        if (!nodes.isEmpty()) {
            return CheckResult.refused(
                    "cluster",
                    "Other nodes of a cluster use this database: " + nodes + ".",
                    Hint.of(
                            "Name all nodes with mattermost.nodes to upgrade them together. Or stop the others, and upgrade"
                                    + " them one by one afterwards."));
        }
        return CheckResult.ok(
                "cluster",
                server.effective().flag("ClusterSettings.Enable", false)
                        ? "enabled, no other node was seen recently"
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
                        "Other sessions can write to the database: " + foreign + ".",
                        Hint.of("End these sessions. After the stop only the plugin may use the database."));
    }

    private static CheckResult migrations(Database database) {
        return database.hasDirtyMigration()
                ? CheckResult.refused(
                        "migrations",
                        "A schema migration of an earlier upgrade is incomplete; the server would refuse to start.",
                        Hint.of("Restore the database from before that upgrade first."))
                : CheckResult.ok("migrations", "none is incomplete");
    }

    private CheckResult databaseCopy(Database database) {
        MethodChoice choice = choices.get();
        Optional<RefusedException> refusal =
                choice.refusal(context.options().backup().maxDowntime());
        if (refusal.isPresent()) {
            return CheckResult.refused(
                    COPY, refusal.get().getMessage(), refusal.get().hint());
        }
        String open = context.openRun().map(Run::id).orElse(null);
        List<String> left =
                database.baseBackups().map(server -> server.leftovers(open)).orElse(List.of());
        if (!left.isEmpty()) {
            return CheckResult.warning(
                    COPY,
                    "An earlier upgrade left " + left
                            + " on the database server, where it takes room; the next upgrade removes it. "
                            + choice.text());
        }
        return choice.chosen().kind() == DatabaseSaving.DUMP
                ? CheckResult.warning(COPY, choice.text())
                : CheckResult.ok(COPY, choice.text());
    }
}
