package io.github.mmupgrade.saving.method;

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
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ways to save the database of an installation, and which of them a run takes. */
public final class DatabaseMethods {

    /** What {@code auto} chooses from. */
    private static final List<DatabaseSaving> AUTOMATIC =
            List.of(DatabaseSaving.FROZEN, DatabaseSaving.BASE_BACKUP, DatabaseSaving.DUMP);

    /** A frozen copy is counted when the new server runs: counting takes longer the more rows there are. */
    private static final String NOT_YET_COUNTED = "";

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
        DatabaseMethod method = of(forecast(database).chosen().kind());
        method.prepare(run, draft, database);
        return Map.of(JournalKeys.METHOD, method.kind().name());
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
        BackupState state = saved.or(() -> of(DatabaseSaving.DUMP).save(run, draft, database, facts))
                .orElseThrow();
        if (taken == DatabaseSaving.FROZEN) {
            facts.put(JournalKeys.COUNTS, NOT_YET_COUNTED);
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
}
