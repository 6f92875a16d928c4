package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.SafePlace;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.elsewhere.Place;
import io.github.mmupgrade.elsewhere.PlaceCopy;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.FileSystemSync;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupNotes;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.Backups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Brings a backup that is only elsewhere into the directory of the backups, under its name. */
public final class BackupReturn {

    private final GoalContext context;
    private final Backups backups;
    private final Elsewhere given;

    public BackupReturn(GoalContext context) {
        this.context = context;
        this.backups = new Backups(context);
        this.given = context.options().places().elsewhere();
    }

    /**
     * The backup that a person means; it is fetched when it is only elsewhere.
     *
     * @param name its name or directory; null for the newest complete one that is here, else the newest one that this
     *     machine has handed over
     * @return empty in a dry run that would fetch it
     * @throws RefusedException when it is nowhere, or what was fetched is damaged; nothing was changed
     */
    public Optional<Backup> chosen(String name) {
        if (given == null || isHere(name)) {
            return Optional.of(backups.chosen(name));
        }
        try (Place place = Place.of(context, given)) {
            place.require();
            Optional<PlaceCopy> copy = wanted(place.copies(), name);
            if (copy.isEmpty()) {
                return Optional.of(backups.chosen(name));
            }
            if (context.options().dryRun()) {
                context.reporter()
                        .info("would fetch backup " + copy.get().backup() + " from " + given + " and restore it");
                context.reporter().info("Dry run: nothing was changed.");
                return Optional.empty();
            }
            return Optional.of(fetch(place, copy.get()));
        }
    }

    private boolean isHere(String name) {
        if (name == null) {
            // a damaged one is meant, too, and said to be
            return backups.directory().list().stream()
                    .anyMatch(each -> each.complete() || each.condition() == BackupSummary.Condition.DAMAGED);
        }
        return name.contains("/") || backups.directory().isBegun(name);
    }

    private Optional<PlaceCopy> wanted(List<PlaceCopy> copies, String name) {
        String host = context.host().name();
        List<PlaceCopy> candidates = copies.stream()
                .filter(copy -> name == null || copy.backup().equals(name))
                .sorted(Comparator.comparing(PlaceCopy::backup))
                .toList();
        Optional<PlaceCopy> own =
                candidates.stream().filter(copy -> copy.host().equals(host)).reduce((older, newer) -> newer);
        if (own.isPresent() || candidates.isEmpty()) {
            return own;
        }
        PlaceCopy newest = candidates.get(candidates.size() - 1);
        if (name == null) {
            throw new RefusedException(
                    "There is no complete backup in " + backups.directory().root() + ", and " + given
                            + " has only those of other machines; the newest one is " + newest.backup() + " of "
                            + newest.host() + ". Nothing was changed.",
                    Hint.run("Name the one that you mean.", Goal.RESTORE, "mattermost.backup.run=" + newest.backup()));
        }
        if (candidates.stream().map(PlaceCopy::host).distinct().count() > 1) {
            throw new RefusedException(
                    "Several machines have handed a backup " + name + " over to " + given + ": "
                            + candidates.stream()
                                    .map(PlaceCopy::host)
                                    .distinct()
                                    .toList() + ". Nothing was changed.",
                    Hint.of("Bring the right one here yourself, and give its directory with mattermost.backup.run."));
        }
        return Optional.of(newest);
    }

    /** Fetches the backup of a run that is rolled back, if it is only elsewhere; the rollback says what it lacks. */
    public void bringFor(Run run) {
        Optional<String> name = run.fact(1, JournalKeys.BACKUP)
                .filter(backup -> given != null && run.state() != Run.State.ROLLED_BACK)
                .filter(backup -> !isHere(backup));
        if (name.isEmpty()) {
            return;
        }
        try {
            chosen(name.get());
        } catch (ProblemException e) {
            context.reporter().warn("The backup of run " + run + " is not here. " + e.getMessage());
        }
    }

    private Backup fetch(Place place, PlaceCopy copy) {
        BackupDirectory directory = backups.directory();
        new BackupPlace(context).require();
        directory.prepare(List.of(context.installation().directory()));
        Path arriving = directory.root().resolve(BackupDirectory.FETCHING + copy.backup());
        Path manifest = arriving.resolveSibling(arriving.getFileName() + ".json");
        try {
            // what an interrupted call has left may be half of anything
            TreeDelete.delete(arriving);
            Files.deleteIfExists(manifest);
            place.fetchManifest(copy, manifest);
            long bytes = needed(Manifest.read(manifest));
            Files.delete(manifest);
            requireRoom(directory.root(), copy, bytes);
            context.reporter().info("Fetching backup " + copy.backup() + " from " + given + ", " + Amount.bytes(bytes));
            Files.createDirectory(arriving, SafePlace.PRIVATE);
            place.fetch(copy, arriving, bytes);
            requireSound(arriving, copy);
            FileSystemSync.sync(context.host(), arriving);
            Path there = directory.root().resolve(copy.backup());
            AtomicFile.rename(arriving, there);
            context.reporter().info("Fetched backup " + there + ", and compared it with its checksums");
            if (copy.host().equals(context.host().name())) {
                new BackupNotes(context).handedOver(there, given);
            }
            return directory.open(copy.backup());
        } catch (IOException e) {
            throw new RefusedException(
                    "Backup " + copy.backup() + " could not be brought from " + given + " to " + directory.root() + ": "
                            + IoReason.of(e) + ". Nothing was restored.",
                    Hint.of("Fix this, then run the goal again."),
                    e);
        }
    }

    /** What it holds and the lists of that: here nothing is shared with another backup. */
    private static long needed(Manifest manifest) {
        return manifest.size() + 3 * manifest.list().bytes();
    }

    private void requireRoom(Path root, PlaceCopy copy, long bytes) throws IOException {
        long free = DiskSpace.of(context.host(), root).bytes();
        if (free < bytes) {
            throw new RefusedException(
                    "Backup " + copy.backup() + " in " + given + " has " + Amount.bytes(bytes)
                            + ", but the file system of " + root + " has room for " + Amount.bytes(free)
                            + " only. Nothing was restored.",
                    Hint.of("Free some space, or name another directory with mattermost.backupDirectory."));
        }
    }

    private void requireSound(Path arriving, PlaceCopy copy) throws IOException {
        try {
            Backup backup = Backup.open(arriving);
            if (!backup.run().equals(copy.backup())) {
                throw new RefusedException(
                        "It calls itself " + backup.run() + ".", Hint.run("See which there are.", Goal.LIST_BACKUPS));
            }
            backup.verify(context.reporter()).requireSound();
        } catch (RefusedException e) {
            TreeDelete.delete(arriving);
            throw new RefusedException(
                    "The copy of backup " + copy.backup() + " in " + given + " is damaged. " + e.getMessage()
                            + "\nNothing was restored.",
                    Hint.run("Choose another one, and check that place.", Goal.LIST_BACKUPS),
                    e);
        }
    }
}
