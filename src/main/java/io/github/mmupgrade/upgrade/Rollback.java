package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.Pace;
import io.github.mmupgrade.upgrade.JournalEvent.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Goes back to the state before a run, newest step first. Every step asks the world what is left of it to undo, so a
 * rollback that broke off anywhere is brought to its end by calling it again, and one after another changes nothing.
 */
final class Rollback {

    static final String NAME = "rollback";

    private final Workplace place;

    Rollback(Workplace place) {
        this.place = place;
    }

    /** What going back would do, a line each. */
    List<String> plan(Run run) {
        Optional<MigrationRun> migration = MigrationRun.of(run);
        if (migration.isPresent()) {
            return new MigrationUndo(place, migration.get()).plan();
        }
        List<String> lines = new ArrayList<>();
        lines.add("stop the server");
        for (int hop = StageRunner.hops(run); hop >= 1; hop--) {
            if (run.fact(hop, Facts.PLAN).isPresent()) {
                lines.add("put the entries of " + run.releaseBefore(hop) + " back in the place of those of "
                        + run.requireFact(hop, Facts.TO));
            }
        }
        wayBack(run).ifPresent(way -> lines.add("put the database back " + way));
        lines.add("write the previous configuration, to the byte");
        if (ranBefore(run)) {
            lines.add("start " + run.requireFact(0, Facts.FROM) + " and verify it");
        }
        return lines;
    }

    private static Optional<String> wayBack(Run run) {
        return run.fact(1, Facts.FROZEN)
                .map(frozen -> "by renaming its frozen copy " + frozen)
                .or(() -> run.fact(1, Facts.DUMP).map(dump -> "by restoring the dump of the backup"));
    }

    /**
     * Goes back.
     *
     * @param discardNewData whether to go back although people have written since the new server started
     * @return what was done, as sentences
     * @throws RefusedException when people have written since; nothing was changed
     * @throws StageFailedException when a step fails; calling again goes on with it
     */
    String carryOut(Run run, boolean discardNewData) {
        if (run.state() == Run.State.ROLLED_BACK) {
            return "Run " + run + " is rolled back already; Mattermost " + run.requireFact(0, Facts.FROM)
                    + " is installed.";
        }
        Duration start = Pace.real().elapsed();
        String written = require(run, discardNewData);
        return place.journal().leniently(() -> goBack(run, newServerRan(run), written, start));
    }

    /**
     * Makes sure that everything is there that the way back takes, as long as nothing was put back yet.
     *
     * @return what people have written since, as a sentence; empty when they haven't
     * @throws RefusedException when something is missing, or people have written and that is not to be set aside
     */
    String require(Run run, boolean discardNewData) {
        if (run.state() == Run.State.ROLLED_BACK) {
            return "";
        }
        boolean begun = run.isBegun(0, NAME);
        boolean newServerRan = newServerRan(run);
        if (!begun) {
            requireSiblings(run);
            requireBackup(run, newServerRan);
        }
        return newServerRan ? writtenSince(run, discardNewData || begun) : "";
    }

