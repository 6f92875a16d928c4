package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.RowCountsText;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The ways to save the database of an installation, and which of them a run takes. */
public final class DatabaseMethods {

    /** What {@code auto} chooses from. */
    private static final List<DatabaseSaving> AUTOMATIC =
            List.of(DatabaseSaving.FROZEN, DatabaseSaving.BASE_BACKUP, DatabaseSaving.DUMP);

    /** A frozen copy is counted when the new server runs: counting takes longer the more rows there are. */
    private static final String NOT_YET_COUNTED = "";

    /** The ways that do something right before the stop. */
    private static final Set<DatabaseSaving> WITH_A_LAST_STEP =
            EnumSet.of(DatabaseSaving.FROZEN, DatabaseSaving.BASE_BACKUP);

    private final GoalContext context;
    private final DatabaseSaving wanted;

    public DatabaseMethods(GoalContext context) {
        this.context = context;
        this.wanted = context.options().backup().database();
    }

    private DatabaseMethod of(DatabaseSaving kind) {
        return switch (kind) {
            case FROZEN -> new FrozenCopyMethod(context, wanted == DatabaseSaving.FROZEN);
            case BASE_BACKUP -> new BaseBackupMethod(context);
            case DUMP -> new DumpMethod(context);
            case COMMAND -> new CommandMethod(context);
            case NONE -> new UnsavedMethod(context);
            case AUTO -> throw new IllegalArgumentException("auto is a choice, not a way");
        };
    }

    /** The way that a run has taken, or is going to take as far as it has come. */
    public DatabaseMethod of(Run run) {
        return of(run.fact(1, JournalKeys.METHOD)
                .map(DatabaseSaving::valueOf)
                // runs of earlier versions do not say it
                .or(() -> run.fact(1, JournalKeys.FROZEN).map(frozen -> DatabaseSaving.FROZEN))
                .or(() -> run.fact(1, JournalKeys.DUMP).map(dump -> DatabaseSaving.DUMP))
                .orElse(DatabaseSaving.NONE));
    }

    /** What every way would cost, and which one is taken. Reads, measures the disk, and may try a small copy. */
    public MethodChoice forecast(Database database) {
        List<DatabaseSaving> looked = new ArrayList<>(AUTOMATIC);
        if (wanted != DatabaseSaving.AUTO && !looked.contains(wanted)) {
            looked.add(wanted);
        }
        List<MethodForecast> forecasts =
                looked.stream().map(kind -> of(kind).forecast(database)).toList();
        return wanted == DatabaseSaving.AUTO
                ? MethodChoice.automatic(forecasts)
                : new MethodChoice(
                        forecasts,
                        forecasts.stream()
                                .filter(each -> each.kind() == wanted)
                                .findFirst()
                                .orElseThrow());
    }

    /**
     * Chooses the way of a run and does ahead of the stop what it can do while the server runs.
     *
     * @return what the journal keeps of it
     * @throws io.github.mmupgrade.report.RefusedException when the way that is wanted cannot be taken
     */
    public Map<String, String> prepare(Run run, BackupDraft draft, Database database) {
        if (context.options().cluster() == null || wanted != DatabaseSaving.NONE) {
            // another node of the cluster may just be making what looks like a leftover here
            releaseLeftovers(run, database);
        }
        MethodChoice choice = forecast(database);
        if (run.isMigration() && choice.chosen().kind() == DatabaseSaving.BASE_BACKUP) {
            // the destination's database gives up its name only, which needs no copy
            choice = MethodChoice.automatic(choice.forecasts().stream()
                    .filter(each -> each.kind() != DatabaseSaving.BASE_BACKUP)
                    .toList());
        }
        if (choice.chosen().kind() == DatabaseSaving.BASE_BACKUP) {
            choice.refusal(null).ifPresent(refusal -> {
                throw refusal;
            });
        }
        choice.chosen().cost().ifPresent(cost -> context.downtime().expect(cost.down()));
        DatabaseMethod method = of(choice.chosen().kind());
        method.prepare(run, draft, database);
        return Map.of(JournalKeys.METHOD, method.kind().name());
    }

