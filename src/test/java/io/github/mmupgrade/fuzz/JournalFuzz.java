package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunEvents;
import io.github.mmupgrade.journal.StageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * The journal and the events beside it, as a crash or a hand may leave them. A fact that a stage has left, and that is
 * gone or no longer what it was, is an {@code IllegalStateException}, told as a failure that nobody foresaw.
 */
public final class JournalFuzz {

    private static final Path DIRECTORY = Fuzzing.directory();
    private static final Path FILE = DIRECTORY.resolve("journal.jsonl");

    private JournalFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        Files.write(FILE, input);
        Files.write(DIRECTORY.resolve(RunEvents.FILE), input);
        new RunEvents(DIRECTORY).read();
        Fuzzing.endsWell(() -> {
            Journal journal = Journal.open(FILE, Clock.systemUTC());
            Run.open(journal);
            Run.lastAtWork(journal);
            for (Run run : Run.all(journal)) {
                run.state();
                run.stages();
                run.goal();
                run.kind();
                run.isDone(1, StageName.INSTALL);
                run.wasRunning(1);
                Run.begun(run.id());
                Fuzzing.endsWell(IllegalStateException.class, run::currentHop);
                Fuzzing.endsWell(IllegalStateException.class, run::editionAtEnd);
                Fuzzing.endsWell(IllegalStateException.class, run::isSavedByAnotherNode);
                Fuzzing.endsWell(IllegalStateException.class, () -> run.swapPlan(1));
                Fuzzing.endsWell(IllegalStateException.class, () -> run.counts(1, JournalKeys.COUNTS));
                Fuzzing.endsWell(IllegalStateException.class, () -> NextGoal.of(run));
            }
        });
    }
}
