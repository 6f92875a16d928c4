package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.StopOrder;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.maintenance.BackupList;
import io.github.mmupgrade.migration.MigrationRun;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How an installation stands, for people. Reads only. */
public final class Status {

    private static final int RUNS = 5;

    private final GoalContext context;
    private final Set<String> told = new HashSet<>();

    public Status(GoalContext context) {
        this.context = context;
    }

    /** The status, a line each. What cannot be found out says why. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Installation " + context.installation());
        lines.add("  program      "
                + context.installation()
                        .binary()
                        .map(Path::toString)
                        .orElse("none: an install was interrupted; run the same goal again, or rollback"));
        lines.add("  service      " + guarded(this::service));
        lines.add("  answers      " + guarded(this::answers));
        lines.add("  database     " + guarded(this::database));
        lines.add("  lock         " + guarded(this::lock));
        context.installation().siblings().forEach(sibling -> lines.add("  sibling      " + sibling));
        addSetAside(lines);
        addDatabases(lines);
        addRuns(lines);
        addBackups(lines);
        return lines;
    }

    private String guarded(Supplier<String> question) {
        try {
            return question.get();
        } catch (ProblemException e) {
            return notKnown(e);
        }
    }

    /** A reason is said once: what is not known for the same reason points there. */
    private String notKnown(ProblemException e) {
        return told.add(e.getMessage()) ? "not known: " + e.getMessage() : "not known, see above";
    }

    private String service() {
        InstalledServer server = context.server();
        return server.control().kind() + " " + server.control().name() + ": "
                + server.control().state()
                + server.running().map(running -> ", process " + running.pid()).orElse("")
                + new StopOrder(context)
                        .stopping()
                        .map(pid -> "; process " + pid + " was told to stop and has not ended yet")
                        .orElse("");
    }

    private String answers() {
        ServerAnswer answer = new ServerProbe(context.server().listenAddress(), Duration.ofSeconds(5)).ask();
        return answer + " on " + context.server().listenAddress();
    }

    private String database() {
        try (Database database = context.server().openDatabaseUnchecked()) {
            if (!database.acceptsConnections()) {
                return database.dataSource()
                        + " accepts no connections: a backup was interrupted; run the same goal again, or rollback";
            }
            return database.dataSource() + ", schema "
                    + database.schemaVersion().map(Object::toString).orElse("none");
        }
    }

    private String lock() {
        try {
            return ExclusiveLock.holder(context.state().resolve("lock"))
                    .map(holder -> "held by " + holder)
                    .orElse("free");
        } catch (NoSuchFileException e) {
            return "free";
        } catch (IOException e) {
            return "unknown, the lock file cannot be read: " + IoReason.of(e);
        }
    }

    /** What a rollback has found newer than the backup, and put beside where it was. */
    private void addSetAside(List<String> lines) {
        Path directory = context.installation().directory();
        Set<Path> trees = new LinkedHashSet<>(List.of(
                directory.resolve("plugins"), directory.resolve("client").resolve("plugins")));
        try {
            context.server().fileStore().ifPresent(trees::add);
        } catch (ProblemException e) {
            lines.add("  file store   " + notKnown(e));
        }
        for (Path tree : trees) {
            String start = tree.getFileName() + ".since-";
            try (Stream<Path> entries = Files.list(tree.getParent())) {
                entries.filter(entry -> entry.getFileName().toString().startsWith(start))
                        .sorted()
                        .forEach(entry -> lines.add("  set aside    " + entry));
            } catch (IOException e) {
                lines.add("  set aside    not known: " + IoReason.of(e));
            }
        }
    }

    private void addDatabases(List<String> lines) {
        try (Database database = context.server().openDatabaseUnchecked()) {
            for (SideDatabase sibling : database.listSiblings()) {
                lines.add("  copy         " + sibling.name() + ", " + Amount.bytes(sibling.sizeBytes())
                        + (sibling.unfinished() ? ", unfinished" : ""));
            }
            database.baseBackups().ifPresent(server -> server.leftovers(null)
                    .forEach(name -> lines.add(
                            "  leftover     " + name + " of a base backup takes room on the database server")));
        } catch (ProblemException e) {
            lines.add("  copies       " + notKnown(e));
        }
        CommandCopies copies = new CommandCopies(context);
        copies.runs()
                .forEach(run ->
                        lines.add("  copy         " + copies.of(run).orElseThrow() + ", made by your own command"));
    }

    private void addRuns(List<String> lines) {
        List<Run> runs = Run.all(context.journal());
        lines.add(runs.isEmpty() ? "No upgrade was run yet" : "Upgrades, the newest last");
        for (Run run : runs.subList(Math.max(0, runs.size() - RUNS), runs.size())) {
            String from = MigrationRun.of(run)
                    .map(migration -> "migration from " + migration.source() + ", ")
                    .orElseGet(() -> run.fact(0, JournalKeys.FROM).orElse("?") + " -> ");
            lines.add(
                    "  " + run + "  " + from + run.fact(0, JournalKeys.TARGET).orElse("?") + ", " + words(run.state()));
            if (run.state() == Run.State.OPEN) {
                for (Map.Entry<String, JournalEvent.Kind> stage : run.stages().entrySet()) {
                    lines.add("    " + stage.getKey() + ": " + words(stage.getValue()));
                }
            }
        }
    }

    private static String words(Run.State state) {
        return switch (state) {
            case OPEN -> "in progress";
            case FINISHED -> "finished";
            case ROLLED_BACK -> "rolled back";
        };
    }

    private static String words(JournalEvent.Kind kind) {
        return switch (kind) {
            case BEGIN -> "begun";
            case DONE -> "done";
            case FACT -> "noted";
            case FAILED -> "failed";
            case UNDONE -> "rolled back";
        };
    }

    private void addBackups(List<String> lines) {
        List<BackupSummary> backups = new Backups(context).directory().list();
        lines.add(
                backups.isEmpty()
                        ? "No backup in " + new Backups(context).directory().root()
                        : "Backups in " + new Backups(context).directory().root());
        Set<String> backInUse = new Backups(context).backInUse();
        backups.forEach(backup -> lines.add("  " + backup.run() + "  " + BackupList.words(backup, backInUse)));
    }
}
