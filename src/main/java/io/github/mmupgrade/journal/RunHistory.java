package io.github.mmupgrade.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** How long a journal knows of runs: the last ones, and older ones as long as something depends on them. */
public final class RunHistory {

    /** How many runs a journal knows of at least; with an upgrade a month, those of one to two years. */
    public static final int KEPT = 20;

    private RunHistory() {}

    /** Removes the files of a run. */
    @FunctionalInterface
    public interface Files {
        void remove(Run run) throws IOException;
    }

    /**
     * The runs that a journal need not know of any more, the oldest first. What it still knows has no gap: a run that is
     * in progress or needed keeps all that came after it, too.
     *
     * @param needed whether something depends on what the journal says of a run
     */
    public static List<Run> over(Journal journal, Predicate<Run> needed) {
        List<Run> all = Run.all(journal);
        List<Run> over = new ArrayList<>();
        for (Run run : all.subList(0, Math.max(0, all.size() - KEPT))) {
            if (run.state() == Run.State.OPEN || needed.test(run)) {
                break;
            }
            over.add(run);
        }
        return over;
    }

    /**
     * Forgets runs. Their files go first: who is interrupted there does it again.
     *
     * @throws IOException when something cannot be removed; the journal is whole, and knows the runs or does not
     */
    public static void forget(Journal journal, List<Run> runs, Files files) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        for (Run run : runs) {
            files.remove(run);
            names.add(run.id());
        }
        journal.remove(names);
    }
}
