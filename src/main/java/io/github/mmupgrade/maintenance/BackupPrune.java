package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.PrunePolicy;
import io.github.mmupgrade.backup.PruneResult;
import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupNotes;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Removes old backups, and databases that were frozen or set aside: never the last complete backup, never what the
 * current or the last upgrade may need.
 */
public final class BackupPrune {

    private static final Pattern SIBLING = Pattern.compile(".*_(frozen|discarded|restored|scratch)_([A-Za-z0-9-]+)");
    /** A clock that is corrected by less is of no account. */
    private static final Duration TOLERATED = Duration.ofMinutes(5);

    private static final Pattern SAVED = Pattern.compile(Pattern.quote(Backups.SAVED) + "([0-9]{8}T[0-9]{6}Z)-.+");

    private final GoalContext context;

    public BackupPrune(GoalContext context) {
        this.context = context;
    }

    /**
     * Which backups stay.
     *
     * @throws RefusedException when it would keep none
     */
    public static PrunePolicy policy(int keep, Duration maxAge) {
        if (keep < 1) {
            throw new RefusedException(
                    "mattermost.backup.keep is " + keep + ", but the last complete backup is always kept. Nothing was"
                            + " changed.",
                    Hint.of("Set it to 1 or more."));
        }
        return new PrunePolicy(keep, maxAge);
    }

    /**
     * Removes all that may go.
     *
     * @param policy which backups stay
     * @param keepDatabases how long frozen and discarded databases are kept; zero to remove all that nothing needs
     */
    public void carryOut(PrunePolicy policy, Duration keepDatabases) {
        requireDatabase();
        if (context.options().dryRun()) {
            backups(policy);
            databases(keepDatabases);
            copiesToDiscard(keepDatabases).forEach(each -> said("discard", "", each.getValue()));
            context.reporter().info("Dry run: nothing was changed.");
            return;
        }
        Run run = BackupJournal.begin(context, StageName.PRUNE_BACKUPS, Map.of());
        run.step(0, StageName.PRUNE_BACKUPS, "backups", Map.of(), () -> backups(policy));
        run.step(0, StageName.PRUNE_BACKUPS, "databases", Map.of(), () -> databases(keepDatabases));
        copiesToDiscard(keepDatabases)
                .forEach(each -> new CommandCopies(context).discard(each.getKey(), run, StageName.PRUNE_BACKUPS));
        run.mark(0, StageName.PRUNE_BACKUPS, Kind.DONE, Map.of());
        run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        new OldRuns(context).forget();
    }

    /** Half of the work is worse than none: what the other half needs is looked for first. */
    private void requireDatabase() {
        context.server().openDatabase().close();
    }

    /** Removes backups, but none that should be elsewhere, too, and is not. */
    public void backups(PrunePolicy policy) {
        Optional<Instant> later = madeLaterThanNow();
        if (later.isPresent()) {
            context.reporter()
                    .warn("A backup was made at " + later.get() + ", but the clock says "
                            + context.clock().instant()
                            + ". Which backups are the newest is not known, so none was removed."
                            + " Correct the clock, then run prune-backups. If it was wrong when that backup was made, remove the"
                            + " backup by hand once there is a newer one.");
            return;
        }
        Set<String> needed = BackupJournal.neededBackups(context);
        Set<String> missing =
                new HandOver(context).missing().stream().map(BackupSummary::run).collect(Collectors.toSet());
        (missing.isEmpty()
                        ? List.<String>of()
                        : prune(policy, needed::contains, true).removed())
                .stream().filter(missing::contains).forEach(name -> context.reporter()
                        .report(new Event.Message(
                                Event.Level.WARNING,
                                "Kept backup " + name + ", because it was not handed over to "
                                        + context.options().places().elsewhere() + " yet.",
                                Hint.run("Make a backup, which hands this one over, too.", Goal.BACKUP))));
        PruneResult result = prune(
                policy,
                name -> needed.contains(name) || missing.contains(name),
                context.options().dryRun());
        result.removed().forEach(name -> said("remove", "Removed", "backup " + name));
        if (!context.options().dryRun()) {
            result.removed().forEach(new BackupNotes(context)::forget);
        }
        result.kept().forEach((name, why) -> context.reporter().debug("Kept backup " + name + ": " + why));
        context.reporter()
                .info(Amount.of(result.kept().size(), "backup")
                        + (result.kept().size() == 1 ? " is kept" : " are kept"));
    }

    private Optional<Instant> madeLaterThanNow() {
        Instant latest = context.clock().instant().plus(TOLERATED);
        return new Backups(context)
                .directory().list().stream()
                        .filter(BackupSummary::complete)
                        .map(backup -> backup.manifest().startedAt())
                        .filter(made -> made.isAfter(latest))
                        .max(Comparator.naturalOrder());
    }

