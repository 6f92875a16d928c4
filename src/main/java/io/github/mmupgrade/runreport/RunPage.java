package io.github.mmupgrade.runreport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.BackupList;
import io.github.mmupgrade.migration.MigrationRun;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.KeptSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The page of an upgrade or a migration: what its journal, its backup and what was said tell. Asks no server. */
final class RunPage {

    /** More settings than these of one kind are shown when somebody opens them. */
    private static final int FEW = 12;

    private final GoalContext context;
    private final Run run;
    private final Html html = new Html();
    private final Page page;
    private final Timeline timeline;
    private final Optional<BackupSummary> backup;

    /**
     * A page.
     *
     * @param events what was said while the run was worked on, the oldest first
     * @param commands makes the command of a hint that has a goal
     */
    RunPage(GoalContext context, Run run, List<Stamped> events, Function<Hint, String> commands) {
        this.context = context;
        this.run = run;
        this.page = new Page(html, events, commands);
        this.timeline = Timeline.of(run);
        this.backup = run.fact(1, JournalKeys.BACKUP).flatMap(this::summary);
    }

    private Optional<BackupSummary> summary(String name) {
        try {
            return new Backups(context)
                    .directory().list().stream()
                            .filter(each -> each.run().equals(name))
                            .findFirst();
        } catch (ProblemException unreadable) {
            return Optional.empty();
        }
    }

    /** The page as text. */
    String text() {
        page.heading(kind() + " of " + context.installation(), releases(), mood(), outcome(), figures());
        page.failureSection();
        html.section("Stages", () -> timeline.draw(html));
        html.section("Before and after", this::beforeAndAfter);
        run.fact(1, JournalKeys.TABLES).ifPresent(file -> html.section("Tables", () -> tables(Path.of(file))));
        html.section("The way back", this::wayBack);
        html.section("Configuration", this::configuration);
        page.checksAndWarnings();
        if (!run.isMigration()) {
            html.section("Notes", this::notes);
        }
        page.log();
        return Page.framed(
                kind() + " " + releases() + ": " + outcome(),
                html,
                context.clock().instant());
    }

    private String kind() {
        return run.isMigration() ? "Migration" : run.isConversion() ? "Move to PostgreSQL" : "Upgrade";
    }

    private String from() {
        return run.fact(0, JournalKeys.FROM).orElse("?");
    }

    private String target() {
        return run.fact(0, JournalKeys.TARGET).orElse("?");
    }

    private int hops() {
        return run.fact(0, JournalKeys.HOPS).map(Integer::parseInt).orElse(0);
    }

    private String releases() {
        Optional<MigrationRun> migration = MigrationRun.of(run);
        if (migration.isPresent()) {
            return "Mattermost " + target() + " from " + migration.get().source();
        }
        if (run.isConversion()) {
            return "Mattermost " + target() + " to " + run.requireFact(0, JournalKeys.CONVERTED);
        }
        List<String> path = new ArrayList<>(List.of(from()));
        IntStream.rangeClosed(1, hops())
                .forEach(hop -> path.add(run.fact(hop, JournalKeys.TO).orElse(target())));
        return "Mattermost " + String.join(" → ", path);
    }

    private boolean rolledBack() {
        return run.state() == Run.State.ROLLED_BACK;
    }

    /** What went wrong in the journal last, and was not done since; empty when nothing did. */
    private Optional<JournalEvent> failedStage() {
        JournalEvent failed = null;
        for (JournalEvent event : run.events()) {
            if (event.kind() == JournalEvent.Kind.FAILED) {
                failed = event;
            } else if (failed != null
                    && event.kind() == JournalEvent.Kind.DONE
                    && event.step() == null
                    && event.stage().equals(failed.stage())
                    && event.hop() == failed.hop()) {
                failed = null;
            }
        }
        return Optional.ofNullable(failed);
    }

    private Page.Mood mood() {
        if (failedStage().isPresent()) {
            return Page.Mood.BAD;
        }
        return run.state() == Run.State.FINISHED && page.failure().isEmpty() ? Page.Mood.GOOD : Page.Mood.DOUBTFUL;
    }