    /** What runs that have ended left on the database server, where it takes room, and in their backups. */
    private void releaseLeftovers(Run current, Database database) {
        Run.all(context.journal()).stream()
                .filter(run -> !run.id().equals(current.id()) && run.state() != Run.State.OPEN)
                .filter(run -> BaseBackupMethod.of(run).filter(Files::exists).isPresent())
                .forEach(run -> discard(run, database));
        database.baseBackups()
                .ifPresent(server -> server.leftovers(current.id()).forEach(name -> {
                    server.dropLeftover(name);
                    context.reporter()
                            .info("Removed " + name + ", which an earlier upgrade left on the database server");
                }));
    }

    /**
     * Makes sure, right before the stop, that what was prepared still holds. Where goals are called one by one nothing
     * was; a base backup that is wanted is made now.
     */
    public void beforeStop(Run run) {
        DatabaseMethod method = of(run);
        boolean missing = run.fact(1, JournalKeys.METHOD).isEmpty() && wanted == DatabaseSaving.BASE_BACKUP;
        if (!WITH_A_LAST_STEP.contains(method.kind()) && !missing) {
            return;
        }
        try (Database database = context.server().openDatabase()) {
            if (missing) {
                try (BackupDraft draft = new Backups(context).draft(run, context.server())) {
                    run.note(1, StageName.STOP, prepare(run, draft, database));
                }
            } else {
                method.beforeStop(run, database);
            }
        }
    }

    /**
     * Dumps what was saved into the backup of a run, unless that is complete.
     *
     * @throws io.github.mmupgrade.report.StageFailedException when it cannot be; calling again resumes it
     */
    public void makeDurable(Run run, Database database) {
        Backups backups = new Backups(context);
        String name = run.requireFact(1, JournalKeys.BACKUP);
        Optional<BackupSummary> backup = backups.directory().list().stream()
                .filter(each -> each.run().equals(name))
                .findFirst();
        if (backup.isEmpty()) {
            requireSamePlace(run, backups.directory().root());
        }
        if (backup.isPresent() && !backup.get().complete()) {
            try (BackupDraft draft = backups.directory().resume(name)) {
                of(run).complete(run, draft, database);
                draft.seal(BackupState.COMPLETE);
                context.reporter().info("Backup " + draft.root() + " is complete");
            }
        }
        if (run.fact(1, JournalKeys.DUMP).isEmpty()
                && backup.filter(each -> holdsDump(each.run(), database)).isPresent()) {
            run.note(
                    1,
                    StageName.FINISH,
                    Map.of(JournalKeys.DUMP, database.preferredFormat().name()));
        }
    }

    /** In another place than that of the run nothing is found to be completed, and nothing must be removed. */
    private static void requireSamePlace(Run run, Path root) {
        run.fact(1, JournalKeys.BACKUP_ROOT)
                .map(Path::of)
                .filter(made -> !made.equals(root))
                .ifPresent(made -> {
                    throw new StageFailedException(
                            "The backup of run " + run + " is in " + made + ", not in " + root
                                    + ". Nothing was removed.",
                            Hint.of("Give the directory that the run was begun with: mattermost.backupDirectory="
                                    + made.getParent() + "."));
                });
    }

    /** Whether the database of a run is in its backup, so that what it was made from may go. */
    public boolean isDurable(Run run) {
        String name = run.requireFact(1, JournalKeys.BACKUP);
        return new Backups(context)
                .directory().list().stream().anyMatch(each -> each.run().equals(name) && each.complete());
    }

    private boolean holdsDump(String backup, Database database) {
        return new Backups(context)
                .directory()
                .open(backup)
                .manifest()
                .holds(BackupDump.artifact(BackupDump.CONSISTENT, database.preferredFormat()));
    }

    /** Removes a base backup of a run and what holds for it on the database server; what cannot be removed is said. */
    public void discard(Run run, Database database) {
        try {
            new BaseBackupMethod(context).discard(run, database);
        } catch (ProblemException e) {
            context.reporter().warn(e.getMessage() + " " + e.hint());
        }
    }

