package io.github.mmupgrade.stages;

import io.github.mmupgrade.archive.ArchiveFetcher;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.BackupPrune;
import io.github.mmupgrade.maintenance.HandOver;
import io.github.mmupgrade.maintenance.OldRuns;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.method.CommandCopies;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.transfer.Transfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is left when the new server runs: the backup made durable, and the leftovers of earlier runs removed. */
public final class FinishStage implements Stage {

    @Override
    public StageName name() {
        return StageName.FINISH;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        if (run.isConversion()) {
            return List.of("remove what says how far the copy was");
        }
        List<String> lines = new ArrayList<>();
        run.fact(1, JournalKeys.FROZEN).ifPresent(frozen -> lines.add("dump " + frozen + " into the backup"));
        run.fact(1, JournalKeys.BASE_BACKUP)
                .filter(base -> run.fact(1, JournalKeys.DUMP).isEmpty())
                .ifPresent(base -> lines.add("dump the base backup " + base + " into the backup"));
        leftovers(context, run).forEach(path -> lines.add("remove " + path));
        new HandOver(context).plan().ifPresent(lines::add);
        lines.add("remove complete backups beyond the last "
                + context.options().backup().keep());
        new OldRuns(context).over().forEach(old -> lines.add("forget run " + old));
        return lines;
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        if (run.isConversion()) {
            // it has made no backup, and the way back of earlier runs is still one
            Transfer.forget(context.server().reachable());
            return Map.of();
        }
        makeDurable(context, run);
        for (Path leftover : leftovers(context, run)) {
            try {
                TreeDelete.delete(leftover);
                context.reporter().info("Removed " + leftover);
            } catch (IOException e) {
                throw new StageFailedException(
                        "The leftover " + leftover + " cannot be removed: " + IoReason.of(e)
                                + ". The server is running.",
                        Hint.of("Remove it by hand, or make it removable and run the goal again."),
                        e);
            }
        }
        dropCopiesOfEarlierRuns(context, run);
        CommandCopies copies = new CommandCopies(context);
        copies.runs().stream()
                .filter(earlier -> !earlier.id().equals(run.id()))
                .forEach(earlier -> copies.discard(earlier, run, StageName.FINISH));
        if (context.options().places().elsewhere() == null) {
            prune(context);
        }
        return Map.of();
    }

    private static void prune(GoalContext context) {
        new BackupPrune(context)
                .backups(BackupPrune.policy(context.options().backup().keep(), null));
        new OldRuns(context).forget();
        new ArchiveFetcher(ReleaseSources.downloads(context.options()), context.reporter())
                .removeUnused(context.clock().instant());
    }

    /**
     * Hands complete backups over to the place that was given, if there is one, and removes old ones. The run has ended
     * well before, because this can take hours, and a place that does not answer undoes no upgrade.
     */
    public static void handOver(GoalContext context, Run run) {
        if (context.options().places().elsewhere() == null || run.isConversion()) {
            return;
        }
        new HandOver(context).afterRun();
        try {
            prune(context);
        } catch (ProblemException e) {
            context.reporter().report(new Event.Message(Event.Level.WARNING, e.getMessage(), e.hint()));
        }
    }

    /** Ends the run; called when this stage is done. */
    public static void end(Run run) {
        if (run.state() == Run.State.OPEN) {
            run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        }
    }

    private static void makeDurable(GoalContext context, Run run) {
        if (run.fact(1, JournalKeys.BACKUP).isEmpty()) {
            return;
        }
        new BackupPlace(context).require();
        DatabaseMethods methods = new DatabaseMethods(context);
        try (Database database = context.server().openDatabase()) {
            methods.makeDurable(run, database);
            if (methods.isDurable(run)) {
                methods.discard(run, database);
            }
        }
    }

    /** The siblings that earlier runs have left; only what a journal of ours names is ever removed. */
    private static List<Path> leftovers(GoalContext context, Run current) {
        List<Path> found = new ArrayList<>();
        List<Path> own = current.siblings();
        for (Run run : Run.all(context.journal())) {
            if (!run.id().equals(current.id())) {
                run.siblings().stream()
                        .filter(Files::exists)
                        .filter(path -> !own.contains(path) && !found.contains(path))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static void dropCopiesOfEarlierRuns(GoalContext context, Run current) {
        try (Database database = context.server().openDatabase()) {
            String name = database.dataSource().database();
            Map<String, String> earlier = new HashMap<>();
            Run.all(context.journal()).stream()
                    .filter(run -> !run.id().equals(current.id()) && run.state() != Run.State.OPEN)
                    .forEach(run -> {
                        earlier.put(DatabaseNames.frozen(name, run.id()), "the frozen copy of an earlier upgrade");
                        if (isOfNoUse(context, run)) {
                            earlier.put(
                                    DatabaseNames.discarded(name, run.id()),
                                    "which a rollback has set aside; users had written nothing to it");
                        }
                    });
            database.listSiblings().stream()
                    .filter(sibling -> earlier.containsKey(sibling.name()))
                    .forEach(sibling -> {
                        database.drop(sibling.name());
                        context.reporter().info("Dropped " + sibling.name() + ", " + earlier.get(sibling.name()));
                    });
        }
    }

    /** Whether what the rollback of a run has set aside holds nothing of users, and is too old to be looked into. */
    private static boolean isOfNoUse(GoalContext context, Run run) {
        List<JournalEvent> events = run.events();
        return run.state() == Run.State.ROLLED_BACK
                && run.fact(0, JournalKeys.WRITTEN).filter(String::isEmpty).isPresent()
                && events.get(events.size() - 1)
                        .at()
                        .plus(context.options().backup().keepFrozen())
                        .isBefore(context.clock().instant());
    }
}