    private String goBack(Run run, boolean newServerRan, String written, Duration start) {
        if (run.state() == Run.State.FINISHED) {
            // from here on the run is under way again, so that whoever comes next brings this to its end
            run.mark(0, Run.RUN, Kind.BEGIN, Map.of());
        }
        run.mark(0, NAME, Kind.BEGIN, Map.of(Facts.NEW_SERVER_RAN, Boolean.toString(newServerRan)));
        String from = run.requireFact(0, Facts.FROM);
        Optional<MigrationUndo> migration = MigrationRun.of(run).map(each -> new MigrationUndo(place, each));
        try {
            List<String> aside = new ArrayList<>();
            // once the old server was told to start people may write to it: nothing before that is done twice
            if (!run.isStepBegun(0, NAME, "start")) {
                migration.ifPresentOrElse(undo -> undo.putBack(this, aside), () -> putBack(run, newServerRan, aside));
            }
            if (ranBefore(run)) {
                run.step(0, NAME, "start", Map.of(), () -> StartStage.startAndWait(place, Version.parse(from)));
            }
            migration.ifPresent(MigrationUndo::giveSourceBack);
            settleBackup(run);
            run.mark(0, NAME, Kind.DONE, Map.of());
            run.mark(0, Run.RUN, Kind.UNDONE, Map.of());
            Duration took = Pace.real().elapsed().minus(start);
            return "Went back in " + took.toSeconds() + " s: Mattermost " + from
                    + outcome(run)
                    + written
                    + unwritten()
                    + (aside.isEmpty() ? "" : " " + String.join(" ", aside));
        } catch (RuntimeException e) {
            run.mark(0, NAME, Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            throw e;
        }
    }

    private void putBack(Run run, boolean newServerRan, List<String> aside) {
        for (int hop = StageRunner.hops(run); hop >= 1; hop--) {
            run.fact(hop, Facts.NEXT).map(Path::of).ifPresent(SwapPreparation::giveRoomFree);
        }
        if (installBegun(run)) {
            run.step(0, NAME, "stop", Map.of(), () -> StopStage.stop(place, place.server()));
        }
        for (int hop = StageRunner.hops(run); hop >= 1; hop--) {
            takeBackInstall(run, hop);
        }
        if (newServerRan) {
            run.step(0, NAME, "database", Map.of(), () -> aside.addAll(takeBackDatabase(run)));
            once(run, "files", () -> new SavedTrees(place).putBack(run));
        }
        if (newServerRan || run.isBegun(1, RestoreConfigStage.NAME)) {
            once(run, "configuration", () -> takeBackConfiguration(run));
        }
    }

    /** The old server is back whether that works or not. */
    private void settleBackup(Run run) {
        try {
            new Backups(place).takeBackUnfinished(run);
        } catch (ProblemException e) {
            place.reporter()
                    .warn("The backup of run " + run + " may hold half of what was being added to it: "
                            + e.getMessage());
        }
    }

    private static void once(Run run, String step, Runnable act) {
        if (!run.isStepDone(0, NAME, step)) {
            run.step(0, NAME, step, Map.of(), act);
        }
    }

    /** As long as nothing was renamed the installed server is the old one, and stays as it is. */
    private static boolean installBegun(Run run) {
        return IntStream.rangeClosed(1, StageRunner.hops(run))
                .anyMatch(hop -> run.fact(hop, Facts.PLAN).isPresent());
    }

    /** The previous entries must be there in whole before anything is renamed. */
    private void requireSiblings(Run run) {
        for (int hop = StageRunner.hops(run); hop >= 1; hop--) {
            Optional<SwapPlan> plan = run.fact(hop, Facts.PLAN).map(SwapPlans::read);
            boolean installed = plan.isPresent() && run.isDone(hop, InstallStage.NAME);
            if (installed && !Files.isDirectory(plan.get().previous())) {
                throw new RefusedException(
                        "The entries of the release before run " + run + " are not in "
                                + plan.get().previous() + " any more. Nothing was put back.",
                        Hint.run("Restore a backup instead. List them with", "list-backups"));
            }
        }
    }

    /** Nothing is stopped for a way back that would find its end at a backup that is not there. */
    private void requireBackup(Run run, boolean newServerRan) {
        boolean configured = run.isBegun(1, RestoreConfigStage.NAME);
        if (!newServerRan && !configured) {
            return;
        }
        new BackupPlace(place).require();
        new Backups(place).savedConfiguration(run, 1);
        if (newServerRan) {
            new SavedTrees(place).requireRestorable(run);
            requireSwitchable(run, "Nothing was put back", NAME);
        }
    }

    /**
     * The upgrade may have had rights that this call has not, by a data source for administration.
     *
     * @param untouched what was not done, as the end of a message
     * @param goal the goal to call again
     */
    void requireSwitchable(Run run, String untouched, String goal) {
        Optional<String> frozen = run.fact(1, Facts.FROZEN);
        if (frozen.isEmpty()) {
            return;
        }
        try (Database database = place.server().openDatabase()) {
            if (!database.exists(frozen.get())) {
                return;
            }
            database.againstSwitching().ifPresent(finding -> {
                throw new RefusedException(
                        "The frozen copy " + frozen.get() + " can't take the database's name: " + finding.text() + ". "
                                + untouched + ".",
                        Hint.run(
                                "give the data source for administration that the upgrade was made with, or allow it: "
                                        + finding.hint().text().replaceFirst("; else .*", "") + "; then call it again:",
                                goal));
            });
        }
    }

    private String outcome(Run run) {
        if (!run.isBegun(1, StopStage.NAME)) {
            return " was not touched.";
        }
        if (ranBefore(run)) {
            return " runs again on its old data.";
        }
        return place.server().running().isPresent()
                ? " runs; it was not stopped."
                : " is installed again, stopped as it was.";
    }

    private String unwritten() {
        int count = place.journal().unwritten();
        return count == 0
                ? ""
                : " " + Amount.of(count, "event") + " could not be written to "
                        + place.journal().file() + ".";
    }

    private static boolean ranBefore(Run run) {
        return StopStage.wasRunning(run, 1);
    }

    /**
     * Whether the new server has run: the journal says so, or the database shows it, because a reboot may have started
     * what was installed a moment ago. Found out once, because a rollback changes the answer.
     */
    private boolean newServerRan(Run run) {
        Optional<String> known = run.fact(0, Facts.NEW_SERVER_RAN);
        if (known.isPresent() && run.isBegun(0, NAME)) {
            return Boolean.parseBoolean(known.get());
        }
        for (int hop = StageRunner.hops(run); hop >= 1; hop--) {
            if (run.isBegun(hop, StartStage.NAME)) {
                return true;
            }
        }
        boolean startable = installBegun(run) || run.isDone(1, MigrateConfigStage.NAME);
        if (!startable) {
            return false;
        }
        if (place.server().running().isPresent()) {
            return true;
        }
        try (Database database = place.server().openDatabase()) {
            String before = run.fact(1, Facts.SCHEMA).orElse("");
            return !before.equals(
                            database.schemaVersion().map(Version::toString).orElse(""))
                    || new NewData(place, run).posts(database) > 0;
        }
    }

    /** What people have written since the new server started, as a sentence; refuses unless it may be set aside. */
    private String writtenSince(Run run, boolean accepted) {
        NewData since = new NewData(place, run);
        Optional<Instant> started = since.begun();
        if (started.isEmpty()) {
            return "";
        }
        long posts;
        try (Database database = place.server().openDatabase()) {
            posts = since.posts(database);
        }
        if (posts == 0) {
            return "";
        }
        if (!accepted) {
            throw new RefusedException(
                    "People have written " + Amount.of(posts, "post") + " since the new server started at "
                            + started.get() + "; going back would set them aside. Nothing was put back.",
                    Hint.run(
                            "fix the new server and start it, or go back without these posts (they stay in the"
                                    + " database that is put aside):",
                            NAME,
                            "mattermost.rollback.discardNewData=true"));
        }
        return " " + Amount.of(posts, "post") + " written since " + (posts == 1 ? "is" : "are")
                + " in the database that was put aside.";
    }

    private void takeBackInstall(Run run, int hop) {
        run.fact(hop, Facts.PLAN).map(SwapPlans::read).ifPresent(plan -> new InstallationSwap(place.installation())
                .takeBack(plan, InstallStage.listener(run, hop, NAME)));
    }

    /** Lets the previous database have its name again; says where the newer one is. */
    List<String> takeBackDatabase(Run run) {
        try (Database database = place.server().openDatabase()) {
            database.settleUnfinished().forEach(place.reporter()::info);
            String name = database.dataSource().database();
            String discarded = DatabaseNames.discarded(name, run.id());
            Optional<String> frozen = run.fact(1, Facts.FROZEN)
                    .filter(copy -> database.exists(copy) || database.isSwitched(copy, discarded));
            if (frozen.isPresent()) {
                return List.of(DatabaseRestore.switchTo(database, frozen.get(), discarded, NAME));
            }
            Optional<DumpFormat> dump = run.fact(1, Facts.DUMP).map(DumpFormat::valueOf);
            if (dump.isEmpty()) {
                requireNoneSaved(run);
                place.reporter()
                        .warn("The database was not saved by the plugin; it stays as the new server left it."
                                + " Restore it by your own procedure before you start the old server.");
                return List.of();
            }
            return List.of(fromDump(run, database, dump.get()).carryOut());
        }
    }

    private static void requireNoneSaved(Run run) {
        run.fact(1, Facts.FROZEN).ifPresent(frozen -> {
            throw new StageFailedException(
                    "The frozen copy " + frozen + " of the database is gone, and it was not dumped yet.",
                    Hint.run("restore another backup instead; these are there:", BackupList.NAME));
        });
    }

    private DatabaseRestore fromDump(Run run, Database database, DumpFormat format) {
        Path dump = new Backups(place).of(run).artefact(BackupDump.artefact(BackupDump.CONSISTENT, format));
        return new DatabaseRestore(
                place,
                database,
                run.id(),
                dump,
                format,
                rows -> {
                    List<String> losses = rows.lossesSince(BackupStage.counts(run));
                    return losses.isEmpty() ? null : String.join("; ", losses);
                },
                NAME);
    }

    /** Writes the previous configuration, to the byte. */
    void takeBackConfiguration(Run run) {
        ConfigDocument saved = new Backups(place).savedConfiguration(run, 1);
        place.server().writeConfiguration(saved);
    }
}
