package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.migration.MigrationRun;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is shown at the end of an upgrade. */
public final class Summary {

    private final GoalContext context;
    private final Run run;

    public Summary(GoalContext context, Run run) {
        this.context = context;
        this.run = run;
    }

    /** The summary, for people and for programs. */
    Event.Result result() {
        ObjectNode data = Json.MAPPER.createObjectNode().put("run", run.id());
        data.put("previousVersion", run.requireFact(0, JournalKeys.FROM));
        data.put("installedVersion", run.requireFact(0, JournalKeys.TARGET));
        data.put("targetVersion", run.requireFact(0, JournalKeys.TARGET));
        data.put("upgradeNeeded", false);
        downtime().ifPresent(down -> data.set("downtimeSeconds", Json.MAPPER.valueToTree(down)));
        backup().ifPresent(backup -> data.put("backup", backup.toString()));
        return new Event.Result(run.goal(), data, lines());
    }

    private Optional<Path> backup() {
        return run.fact(1, JournalKeys.BACKUP)
                .map(backup -> new Backups(context).directory().root().resolve(backup));
    }

    /** The summary, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        Optional<MigrationRun> migration = MigrationRun.of(run);
        if (run.isConversion()) {
            return convertedLines();
        }
        lines.add((migration.isPresent() ? "Migrated to " : "Upgraded ") + context.installation());
        lines.add("  from         "
                + migration
                        .map(each -> each.source().toString())
                        .orElseGet(() -> run.requireFact(0, JournalKeys.FROM) + edition(run.editionBefore())));
        migration.ifPresent(each -> lines.add(
                "  rows         " + run.counts(JournalKeys.SOURCE_COUNTS).inWords() + ", as the source had"));
        lines.add((migration.isPresent() ? "  release      " : "  to           ")
                + run.requireFact(0, JournalKeys.TARGET)
                + edition(run.editionAtEnd()));
        downtime()
                .ifPresent(down -> lines.add(
                        String.format(Locale.ROOT, "  downtime     %.1f s%s", down.toMillis() / 1000.0, parts())));
        if (migration.isEmpty()) {
            lines.add("  settings     "
                    + run.fact(run.hops(), JournalKeys.SETTINGS)
                            .map(counts -> counts + " (by the plugin and the new server together)")
                            .orElse("not compared"));
        }
        backup().ifPresent(backup -> lines.add("  backup       " + backup));
        if (!context.options().backup().files().copies()
                && context.server().fileStore().isPresent()) {
            lines.add("  file store   "
                    + (context.options().backup().files().way() == FileSaving.Way.NONE
                            ? "not saved (mattermost.backup.files=none)"
                            : "saved by your own command"));
        }
        run.fact(1, JournalKeys.FROZEN)
                .ifPresent(frozen -> lines.add("  rollback     takes seconds, from the frozen copy " + frozen));
        new CommandCopies(context)
                .of(run)
                .ifPresent(copy -> lines.add("  rollback     by your own command, from " + copy));
        lines.add("");
        return lines;
    }

    private List<String> convertedLines() {
        List<String> lines = new ArrayList<>(List.of("", "Moved the database of " + context.installation()));
        lines.add("  to           " + run.requireFact(0, JournalKeys.CONVERTED));
        lines.add("  rows         " + run.counts(JournalKeys.SOURCE_COUNTS).inWords()
                + ", as MySQL had; every row was compared");
        run.fact(1, JournalKeys.REPAIRS).ifPresent(file -> lines.add("  repairs      are written down in " + file));
        run.fact(1, JournalKeys.TABLES).ifPresent(file -> lines.add("  tables       " + file));
        downtime()
                .ifPresent(down -> lines.add(
                        String.format(Locale.ROOT, "  downtime     %.1f s%s", down.toMillis() / 1000.0, parts())));
        lines.add("  rollback     takes seconds; the MySQL database was only read");
        lines.add("");
        return lines;
    }

    /** Named only where it changes. */
    private String edition(Edition edition) {
        return run.editionBefore() == run.editionAtEnd() ? "" : " (" + edition + ")";
    }

    private Optional<Duration> downtime() {
        return downtime(run);
    }

    /** From the order to stop until the new server answered, over all hops; empty when it never came so far. */
    static Optional<Duration> downtime(Run run) {
        Duration all = Duration.ZERO;
        for (int hop = 1; hop <= run.hops(); hop++) {
            Optional<Instant> down = run.stopOrderedAt(hop);
            Optional<Instant> up = run.doneAt(hop, StageName.START);
            if (down.isEmpty() || up.isEmpty()) {
                return Optional.empty();
            }
            all = all.plus(Duration.between(down.get(), up.get()));
        }
        return Optional.of(all);
    }

    private String parts() {
        List<String> parts = new ArrayList<>();
        List<StageName> stages = run.isConversion()
                ? List.of(StageName.STOP, StageName.COPY_ROWS, StageName.CONVERT_CONFIG, StageName.START)
                : run.isMigration()
                        ? List.of(
                                StageName.STOP,
                                StageName.BACKUP,
                                StageName.MIGRATE_DATABASE,
                                StageName.MIGRATE_FILES,
                                StageName.MIGRATE_CONFIG,
                                StageName.START)
                        : List.of(
                                StageName.STOP,
                                StageName.BACKUP,
                                StageName.INSTALL,
                                StageName.RESTORE_CONFIG,
                                StageName.START);
        for (StageName stage : stages) {
            Duration sum = Duration.ZERO;
            for (int hop = 1; hop <= run.hops(); hop++) {
                Optional<Instant> begun = stage == StageName.STOP ? run.stopOrderedAt(hop) : run.begunAt(hop, stage);
                sum = sum.plus(Duration.between(
                        begun.orElseThrow(), run.doneAt(hop, stage).orElseThrow()));
            }
            parts.add(String.format(Locale.ROOT, "%s %.1f", stage.key(), sum.toMillis() / 1000.0));
        }
        return " (" + String.join(", ", parts) + ")";
    }
}
