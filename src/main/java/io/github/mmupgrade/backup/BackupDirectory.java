package io.github.mmupgrade.backup;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.copy.SpaceEstimate;
import io.github.mmupgrade.backup.copy.SpaceEstimator;
import io.github.mmupgrade.backup.copy.Unreadable;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.ManifestEditor;
import io.github.mmupgrade.backup.format.SafePlace;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The backups of one installation: a directory of its own in the backup directory, one directory per backup in it. */
public final class BackupDirectory {

    /** What the names of backups begin with that are being fetched from elsewhere. */
    public static final String FETCHING = ".fetching-";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern RUN = Pattern.compile("[0-9]{8}T[0-9]{6}Z(-[A-Za-z0-9._-]+)?");
    private static final DateTimeFormatter RUN_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Host host;
    private final Reporter reporter;
    private final Path root;
    private final Owner user;

    private BackupDirectory(Host host, Reporter reporter, Path root, Owner user) {
        this.host = host;
        this.reporter = reporter;
        this.root = root;
        this.user = user;
    }

    /**
     * Names the place; nothing is made or looked at.
     *
     * @param backupDirectory the directory of all installations' backups, such as {@code /var/backups/mattermost}
     * @param installation the installation's name: letters, digits, dots, dashes and underscores
     */
    public static BackupDirectory at(Host host, Reporter reporter, Path backupDirectory, String installation) {
        if (!NAME.matcher(installation).matches()) {
            throw new IllegalArgumentException("Not a plain name: " + installation);
        }
        return new BackupDirectory(
                host, reporter, backupDirectory.toAbsolutePath().normalize().resolve(installation), null);
    }

    /**
     * The same place for backups of a user's data: what the file system lets nobody but that user read is read as the
     * user, and what the user may not read is not read at all.
     *
     * @param owner whom the server runs as; makes no difference unless this runs as root
     */
    public BackupDirectory onBehalfOf(Owner owner) {
        return new BackupDirectory(host, reporter, root, owner);
    }

    /** The name of a new backup, such as {@code 20261123T031415Z-5.25.0}. */
    public static String runId(Instant start, String release) {
        return RUN_TIME.format(start) + "-" + release;
    }

    /** The directory of this installation's backups. */
    public Path root() {
        return root;
    }

    /**
     * Makes the directory, for its owner alone, when it isn't there.
     *
     * @param sources what is backed up: the installation, the file store
     * @throws RefusedException when it lies in a source, others could exchange it, or nothing can be written to it
     */
    public void prepare(Collection<Path> sources) {
        SafePlace place = new SafePlace(host.self(), new Users(host));
        place.refuseInside(root, sources);
        if (Files.exists(root.getParent(), LinkOption.NOFOLLOW_LINKS)) {
            place.make(root);
        } else {
            place.make(root.getParent());
            place.make(root);
        }
    }

    /**
     * Finds out what {@link #prepare} would find, and makes nothing.
     *
     * @param sources what is backed up: the installation, the file store
     * @throws RefusedException when it lies in a source, others could exchange it, or nothing can be written to it
     */
    public void requireWritable(Collection<Path> sources) {
        SafePlace place = new SafePlace(host.self(), new Users(host));
        place.refuseInside(root, sources);
        place.requireWritable(root);
    }