    /** The same where no database is open yet; nothing is opened when there is nothing to remove. */
    public void discard(Run run) {
        if (BaseBackupMethod.of(run).isPresent()) {
            try (Database database = context.server().openDatabase()) {
                discard(run, database);
            } catch (ProblemException e) {
                context.reporter().warn("The base backup of run " + run + " is left: " + e.getMessage());
            }
        }
    }

    /** Whether what was prepared for a run is what this call asks for. */
    public boolean isPrepared(Run run) {
        return wanted == DatabaseSaving.AUTO
                || run.fact(1, JournalKeys.METHOD).filter(wanted.name()::equals).isPresent();
    }

    /**
     * Saves the database of the stopped server, in the way that was prepared unless this call asks for another one.
     * Where that turns out not to be possible, it is dumped.
     *
     * @param facts takes what the other calls need from the journal
     */
    public BackupState save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        // nobody measures anything while people wait: without a choice made ahead, the quickest that works is taken
        DatabaseSaving kind = run.loadsBeside()
                ? DatabaseSaving.FROZEN
                : wanted == DatabaseSaving.AUTO
                        ? run.fact(1, JournalKeys.METHOD)
                                .map(DatabaseSaving::valueOf)
                                .orElse(DatabaseSaving.FROZEN)
                        : wanted;
        Optional<BackupState> saved = of(kind).save(run, draft, database, facts);
        DatabaseSaving taken = saved.isPresent() ? kind : DatabaseSaving.DUMP;
        facts.put(JournalKeys.METHOD, taken.name());
        if (saved.isEmpty() && kind == DatabaseSaving.BASE_BACKUP) {
            requireTime(database);
        }
        BackupState state = saved.or(() -> of(DatabaseSaving.DUMP).save(run, draft, database, facts))
                .orElseThrow();
        if (taken == DatabaseSaving.FROZEN) {
            facts.put(JournalKeys.COUNTS, NOT_YET_COUNTED);
        } else if (context.options().cluster() != null && taken == DatabaseSaving.NONE) {
            // other nodes write meanwhile, or migrate: no count would hold
            facts.put(JournalKeys.COUNTS, RowCountsText.write(new RowCounts(Map.of())));
        } else {
            RowCounts counts = database.counts();
            if (taken != DatabaseSaving.DUMP) {
                draft.recordRowCounts(counts.tables());
            }
            facts.put(JournalKeys.COUNTS, RowCountsText.write(counts));
        }
        return state;
    }

    /** The rows that the database had when it was saved: as they were counted then, else counted in the saved copy. */
    public RowCounts savedCounts(Run run, Database database) {
        if (!run.requireFact(1, JournalKeys.COUNTS).equals(NOT_YET_COUNTED)) {
            return run.counts();
        }
        RowCounts counted = of(run).countSaved(run, database).orElseThrow();
        run.note(1, StageName.BACKUP, Map.of(JournalKeys.COUNTS, RowCountsText.write(counted)));
        return counted;
    }

    /**
     * How a database was saved that is not in its backup yet, as a sentence without its beginning and end.
     *
     * @param facts those that {@link #save} has put
     */
    public static String soFar(Map<String, String> facts) {
        return DatabaseSaving.BASE_BACKUP.name().equals(facts.get(JournalKeys.METHOD))
                ? "so far the database exists only as a base backup"
                : "so far the database exists only as a frozen copy";
    }

    /** A dump that nobody was told of must not take longer than they said that the server may be down. */
    private void requireTime(Database database) {
        Duration limit = context.options().backup().maxDowntime();
        Duration forecast = DumpForecast.of(context, database);
        if (limit != null && forecast.compareTo(limit) > 0) {
            throw new StageFailedException(
                    "The database would have to be dumped while the server is stopped, which takes about "
                            + Amount.duration(forecast) + ", more than the " + limit.toSeconds()
                            + " s of mattermost.maxDowntime.",
                    Hint.run("Fix why the base backup could not be used, then upgrade again.", Goal.UPGRADE));
        }
    }
}
