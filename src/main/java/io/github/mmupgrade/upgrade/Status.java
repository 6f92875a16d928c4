package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.StartBan;
import io.github.mmupgrade.context.StopOrder;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.DiskSpeed;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.maintenance.BackupList;
import io.github.mmupgrade.maintenance.BackupPrune;
import io.github.mmupgrade.maintenance.HandOver;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.migration.MigrationRun;
import io.github.mmupgrade.preflight.OtherNodes;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.rollback.Rollback;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How an installation stands, for people and for programs. Reads only; what cannot be found out says why. */
final class Status {

    private static final int RUNS = 5;

    /** A complete backup that is older wants attention. */
    private static final Duration OLD = Duration.ofDays(7);

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm'Z'").withZone(ZoneOffset.UTC);

    private final GoalContext context;
    private final Rollback rollback;
    private final ObjectNode data = Json.MAPPER.createObjectNode();
    private final List<String> lines = new ArrayList<>();
    private final List<Hint> attention = new ArrayList<>();
    private final Set<String> told = new HashSet<>();

    Status(GoalContext context, Rollback rollback) {
        this.context = context;
        this.rollback = rollback;
    }

    /** Reports the status, and after it what wants attention, each with its command. */
    void report() {
        context.reporter().report(result());
        attention.forEach(context.reporter()::hint);
    }

    private Event.Result result() {
        lines.add("Installation " + context.installation());
        data.put("installation", context.installation().directory().toString());
        guarded("program", this::program);
        guarded("release", this::release);
        guarded("service", this::service);
        guarded("answers", this::answers);
        guarded("database", this::database);
        guarded("lock", this::lock);
        siblings();
        guarded("set aside", this::setAside);
        received();
        guarded("copies", this::copies);
        kept();
        runs();
        backups();
        attention();
        return new Event.Result(Goal.STATUS, data, lines);
    }

    private void guarded(String name, Runnable question) {
        try {
            question.run();
        } catch (ProblemException e) {
            // a reason is said once: what is not known for the same reason points there
            line(name, told.add(e.getMessage()) ? "not known: " + e.getMessage() : "not known, see above");
        }
    }

    private void line(String name, String text) {
        lines.add(String.format(Locale.ROOT, "  %-12s %s", name, text));
    }

    private void program() {
        Optional<Path> program = context.installation().binary();
        program.ifPresent(path -> data.put("program", path.toString()));
        line(
                "program",
                program.map(Path::toString)
                        .orElse("none: an install was interrupted; run the same goal again, or rollback"));
    }

    private void release() {
        Optional<InstalledRelease> release = InstalledRelease.known(context, context.server());
        release.ifPresent(found -> data.put("installedVersion", found.version().toString())
                .put("edition", found.edition().key()));
        line(
                "release",
                release.map(found -> found + ": " + found.source()).orElse("not known without a running server"));
    }

    private void service() {
        InstalledServer server = context.server();
        ObjectNode service = data.putObject("service");
        service.put("kind", server.control().kind().toString())
                .put("name", server.control().name());
        service.put("state", server.control().state().toString().toLowerCase(Locale.ROOT));
        server.running().ifPresent(running -> service.put("process", running.pid()));
        Optional<Long> stopping = new StopOrder(context).stopping();
        line(
                "service",
                server.control().kind() + " " + server.control().name() + ": "
                        + server.control().state()
                        + server.running()
                                .map(running -> ", process " + running.pid())
                                .orElse("")
                        + stopping.map(pid -> "; process " + pid + " was told to stop and has not ended yet")
                                .orElse(""));
        StartBan.of(context).reason().ifPresent(why -> {
            data.put("startBan", why);
            attention.add(Hint.of("The server must not be started. " + why));
        });
        if (server.running().isEmpty() && context.openRun().isEmpty()) {
            attention.add(Hint.run("The server is stopped, and no upgrade is in progress. Start it.", Goal.START));
        }
    }

