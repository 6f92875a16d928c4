package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.elsewhere.Place;
import io.github.mmupgrade.elsewhere.UnreachablePlaceException;
import io.github.mmupgrade.files.WriteTrial;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.Backups;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What can be said of the places that the plugin itself writes to, and of the journal it keeps there. */
final class StateAndBackupChecks {

    /** Two clocks that are set by the network differ by less. */
    private static final Duration TOLERATED = Duration.ofSeconds(5);

    private final GoalContext context;
    private final InstalledServer server;

    StateAndBackupChecks(GoalContext context, InstalledServer server) {
        this.context = context;
        this.server = server;
    }

    void addTo(Map<String, Supplier<CheckResult>> checks) {
        checks.put("restore", this::restore);
        checks.put("state", this::state);
        checks.put("clock", this::clock);
        checks.put("backups", this::backups);
        if (context.options().places().elsewhere() != null) {
            checks.put("elsewhere", this::elsewhere);
        }
    }

    private CheckResult restore() {
        return BackupJournal.openRestore(context)
                .map(run -> CheckResult.refused(
                        "restore",
                        "The restore " + run + " of backup " + run.requireFact(0, JournalKeys.BACKUP)
                                + " was interrupted.",
                        Hint.run("Finish it first.", Goal.RESTORE)))
                .orElseGet(() -> CheckResult.ok("restore", "none is in progress"));
    }

    private CheckResult state() {
        try {
            WriteTrial.in(context.state());
            return CheckResult.ok("state", context.state() + " is writable");
        } catch (IOException e) {
            return CheckResult.refused(
                    "state",
                    "The state directory " + context.state() + " is not writable: " + IoReason.of(e) + ".",
                    Hint.of("Run as root, free some space on its file system, or name another directory with"
                            + " mattermost.stateDirectory."));
        }
    }

    /** The names of runs and backups are times, and the newest one counts. */
    private CheckResult clock() {
        List<JournalEvent> events = context.journal().events();
        Instant now = context.clock().instant().truncatedTo(ChronoUnit.SECONDS);
        if (events.isEmpty() || !events.get(events.size() - 1).at().isAfter(now.plus(TOLERATED))) {
            return CheckResult.ok("clock", now.toString());
        }
        return CheckResult.warning(
                "clock",
                "it says " + now + ", but the last goal ran at "
                        + events.get(events.size() - 1).at()
                        + ". Backups would not be sorted by time; correct the clock first");
    }

    private CheckResult backups() {
        Backups backups = new Backups(context);
        Path wanted = backups.directory().root();
        List<Path> sources = new ArrayList<>(List.of(context.installation().directory()));
        server.fileStore().ifPresent(sources::add);
        for (Path source : sources) {
            if (wanted.startsWith(source)) {
                return CheckResult.refused(
                        "backups",
                        "The backup directory " + wanted + " is inside " + source + ", which is backed up.",
                        Hint.of("Name another one with mattermost.backupDirectory."));
            }
        }
        new BackupPlace(context).require();
        if (context.options().backup().files().copies()) {
            BackupPlace.requireMountedStore(context, server);
        }
        backups.directory().requireWritable(sources);
        return CheckResult.ok("backups", wanted + " is writable");
    }

    private CheckResult elsewhere() {
        Elsewhere given = context.options().places().elsewhere();
        try (Place place = Place.of(context, given)) {
            place.require();
            return place.doubt()
                    .map(doubt -> CheckResult.warning("elsewhere", doubt))
                    .orElseGet(() -> CheckResult.ok("elsewhere", given + " answers"));
        } catch (UnreachablePlaceException e) {
            // it may answer again when it is needed, and an upgrade does not wait for it
            return CheckResult.warning("elsewhere", e.getMessage());
        }
    }
}