    /**
     * Starts a backup; what the newest complete one has unchanged will be shared with it. Call {@link #prepare} before.
     *
     * @param run its name, see {@link #runId}
     * @param serverRunning whether the server runs to the end of it, so that files and database may differ by seconds
     */
    public BackupDraft create(String run, BackupSubject subject, boolean serverRunning) {
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("Not the name of a backup: " + run);
        }
        Path directory = root.resolve(run);
        ExclusiveLock lock = lock(directory);
        boolean made = false;
        try {
            Optional<Backup> previous = latestComplete();
            if (isEmpty(directory)) {
                // one that was killed before it had noted anything
                Files.delete(directory);
            }
            Files.createDirectory(directory, SafePlace.PRIVATE);
            Manifest manifest = Manifest.start(
                    run,
                    subject,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    serverRunning,
                    previous.map(Backup::run).orElse(null));
            ManifestEditor editor = new ManifestEditor(manifest, directory.resolve(Manifest.DRAFT));
            editor.save();
            made = true;
            return new BackupDraft(host, reporter, directory, user, previous, editor, lock);
        } catch (IOException e) {
            throw new RefusedException(
                    "No backup could be started in " + directory + ": " + IoReason.of(e),
                    Hint.of("Check the directory, then run the goal again."),
                    e);
        } finally {
            if (!made) {
                release(lock);
            }
        }
    }

    /**
     * Goes on with a backup that another process began: an incomplete one, or one that is not yet durable.
     *
     * @throws RefusedException when there is no such backup, it is complete, or somebody is at work on it
     */
    public BackupDraft resume(String run) {
        return draft(run, false);
    }

    /**
     * Goes on with a backup that may be complete, to add to it what came later.
     *
     * @throws RefusedException when there is no such backup, or somebody is at work on it
     */
    public BackupDraft reopen(String run) {
        return draft(run, true);
    }

    private BackupDraft draft(String run, boolean completeToo) {
        Path directory = root.resolve(run);
        if (!RUN.matcher(run).matches() || !Files.isDirectory(directory)) {
            throw new RefusedException(
                    "There is no backup " + run + " in " + root + ".",
                    Hint.run("List the backups.", Goal.LIST_BACKUPS));
        }
        ExclusiveLock lock = lock(directory);
        boolean taken = false;
        try {
            Path sealed = directory.resolve(Manifest.NAME);
            Path file = Files.exists(sealed) ? sealed : directory.resolve(Manifest.DRAFT);
            Manifest manifest = Manifest.read(file);
            if (manifest.state() == BackupState.COMPLETE && !completeToo) {
                throw new RefusedException(
                        "The backup " + run + " is complete; nothing can be added to it.",
                        Hint.run("Make a new backup.", Goal.BACKUP));
            }
            // files come from the previous one, and none comes to a backup that is complete
            Optional<Backup> previous =
                    completeToo ? Optional.empty() : manifest.previous().flatMap(this::trusted);
            taken = true;
            return new BackupDraft(host, reporter, directory, user, previous, new ManifestEditor(manifest, file), lock);
        } catch (IOException e) {
            throw new RefusedException(
                    "The backup " + run + " cannot be resumed: " + IoReason.of(e),
                    Hint.run("Make a new backup.", Goal.BACKUP),
                    e);
        } finally {
            if (!taken) {
                release(lock);
            }
        }
    }

    /** All backups, the oldest first; also those that are incomplete or damaged. */
    public List<BackupSummary> list() {
        List<BackupSummary> all = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return all;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String run = entry.getFileName().toString();
                if (RUN.matcher(run).matches() && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    all.add(BackupSummary.of(entry));
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The backups in " + root + " cannot be listed: " + IoReason.of(e),
                    Hint.of("Run this as the user who made the backups."),
                    e);
        }
        all.sort(Comparator.comparing(BackupSummary::run));
        return all;
    }

    /** The newest backup that is complete and whose manifest and lists hold. */
    public Optional<Backup> latestComplete() {
        List<BackupSummary> all = list();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).complete()) {
                Optional<Backup> backup = trusted(all.get(i).run());
                if (backup.isPresent()) {
                    return backup;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Opens a backup whose manifest is there.
     *
     * @throws RefusedException when there is none, or it can't be trusted
     */
    public Backup open(String run) {
        if (!RUN.matcher(run).matches()) {
            throw new RefusedException(
                    "'" + run + "' is not the name of a backup.", Hint.run("List the backups.", Goal.LIST_BACKUPS));
        }
        return Backup.open(root.resolve(run));
    }

    /**
     * Walks the sources and reckons what a backup of them needs. Reads no file.
     *
     * @param databaseBytes what the database's artifacts will take, as far as known
     */
    public SpaceEstimate survey(List<BackupSource> sources, long databaseBytes) {
        try (Trees trees = new Trees(host, user)) {
            return new SpaceEstimator(latestComplete(), trees, Unreadable.by(host, trees.user()))
                    .survey(sources, databaseBytes, root, DiskSpace.of(host, root));
        } catch (IOException e) {
            throw new RefusedException(
                    "The files for the backup cannot be read: " + IoReason.of(e),
                    Hint.of("Fix the cause, then run the goal again."),
                    e);
        }
    }

    /**
     * Removes old backups, and those that a dead run left unfinished. Never the newest complete one, one that is being
     * made, or one that is held.
     *
     * @param held says of a backup's name whether a run still needs it
     * @param dryRun whether only to say what would go
     */
    public PruneResult prune(PrunePolicy policy, Predicate<String> held, Instant now, boolean dryRun) {
        try {
            return new Pruning(root, policy, held, now).run(list(), dryRun);
        } catch (IOException e) {
            throw new StageFailedException(
                    "Old backups in " + root + " could not be removed: " + IoReason.of(e),
                    Hint.run("Fix the cause, then remove them again.", Goal.PRUNE_BACKUPS),
                    e);
        }
    }

    private Optional<Backup> trusted(String run) {
        try {
            return Optional.of(open(run));
        } catch (RefusedException e) {
            reporter.warn(e.getMessage() + " It is skipped.");
            return Optional.empty();
        }
    }

    /** Whether a backup of this name has begun to hold anything. */
    public boolean isBegun(String run) {
        Path directory = root.resolve(run);
        return Files.isDirectory(directory) && !isEmpty(directory);
    }

    private static boolean isEmpty(Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        } catch (IOException e) {
            return false;
        }
    }

    private static ExclusiveLock lock(Path directory) {
        try {
            return ExclusiveLock.acquire(
                    BackupDraft.lockOf(directory), "backup " + directory.getFileName(), Duration.ZERO);
        } catch (IOException e) {
            throw new RefusedException(
                    "The backup " + directory + " cannot be locked: " + IoReason.of(e),
                    Hint.of("Make the backup directory writable for the user who runs this."),
                    e);
        }
    }

    private static void release(ExclusiveLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StageFailedException(
                    "A lock could not be released: " + IoReason.of(e), Hint.of("The lock ends with this process."), e);
        }
    }
}