    private void answers() {
        ServerAnswer answer = new ServerProbe(context.server().listenAddress(), Duration.ofSeconds(5)).ask();
        data.put("answers", answer.answered()).put("healthy", answer.healthy());
        line("answers", answer + " on " + context.server().listenAddress());
    }

    private void database() {
        try (Database database = context.server().openDatabaseUnchecked()) {
            ObjectNode found = data.putObject("database");
            found.put("dataSource", database.dataSource().toString());
            if (!database.acceptsConnections()) {
                line(
                        "database",
                        database.dataSource()
                                + " accepts no connections: a backup was interrupted; run the same goal again, or rollback");
                return;
            }
            String schema = database.schemaVersion().map(Object::toString).orElse("none");
            long bytes = database.sizeBytes();
            found.put("server", database.serverVersion().toString())
                    .put("schema", schema)
                    .put("bytes", bytes);
            line(
                    "database",
                    database.dataSource() + ", " + database.serverVersion() + ", schema " + schema + ", "
                            + Amount.bytes(bytes));
            List<ClusterNode> nodes = OtherNodes.lively(context, database);
            if (!nodes.isEmpty()) {
                nodes.forEach(node -> data.withArray("/nodes").add(node.hostname()));
                line("cluster", nodes.size() + " nodes: " + nodes);
            }
        }
    }

    private void lock() {
        String holder;
        try {
            holder = ExclusiveLock.holder(context.state().resolve("lock"))
                    .map(found -> "held by " + found)
                    .orElse("free");
        } catch (NoSuchFileException e) {
            holder = "free";
        } catch (IOException e) {
            holder = "unknown, the lock file cannot be read: " + IoReason.of(e);
        }
        data.put("lock", holder);
        line("lock", holder);
        boolean unattended = holder.equals("free");
        context.openRun()
                .filter(run -> unattended)
                .ifPresent(run -> attention.add(Hint.run(
                        "Run " + run + " is in progress, and nobody works on it. Go on with it, or roll back.",
                        NextGoal.of(run))));
    }

    private void siblings() {
        context.installation().siblings().forEach(sibling -> {
            data.withArray("/siblings").add(sibling.toString());
            line("sibling", sibling.toString());
        });
    }

    /** What a rollback has found newer than the backup, and put beside where it was. */
    private void setAside() {
        Path directory = context.installation().directory();
        Set<Path> trees = new LinkedHashSet<>(List.of(
                directory.resolve("plugins"), directory.resolve("client").resolve("plugins")));
        context.server().fileStore().ifPresent(trees::add);
        for (Path tree : trees) {
            String start = tree.getFileName() + ".since-";
            try (Stream<Path> entries = Files.list(tree.getParent())) {
                entries.filter(entry -> entry.getFileName().toString().startsWith(start))
                        .sorted()
                        .forEach(entry -> {
                            data.withArray("/setAside").add(entry.toString());
                            line("set aside", entry.toString());
                            attention.add(Hint.of("A rollback has put newer files into " + entry
                                    + ". Take what you need, then remove it."));
                        });
            } catch (IOException e) {
                line("set aside", "not known: " + IoReason.of(e));
            }
        }
    }

