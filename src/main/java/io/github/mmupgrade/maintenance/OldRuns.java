package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunHistory;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Keeps the state directory from growing with every upgrade: of runs that are long over it forgets the events, what was
 * said, the reports, and what their releases shipped.
 */
public final class OldRuns {

    private final GoalContext context;

    public OldRuns(GoalContext context) {
        this.context = context;
    }

    /** The runs that nothing depends on any more, but for the last {@link RunHistory#KEPT}; the oldest first. */
    public List<Run> over() {
        Set<String> backups = new Backups(context)
                .directory().list().stream().map(BackupSummary::run).collect(Collectors.toSet());
        CommandCopies copies = new CommandCopies(context);
        return RunHistory.over(
                context.journal(),
                run -> run.siblings().stream().anyMatch(Files::exists)
                        || run.fact(1, JournalKeys.BACKUP)
                                .filter(backups::contains)
                                .isPresent()
                        || copies.of(run).isPresent());
    }

    /** Forgets them, and what was done with backups so long ago. What cannot be removed is tried again another time. */
    public void forget() {
        List<Run> over = over();
        Set<String> releases = releases(over);
        List<Run> all = Run.all(context.journal());
        releases.removeAll(releases(all.subList(over.size(), all.size())));
        Set<String> known = all.stream().map(Run::id).collect(Collectors.toSet());
        try {
            RunHistory.forget(context.journal(), over, this::removeFiles);
            for (String release : releases) {
                new ShippedLists(context).forget(release);
            }
            RunHistory.forget(context.upkeep(), RunHistory.over(context.upkeep(), run -> isNeeded(run, known)), run -> {
                // it has none
            });
        } catch (IOException e) {
            context.reporter()
                    .warn("What is known of runs that are long over cannot be removed from " + context.state() + ": "
                            + IoReason.of(e));
        }
        if (!over.isEmpty()) {
            context.reporter().debug("Forgot the runs " + over);
        }
    }

    /** What was discarded with backups must stay known as long as the run that it was made for. */
    private static boolean isNeeded(Run upkeep, Set<String> known) {
        return !Collections.disjoint(CommandCopies.discarded(upkeep.events().stream()), known);
    }

    private static Set<String> releases(List<Run> runs) {
        Set<String> found = new HashSet<>();
        for (Run run : runs) {
            int hops = run.fact(0, JournalKeys.HOPS).map(Integer::parseInt).orElse(0);
            Stream.concat(
                            Stream.of(run.fact(0, JournalKeys.FROM), run.fact(0, JournalKeys.TARGET)),
                            IntStream.rangeClosed(1, hops).mapToObj(hop -> run.fact(hop, JournalKeys.TO)))
                    .forEach(release -> release.ifPresent(found::add));
        }
        return found;
    }

    private void removeFiles(Run run) throws IOException {
        TreeDelete.delete(context.state().resolve("runs").resolve(run.id()));
        Files.deleteIfExists(context.state().resolve("reports").resolve(run.kind() + "-" + run + ".html"));
    }
}