    private String outcome() {
        String failed = failedStage().map(event -> "Failed at " + event.stage()).orElse("");
        return switch (run.state()) {
            case FINISHED -> failed.isEmpty() ? "Succeeded" : failed + "; the new release stays";
            case ROLLED_BACK -> failed.isEmpty() ? "Rolled back" : failed + " and rolled back";
            case OPEN -> {
                if (!failed.isEmpty()) {
                    yield failed + (run.isBegun(0, StageName.ROLLBACK) ? "; the rollback is not complete" : "");
                }
                yield run.isVerified() ? "Verified, not finished yet" : "Not finished";
            }
        };
    }

    private Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        List<JournalEvent> events = run.events();
        Instant begin = events.get(0).at();
        Instant end = events.get(events.size() - 1).at();
        figures.put("Began", Page.moment(begin));
        figures.put("Took", Amount.duration(Duration.between(begin, end)));
        figures.put(
                "Downtime",
                timeline.downtimes().isEmpty()
                        ? "none"
                        : Amount.duration(timeline.downtime()) + (timeline.stillDown() ? " and not over" : ""));
        figures.put("Host", context.host().name());
        figures.put("Run", run.id());
        return figures;
    }

    private void beforeAndAfter() {
        boolean source = run.fact(1, JournalKeys.SOURCE_COUNTS).isPresent();
        html.open("table", "class", "figures");
        if (source) {
            html.columns("", "Before", "Source", after());
        } else {
            html.columns("", "Before", after());
        }
        html.open("tbody");
        boolean installed = !rolledBack()
                && hops() > 0
                && IntStream.rangeClosed(1, hops()).allMatch(hop -> run.isDone(hop, StageName.INSTALL));
        row(source, "Release", from(), installed || run.goal() != Goal.UPGRADE ? target() : from());
        row(
                source,
                "Edition",
                run.editionBefore().toString(),
                (installed ? run.editionAtEnd() : run.editionBefore()).toString());
        rows(source);
        backup.map(BackupSummary::manifest)
                .ifPresent(saved -> row(
                        source,
                        "Files",
                        Amount.of(saved.files(), "file") + ", " + Amount.bytes(saved.size()) + " in the backup",
                        rolledBack() ? "as before" : run.isMigration() ? "those of the source" : "left in place"));
        row(source, "Settings", "–", settings());
        html.close("tbody").close("table");
    }

    private String after() {
        return rolledBack() ? "After the rollback" : "After";
    }

    private void row(boolean source, String head, String before, String after) {
        if (source) {
            html.row(head, before, "–", after);
        } else {
            html.row(head, before, after);
        }
    }

    private String settings() {
        if (rolledBack()) {
            return "as before, to the byte";
        }
        return run.fact(run.isMigration() ? 1 : hops(), JournalKeys.SETTINGS).orElse("not compared");
    }

    private void rows(boolean source) {
        Optional<RowCounts> before = run.counts(1, JournalKeys.COUNTS);
        Optional<RowCounts> at = run.counts(1, JournalKeys.SOURCE_COUNTS);
        Optional<RowCounts> now = rolledBack() ? Optional.empty() : run.counts(hops(), JournalKeys.COUNTS_AFTER);
        Set<String> tables = new LinkedHashSet<>();
        List.of(before, at, now)
                .forEach(counts ->
                        counts.ifPresent(each -> tables.addAll(each.tables().keySet())));
        for (String table : tables.stream().sorted().toList()) {
            String after = rolledBack() ? "as before" : number(now, table);
            if (source) {
                html.row("Rows of " + table, number(before, table), number(at, table), after);
            } else {
                html.row("Rows of " + table, number(before, table), after);
            }
        }
        if (tables.isEmpty()) {
            row(source, "Rows", "not counted", "not counted");
        }
    }

    private static String number(Optional<RowCounts> counts, String table) {
        OptionalLong rows = counts.map(each -> each.of(table)).orElse(OptionalLong.empty());
        return rows.isPresent() ? Long.toString(rows.getAsLong()) : "not counted";
    }

    private void tables(Path file) {
        JsonNode tables;
        try {
            tables = Json.MAPPER.readTree(file.toFile());
        } catch (IOException e) {
            html.element("p", "The file " + file + " cannot be read.");
            return;
        }
        page.copiedTables(tables);
    }

    private void wayBack() {
        Map<String, String> terms = new LinkedHashMap<>();
        run.fact(1, JournalKeys.BACKUP).ifPresent(name -> {
            terms.put(
                    "Backup",
                    new Backups(context).directory().root().resolve(name).toString());
            terms.put(
                    "State",
                    backup.map(found -> BackupList.words(found, new Backups(context).backInUse()))
                            .orElse("no longer there"));
        });
        run.fact(1, JournalKeys.FROZEN)
                .filter(name -> !name.isEmpty())
                .ifPresent(frozen -> terms.put("Frozen copy", frozen));
        if (run.isConversion()) {
            html.element("p", "The MySQL database was only read; it is the way back.");
        } else if (terms.isEmpty()) {
            html.element("p", "No backup was made: the run had not come to that.");
        }
        page.terms(terms);
        if (rolledBack()) {
            html.element("p", "The run is rolled back: Mattermost " + from() + " is installed again.");
        } else if (previousThere()) {
            page.hint(goBack());
        } else {
            page.hint(Hint.run(
                    "The files of the previous release are no longer beside the installation. To go back, restore a"
                            + " backup. List the backups.",
                    Goal.LIST_BACKUPS));
        }
    }

    private Hint goBack() {
        boolean last = Run.last(context.journal())
                .filter(newest -> newest.id().equals(run.id()))
                .isPresent();
        String back = "To go back to " + (run.goal() == Goal.UPGRADE ? "Mattermost " + from() : "the state before")
                + ", run this command.";
        return last
                ? Hint.run(back, Goal.ROLLBACK)
                : Hint.run(back + " It undoes the later runs, too.", Goal.ROLLBACK, "mattermost.rollback.to=" + run);
    }

    private boolean previousThere() {
        return IntStream.rangeClosed(1, hops())
                .filter(hop -> run.isDone(hop, StageName.INSTALL))
                .mapToObj(run::swapPlan)
                .flatMap(Optional::stream)
                .map(SwapPlan::previous)
                .allMatch(Files::isDirectory);
    }

    private void configuration() {
        List<ConfigDiff.Setting> changed = new KeptSettings(context).of(run);
        if (changed.isEmpty()) {
            html.element(
                    "p",
                    run.fact(hops(), JournalKeys.SETTINGS)
                            .map(counts -> counts + ". The settings themselves were not kept.")
                            .orElse("No setting was changed."));
            return;
        }
        html.element(
                "p",
                rolledBack()
                        ? "The upgrade changes these settings. The rollback has put the previous configuration back, to"
                                + " the byte. Secrets are shown as ***."
                        : "Changed by the plugin and the new server together. Secrets are shown as ***.");
        for (String kind : List.of("changed", "removed", "respelled", "added")) {
            List<ConfigDiff.Setting> of = changed.stream()
                    .filter(setting -> setting.kind().equals(kind))
                    .toList();
            if (of.size() > FEW) {
                html.details(Amount.of(of.size(), "setting") + " " + kind, () -> settings(of, null));
            } else if (!of.isEmpty()) {
                settings(of, Amount.of(of.size(), "setting") + " " + kind);
            }
        }
    }

    private void settings(List<ConfigDiff.Setting> settings, String caption) {
        html.open("table", "class", "settings");
        if (caption != null) {
            html.element("caption", caption);
        }
        html.columns("Setting", "Before", "After").open("tbody");
        settings.forEach(setting -> html.row(setting.name(), shown(setting.before()), shown(setting.after())));
        html.close("tbody").close("table");
    }

    private static String shown(String value) {
        return value == null ? "–" : value;
    }

    private void notes() {
        html.element(
                "p",
                run.fact(0, JournalKeys.ACKNOWLEDGED)
                        .map(read -> read.equals("all")
                                ? "The notes of all releases on the way were acknowledged (mattermost.acknowledge=all)."
                                : "Acknowledged: the notes of " + read + ".")
                        .orElse("No notes were acknowledged."));
    }
}