    /** What migrate has brought here from other machines; it shares a directory with the backups of all installations. */
    private void received() {
        Path parent = context.options().places().backups();
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : entries.filter(
                            each -> each.getFileName().toString().startsWith(MigrationOptions.RECEIVED))
                    .sorted()
                    .toList()) {
                data.withArray("/received").add(entry.toString());
                line("received", entry.toString());
                attention.add(Hint.of("A migration has brought " + entry
                        + " here from another machine. Remove it when that migration is done."));
            }
        } catch (NoSuchFileException none) {
            // nothing was ever saved here
        } catch (IOException e) {
            line("received", "not known: " + IoReason.of(e));
        }
    }

    private void copies() {
        try (Database database = context.server().openDatabaseUnchecked()) {
            List<SideDatabase> siblings = database.listSiblings();
            for (SideDatabase copy : siblings) {
                data.withArray("/copies")
                        .addObject()
                        .put("database", copy.name())
                        .put("bytes", copy.sizeBytes())
                        .put("unfinished", copy.unfinished());
                line(
                        "copy",
                        copy.name() + ", " + Amount.bytes(copy.sizeBytes())
                                + (copy.unfinished() ? ", unfinished" : ""));
            }
            List<SideDatabase> old = new BackupPrune(context)
                    .setAsideForLong(siblings, context.options().backup().keepFrozen());
            if (!old.isEmpty()) {
                long bytes = old.stream().mapToLong(SideDatabase::sizeBytes).sum();
                attention.add(Hint.run(
                        "Databases that were set aside take " + Amount.bytes(bytes) + ": "
                                + old.stream().map(SideDatabase::name).collect(Collectors.joining(", "))
                                + ". Take what you need, then remove them.",
                        Goal.PRUNE_BACKUPS));
            }
            database.baseBackups().ifPresent(server -> server.leftovers(null).forEach(name -> {
                data.withArray("/leftovers").add(name);
                line("leftover", name + " of a base backup takes room on the database server");
            }));
        }
        CommandCopies commands = new CommandCopies(context);
        commands.runs().forEach(run -> line("copy", commands.of(run).orElseThrow() + ", made by your own command"));
    }

    /** What this plugin keeps apart from backups; it removes what is old of it by itself. */
    private void kept() {
        kept("state", context.state());
        kept("cache", context.options().places().cache());
    }

    private void kept(String name, Path directory) {
        long[] bytes = {0};
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    bytes[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException && !file.equals(directory)) {
                        // another goal has removed it just now
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }
            });
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            line(name, "not known: " + IoReason.of(e));
            return;
        }
        data.put(name + "Directory", directory.toString()).put(name + "Bytes", bytes[0]);
        line(name, directory + ", " + Amount.bytes(bytes[0]));
    }

    private void runs() {
        List<Run> runs = Run.all(context.journal());
        lines.add("");
        lines.add(runs.isEmpty() ? "No upgrade was run yet" : "Upgrades, the newest last");
        Optional<Run> last = Run.last(context.journal());
        ArrayNode entries = data.putArray("runs");
        for (Run run : runs.subList(Math.max(0, runs.size() - RUNS), runs.size())) {
            Optional<MigrationRun> migration = MigrationRun.of(run);
            String from = migration.map(each -> each.source().toString()).orElseGet(() -> run.fact(0, JournalKeys.FROM)
                    .orElse("?"));
            String to = run.fact(0, JournalKeys.TARGET).orElse("?");
            Optional<Duration> downtime = Summary.downtime(run);
            ObjectNode entry = entries.addObject().put("run", run.id());
            entry.put("kind", run.kind()).put("from", from).put("to", to);
            entry.put("state", words(run.state()));
            downtime.ifPresent(down -> entry.set("downtimeSeconds", Json.MAPPER.valueToTree(down)));
            String what = run.isConversion()
                    ? "move of the database to " + run.requireFact(0, JournalKeys.CONVERTED)
                    : (migration.isPresent() ? "migration from " + from + ", " : from + " -> ") + to;
            String text = "  " + run + "  " + what + ", " + words(run.state())
                    + downtime.map(down -> ", " + Amount.duration(down) + " down")
                            .orElse("");
            if (last.map(Run::id).filter(run.id()::equals).isPresent()) {
                text += wayBack(run, entry);
            }
            lines.add(text);
            if (run.state() == Run.State.OPEN) {
                for (Map.Entry<String, JournalEvent.Kind> stage : run.stages().entrySet()) {
                    lines.add("    " + stage.getKey() + ": " + words(stage.getValue()));
                }
            }
        }
    }

    /** Whether the last run can be rolled back, and until when that takes seconds. */
    private String wayBack(Run run, ObjectNode entry) {
        if (run.state() == Run.State.ROLLED_BACK) {
            return "";
        }
        try {
            rollback.require(run, true);
        } catch (ProblemException e) {
            entry.put("rollbackPossible", false).put("rollbackObstacle", e.getMessage());
            attention.add(Hint.of("Run " + run + " cannot be rolled back: " + e.getMessage()));
            return "; no way back";
        }
        entry.put("rollbackPossible", true);
        return "; can be rolled back"
                + frozenUntil(run)
                        .map(until -> {
                            entry.put("frozenCopyUntil", until.toString());
                            return ", in seconds at least until " + MINUTE.format(until);
                        })
                        .orElse("");
    }

    private Optional<Instant> frozenUntil(Run run) {
        if (run.fact(1, JournalKeys.FROZEN).isEmpty()) {
            return Optional.empty();
        }
        try (Database database = context.server().openDatabaseUnchecked()) {
            String copy = DatabaseNames.frozen(database.dataSource().database(), run.id());
            List<JournalEvent> events = run.events();
            return database.listSiblings().stream().anyMatch(each -> each.name().equals(copy))
                    ? Optional.of(events.get(events.size() - 1)
                            .at()
                            .plus(context.options().backup().keepFrozen()))
                    : Optional.empty();
        } catch (ProblemException e) {
            return Optional.empty();
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

    private void backups() {
        Backups backups = new Backups(context);
        BackupList list = new BackupList(context);
        List<BackupSummary> all = backups.directory().list();
        data.put("backupDirectory", backups.directory().root().toString());
        data.set("backups", list.entries());
        lines.add("");
        lines.add((all.isEmpty() ? "No backup in " : "Backups in ")
                + backups.directory().root());
        Set<String> backInUse = backups.backInUse();
        all.forEach(backup -> lines.add("  " + backup.run() + "  " + list.shortly(backup, backInUse)));
        boolean together = DiskSpeed.sameDisk(
                backups.directory().root(), context.installation().directory());
        data.put("backupsOnSameFileSystem", together);
        if (together && !all.isEmpty()) {
            lines.add(
                    "  They are on the same file system as the installation. If that disk fails, both are lost: keep a"
                            + " copy elsewhere.");
        }
        Optional<BackupSummary> newest =
                all.stream().filter(BackupSummary::complete).reduce((older, newer) -> newer);
        if (newest.isEmpty() && context.openRun().isPresent()) {
            return;
        }
        if (newest.isEmpty()) {
            attention.add(Hint.run("There is no complete backup. Make one.", Goal.BACKUP));
            return;
        }
        Instant now = context.clock().instant();
        if (BackupList.begun(newest.get())
                .filter(begun -> begun.plus(OLD).isBefore(now))
                .isPresent()) {
            attention.add(Hint.run("The newest complete backup is older than a week. Make one.", Goal.BACKUP));
        } else if (list.verified(newest.get()).isEmpty()) {
            attention.add(Hint.run("The newest backup was never verified. Verify it.", Goal.VERIFY_BACKUP));
        }
        List<BackupSummary> missing = new HandOver(context).missing();
        if (!missing.isEmpty()) {
            attention.add(Hint.run(
                    "Not handed over to " + context.options().places().elsewhere() + " yet: "
                            + missing.stream().map(BackupSummary::run).collect(Collectors.joining(", "))
                            + ". A backup hands them over, too.",
                    Goal.BACKUP));
        }
        if (all.stream().anyMatch(each -> each.condition() == BackupSummary.Condition.UNFINISHED)
                && context.openRun().isEmpty()) {
            attention.add(Hint.run(
                    "There are unfinished backups, which nothing can be restored from. Remove them.",
                    Goal.PRUNE_BACKUPS));
        }
    }

    private void attention() {
        data.set("attention", Json.MAPPER.valueToTree(attention));
        if (!attention.isEmpty()) {
            lines.add("");
            lines.add("What needs your attention");
        }
    }
}