    private PruneResult prune(PrunePolicy policy, Predicate<String> held, boolean dryRun) {
        return new Backups(context)
                .directory()
                .prune(policy, held, context.clock().instant(), dryRun);
    }

    private void databases(Duration keep) {
        try (Database database = context.server().openDatabase()) {
            if (!context.options().dryRun()) {
                database.settleUnfinished().forEach(context.reporter()::info);
            }
            for (SideDatabase sibling : database.listSiblings()) {
                Optional<String> reason = sibling.unfinished() ? Optional.empty() : reasonToKeep(sibling.name(), keep);
                if (reason.isPresent()) {
                    context.reporter().info("Kept database " + sibling.name() + ": " + reason.get());
                    continue;
                }
                if (!context.options().dryRun()) {
                    database.drop(sibling.name());
                }
                said("drop", "Dropped", "database " + sibling.name() + ", " + Amount.bytes(sibling.sizeBytes()));
            }
        }
        savedDumps(keep);
    }

    /**
     * The databases that a rollback, a restore or a migration has set aside, and that nothing keeps any more. Reads only.
     *
     * @param keep how long they are kept
     */
    public List<SideDatabase> setAsideForLong(List<SideDatabase> siblings, Duration keep) {
        return siblings.stream()
                .filter(sibling -> !sibling.unfinished())
                .filter(sibling -> SIBLING.matcher(sibling.name())
                        .results()
                        .anyMatch(parts -> parts.group(1).equals("discarded")
                                && tooYoung(parts.group(2), keep).isEmpty()))
                .toList();
    }

    /** What the organisation's own command has made for runs, and its names. */
    private List<Map.Entry<Run, String>> copiesToDiscard(Duration keep) {
        CommandCopies copies = new CommandCopies(context);
        return copies.runs().stream()
                .filter(run -> tooYoung(run.id(), keep).isEmpty())
                .map(run -> Map.entry(run, copies.of(run).orElseThrow()))
                .toList();
    }

    /** What a restore in place has saved of the contents before it. */
    private void savedDumps(Duration keep) {
        Path root = new Backups(context).directory().root();
        if (!Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.sorted().toList()) {
                Matcher name = SAVED.matcher(entry.getFileName().toString());
                if (name.matches() && tooYoung(name.group(1), keep).isEmpty()) {
                    if (!context.options().dryRun()) {
                        TreeDelete.delete(entry);
                    }
                    said("remove", "Removed", entry + ", a dump of a database that was set aside");
                }
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The dumps that earlier restores have saved in " + root + " cannot be removed: " + IoReason.of(e),
                    Hint.run("Fix this, then run the goal again.", Goal.PRUNE_BACKUPS),
                    e);
        }
    }

    private Optional<String> reasonToKeep(String name, Duration keep) {
        Matcher parts = SIBLING.matcher(name);
        if (!parts.matches()) {
            return Optional.of("its name does not tell which run made it");
        }
        String run = parts.group(2);
        boolean frozen = parts.group(1).equals("frozen");
        if (frozen && !isDurable(run)) {
            return Optional.of("the backup of run " + run + " is not complete without it");
        }
        return tooYoung(run, keep);
    }

    private boolean isDurable(String id) {
        Optional<String> backup = run(id).flatMap(run -> run.fact(1, JournalKeys.BACKUP));
        if (backup.isEmpty()) {
            return true;
        }
        // one that is not found may be on a disk that is not mounted
        return new Backups(context)
                .directory().list().stream().anyMatch(each -> each.run().equals(backup.get()) && each.complete());
    }

    private Optional<String> tooYoung(String id, Duration keep) {
        Optional<Run> run = run(id);
        if (run.isPresent() && run.get().state() == Run.State.OPEN) {
            return Optional.of("run " + id + " is in progress");
        }
        Optional<Instant> since = run.map(each -> {
                    List<JournalEvent> events = each.events();
                    return events.get(events.size() - 1).at();
                })
                .or(() -> Run.begun(id));
        if (since.isEmpty()) {
            return Optional.of("it is not known when it was made");
        }
        return since.get().plus(keep).isAfter(context.clock().instant())
                ? Optional.of("it is younger than " + Amount.of(keep.toHours(), "hour") + " (mattermost.keepFrozen)")
                : Optional.empty();
    }

    private Optional<Run> run(String id) {
        return Stream.concat(Run.all(context.journal()).stream(), Run.all(context.upkeep()).stream())
                .filter(run -> run.id().equals(id))
                .findFirst();
    }

    private void said(String would, String did, String what) {
        context.reporter().info((context.options().dryRun() ? "would " + would : did) + " " + what);
    }
}
