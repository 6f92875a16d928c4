package io.github.mmupgrade.context;

import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is done with backups outside of upgrades, restores and pruning: it has a journal of its own, so that a rollback
 * never takes a restore for an upgrade that it could undo.
 */
public final class BackupJournal {

    /** The name of its journal. */
    static final String FILE = "upkeep.jsonl";

    private BackupJournal() {}

    /** The restore that was interrupted and was neither resumed nor replaced by another one. */
    public static Optional<Run> openRestore(GoalContext context) {
        List<Run> restores = Run.all(context.upkeep()).stream()
                .filter(run -> run.isBegun(0, StageName.RESTORE))
                .toList();
        return restores.isEmpty()
                ? Optional.empty()
                : Optional.of(restores.get(restores.size() - 1)).filter(run -> run.state() == Run.State.OPEN);
    }

    /** Begins something. */
    public static Run begin(GoalContext context, StageName goal, Map<String, String> facts) {
        // the names of databases are made from it, so no upgrade may have the same one
        Instant now = context.clock().instant();
        Set<String> taken = new HashSet<>();
        Run.all(context.journal()).forEach(run -> taken.add(run.id()));
        while (taken.contains(Run.name(now))) {
            now = now.plusSeconds(1);
        }
        Run run = Run.begin(context.upkeep(), now, facts);
        run.mark(0, goal, JournalEvent.Kind.BEGIN, Map.of());
        return run;
    }

    /** The backups that the upgrade in progress, the last one, or a restore that was interrupted may need. */
    public static Set<String> neededBackups(GoalContext context) {
        Set<String> needed = new HashSet<>();
        // one that was taken again is not needed: only the last one holds what the stopped server left
        Run.last(context.journal())
                .flatMap(run -> run.fact(1, JournalKeys.BACKUP))
                .ifPresent(needed::add);
        openRestore(context).flatMap(run -> run.fact(0, JournalKeys.BACKUP)).ifPresent(needed::add);
        return needed;
    }
}
