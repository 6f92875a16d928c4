package io.github.mmupgrade.upgrade;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a person likes to read at the end of an upgrade. */
final class Summary {

    private final Workplace place;
    private final Run run;

    Summary(Workplace place, Run run) {
        this.place = place;
        this.run = run;
    }

    /** The summary, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Upgraded " + place.installation());
        lines.add("  from         " + run.requireFact(0, Facts.FROM));
        lines.add("  to           " + run.requireFact(0, Facts.TARGET));
        downtime()
                .ifPresent(down -> lines.add(
                        String.format(Locale.ROOT, "  downtime     %.1f s%s", down.toMillis() / 1000.0, parts())));
        lines.add(
                "  settings     " + run.fact(StageRunner.hops(run), Facts.ADDED).orElse("0") + " new");
        run.fact(1, Facts.BACKUP)
                .ifPresent(backup -> lines.add("  backup       "
                        + new Backups(place).directory().root().resolve(backup)));
        run.fact(1, Facts.FROZEN)
                .ifPresent(frozen -> lines.add("  way back     seconds, by the frozen copy " + frozen));
        lines.add("");
        return lines;
    }

    /** From the order to stop until the new server answered, over all hops. */
    private Optional<Duration> downtime() {
        Duration all = Duration.ZERO;
        for (int hop = 1; hop <= StageRunner.hops(run); hop++) {
            Optional<Instant> down = run.begunAt(hop, StopStage.NAME);
            Optional<Instant> up = run.doneAt(hop, StartStage.NAME);
            if (down.isEmpty() || up.isEmpty()) {
                return Optional.empty();
            }
            all = all.plus(Duration.between(down.get(), up.get()));
        }
        return Optional.of(all);
    }

    private String parts() {
        List<String> parts = new ArrayList<>();
        for (String stage : List.of(
                StopStage.NAME, BackupStage.NAME, InstallStage.NAME, RestoreConfigStage.NAME, StartStage.NAME)) {
            Duration sum = Duration.ZERO;
            for (int hop = 1; hop <= StageRunner.hops(run); hop++) {
                sum = sum.plus(Duration.between(
                        run.begunAt(hop, stage).orElseThrow(),
                        run.doneAt(hop, stage).orElseThrow()));
            }
            parts.add(String.format(Locale.ROOT, "%s %.1f", stage, sum.toMillis() / 1000.0));
        }
        return " (" + String.join(", ", parts) + ")";
    }
}
