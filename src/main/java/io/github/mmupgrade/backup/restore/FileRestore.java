package io.github.mmupgrade.backup.restore;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.FileSystemSync;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Tree;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.installation.Mounts;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Brings files back from a verified backup, with their owners, modes and times.
 *
 * <p>Files are written where only we can look, and renamed into place; nothing is written through a link, and nothing
 * that is in the way is lost. The server must be stopped.
 */
public final class FileRestore {

    private static final Pattern AHEAD = Pattern.compile("\\.(.+\\.)?ahead-[0-9]{8}T[0-9]{6}Z.*");
    private static final Pattern SET_ASIDE = Pattern.compile(".*\\.since-[0-9]{8}T[0-9]{6}Z.*");
    private static final int PRIVATE_DIRECTORY = 0700;
    private static final String WHOLE = "whole";

    private final Backup backup;
    private final Host host;
    private final Reporter reporter;
    private final RestoredAttributes attributes;
    private final Owner user;

    /**
     * Restores from this backup.
     *
     * @param verification what {@link Backup#verify} found
     * @throws RefusedException when it found anything wrong
     */
    public FileRestore(Verification verification, Host host, Reporter reporter) {
        this(verification.requireSound(), host, reporter, new RestoredAttributes(null), null);
    }

    private FileRestore(Backup backup, Host host, Reporter reporter, RestoredAttributes attributes, Owner user) {
        this.user = user;
        this.backup = backup;
        this.host = host;
        this.reporter = reporter;
        this.attributes = attributes;
    }

    /**
     * The same for another server's files: all of them belong to its owner, who may read and write them, and no bit
     * lends anybody's rights. What else their modes say stays.
     */
    public FileRestore ownedBy(Owner owner) {
        return new FileRestore(backup, host, reporter, new RestoredAttributes(owner), user);
    }

    /**
     * The same to places that the file system may let nobody into but a user: there it is written as that user, and
     * belongs to that user.
     *
     * @param owner whom the server runs as; makes no difference unless this runs as root
     */
    public FileRestore onBehalfOf(Owner owner) {
        return new FileRestore(backup, host, reporter, attributes, owner);
    }

    /**
     * Restores without having read the whole backup, which takes as long as the backup is large: what is copied is
     * compared with its checksum before anything makes way for it.
     *
     * @param backup a backup whose manifest and lists hold
     */
    public FileRestore(Backup backup, Host host, Reporter reporter) {
        this(backup, host, reporter, new RestoredAttributes(null), null);
    }

    /**
     * Finds out whether {@link #inPlace} could do its work: reads, and compares with its checksum, what it would copy
     * from the backup as things are now. Changes nothing.
     *
     * @throws RefusedException when something of it is missing or damaged
     */
    public void requireRestorable(String part, Path place) {
        requirePart(part);
        try (FileList.Reader list = backup.openList();
                Trees trees = new Trees(host, user)) {
            Path real = realOf(place, trees.get());
            new RestorePass(backup.root(), part, real, real, null, null, attributes, trees, reporter)
                    .check(new Part(list, part));
        } catch (UncheckedIOException e) {
            throw unusable(part, e.getCause());
        } catch (IOException e) {
            throw unusable(part, e);
        }
    }

    private RefusedException unusable(String part, IOException e) {
        return new RefusedException(
                "'" + part + "' of the backup " + backup.run() + " cannot be restored: " + IoReason.of(e)
                        + ". Nothing was changed.",
                Hint.run("List the other backups.", Goal.LIST_BACKUPS),
                e);
    }

    /**
     * Restores to a place where nothing is: written beside it and renamed, so that it is there in full or not at all.
     * An empty directory, such as a mount point, is filled instead.
     *
     * @param part what to restore, such as {@code files}, {@code config}, {@code custom/certs}
     * @param place where it shall be; its parent must exist
     * @throws RefusedException when something is there, or the backup has no such part
     * @throws StageFailedException when it could not be written; what was written is removed
     */
    public RestoreResult toEmptyPlace(String part, Path place) {
        requirePart(part);
        try (Trees trees = new Trees(host, user)) {
            return toEmptyPlace(part, place, trees);
        } catch (IOException e) {
            throw failed(part, place, e);
        }
    }

    private RestoreResult toEmptyPlace(String part, Path place, Trees trees) throws IOException {
        Tree tree = trees.get();
        boolean fill = tree.exists(place);
        if (fill && (!tree.stat(place).isDirectory() || tree.names(place).length > 0)) {
            throw new RefusedException(
                    "'" + part + "' cannot be restored to " + place + ": something already exists there."
                            + " Nothing was changed.",
                    Hint.of("Name a path that does not exist."));
        }
        Path parent = place.toAbsolutePath().getParent();
        Path staging = fill
                ? stagingIn(place, backup.run())
                : stagingBeside(parent.resolve(place.getFileName()), backup.run());
        tree.delete(staging);
        Path whole = staging.resolve(WHOLE);
        try {
            tree.createDirectory(staging);
            RestoreResult result = write(
                    new RestorePass(
                            backup.root(),
                            part,
                            whole,
                            staging,
                            null,
                            copiedAhead(place, trees),
                            attributes,
                            trees,
                            reporter),
                    part);
            restoreAttributes(tree, part, whole);
            FileSystemSync.sync(host, staging, trees.user());
            if (fill) {
                fill(tree, whole, place, part);
            } else {
                tree.move(whole, place);
            }
            FileSystemSync.sync(host, place, trees.user());
            tree.delete(aheadOf(place, tree));
            return result;
        } finally {
            tree.delete(staging);
        }
    }

    /**
     * Takes a place back to what the backup holds. Only what differs is written. What came since, and what changed
     * since, is moved aside with its path, beside the place, and named in the result. Can be called again after a
     * failure.
     *
     * @param part what to restore, such as {@code files}
     * @param place where it is; when it is a symbolic link, what it points to
     * @throws StageFailedException when something could not be written
     */
    public RestoreResult inPlace(String part, Path place) {
        requirePart(part);
        try (Trees trees = new Trees(host, user)) {
            Tree tree = trees.get();
            if (!tree.exists(place)) {
                return toEmptyPlace(part, place, trees);
            }
            Path real = tree.real(place);
            Path aside = asideOf(real, tree);
            Path staging = aside.startsWith(real) ? stagingIn(real, backup.run()) : stagingBeside(real, backup.run());
            tree.delete(staging);
            try {
                tree.createDirectory(staging);
                RestoreResult result = write(
                        new RestorePass(
                                backup.root(),
                                part,
                                real,
                                staging,
                                aside,
                                copiedAhead(real, trees),
                                attributes,
                                trees,
                                reporter),
                        part);
                restoreAttributes(tree, part, real);
                FileSystemSync.sync(host, real, trees.user());
                tree.delete(aheadOf(real, tree));
                return result;
            } finally {
                tree.delete(staging);
            }
        } catch (IOException e) {
            throw failed(part, place, e);
        }
    }

    /**
     * Copies ahead, while the server runs, to where only we can look, on the file system of the place: all of it, for
     * {@link #exchange}; where the place can't be renamed, what {@link #inPlace} would copy as things are now. What an
     * earlier call has copied is copied again.
     *
     * @param part what is going to be restored, such as {@code files}
     * @param place where it is going to be
     * @throws StageFailedException when it could not be written; {@link #discardUnfinished} removes what was
     */
    public RestoreResult copyAhead(String part, Path place) {
        requirePart(part);
        try (Trees trees = new Trees(host, user)) {
            Tree tree = trees.get();
            Path real = realOf(place.toAbsolutePath(), tree);
            Path ahead = aheadOf(real, tree);
            tree.delete(ahead);
            tree.createDirectory(ahead);
            RestoreResult result = canBeExchanged(real, tree)
                    ? writeAhead(part, ahead, trees)
                    : copyFilesAhead(part, real, ahead, trees);
            FileSystemSync.sync(host, ahead, trees.user());
            return result;
        } catch (IOException e) {
            throw failed(part, place, e);
        }
    }

    private RestoreResult copyFilesAhead(String part, Path real, Path ahead, Trees trees) throws IOException {
        try (FileList.Reader list = backup.openList()) {
            return new RestorePass(backup.root(), part, real, ahead, null, ahead, attributes, trees, reporter)
                    .copyAhead(new Part(list, part));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private RestoreResult writeAhead(String part, Path ahead, Trees trees) throws IOException {
        Path whole = ahead.resolve(WHOLE);
        RestoreResult result = write(
                new RestorePass(backup.root(), part, whole, ahead, null, null, attributes, trees, reporter), part);
        restoreAttributes(trees.get(), part, whole);
        return result;
    }

    /** A mount point can't be renamed, and a rename would take along what is mounted further down. */
    private boolean canBeExchanged(Path real, Tree tree) throws IOException {
        return !tree.exists(real)
                || (!isMountPoint(host, real, tree)
                        && !Mounts.read(host.path("/proc/self/mountinfo")).anyWithin(real));
    }

    /**
     * Lets what {@link #copyAhead} has copied take a place as a whole, once what changed in the backup since was written
     * there, too. What was in the place is renamed and kept. Where nothing was copied ahead, or where it can't be
     * renamed, this is {@link #inPlace}. Can be called again after a failure.
     *
     * @param part what to restore, such as {@code files}
     * @param place where it is
     * @param copied what the backup was when it was copied ahead
     * @throws StageFailedException when something could not be written
     */
    public RestoreResult exchange(String part, Path place, Backup copied) {
        requirePart(part);
        try (Trees trees = new Trees(host, user)) {
            Tree tree = trees.get();
            Path real = realOf(place.toAbsolutePath(), tree);
            Path ahead = copiedAhead(real, trees);
            if (ahead == null || !tree.exists(ahead.resolve(WHOLE)) || !canBeExchanged(real, tree)) {
                return inPlace(part, place);
            }
            Path whole = ahead.resolve(WHOLE);
            RestoreResult written;
            try (FileList.Reader before = copied.openList();
                    FileList.Reader now = backup.openList();
                    FileList.Reader again = backup.openList()) {
                written = new RestorePass(backup.root(), part, whole, ahead, null, null, attributes, trees, reporter)
                        .update(new Part(before, part), new Part(now, part), new Part(again, part));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            FileSystemSync.sync(host, whole, trees.user());
            Optional<Path> aside = Optional.empty();
            int there = 0;
            if (tree.exists(real)) {
                there = tree.names(real).length;
                aside = Optional.of(freeAside(real, tree));
                tree.move(real, aside.get());
            }
            tree.move(whole, real);
            FileSystemSync.sync(host, real, trees.user());
            tree.delete(ahead);
            return new RestoreResult(
                    written.restored(),
                    written.bytes(),
                    written.kept(),
                    there == 0 ? Optional.empty() : aside,
                    List.of(),
                    there,
                    written.duration());
        } catch (IOException e) {
            throw failed(part, place, e);
        }
    }

    private Path freeAside(Path real, Tree tree) throws IOException {
        Path aside = asideOf(real, tree);
        Path free = aside;
        for (int i = 1; tree.exists(free); i++) {
            free = aside.resolveSibling(aside.getFileName() + "~" + i);
        }
        return free;
    }

    /** Whether an entry of this name holds what was copied ahead: it belongs to nobody's files. */
    public static boolean isAhead(String name) {
        return AHEAD.matcher(name).matches();
    }

    /** Whether an entry of this name holds what was newer than a backup and put aside for it. */
    public static boolean isSetAside(String name) {
        return SET_ASIDE.matcher(name).matches();
    }

    /** What was copied ahead, as long as it is still ours: where it lies the server's user could exchange it. */
    private Path copiedAhead(Path place, Trees trees) throws IOException {
        Tree tree = trees.get();
        Path ahead = aheadOf(place, tree);
        if (!tree.exists(ahead)) {
            return null;
        }
        FileStat stat = tree.stat(ahead);
        int maker =
                trees.isReachedAsUser(ahead) ? trees.user().uid() : host.self().uid();
        return stat.isDirectory() && stat.uid() == maker && stat.mode() == PRIVATE_DIRECTORY ? ahead : null;
    }

    private Path aheadOf(Path place, Tree tree) throws IOException {
        Path absolute = place.toAbsolutePath();
        return tree.exists(absolute) && isMountPoint(host, absolute, tree)
                ? aheadIn(absolute, backup.run())
                : aheadBeside(absolute, backup.run());
    }

    private static Path aheadBeside(Path place, String run) {
        return place.resolveSibling("." + place.getFileName() + ".ahead-" + run);
    }

    private static Path aheadIn(Path place, String run) {
        return place.resolve(".ahead-" + run);
    }

    /** A bind mount of the same file system has the same device, and yet no rename leads out of it. */
    private static boolean isMountPoint(Host host, Path place, Tree tree) throws IOException {
        return tree.stat(place.getParent()).device() != tree.stat(place).device()
                || Mounts.read(host.path("/proc/self/mountinfo")).isMountPoint(place);
    }

    /**
     * Removes what a restore to a place has left half-written that was killed and is not going to be called again.
     *
     * @param place where it was to be
     * @param run the name of the backup that was restored
     * @param owner on whose behalf it was
     */
    public static void discardUnfinished(Host host, Path place, String run, Owner owner) {
        try (Trees trees = new Trees(host, owner)) {
            Tree tree = trees.get();
            Path real = realOf(place.toAbsolutePath(), tree);
            tree.delete(stagingBeside(real, run));
            tree.delete(stagingIn(real, run));
            tree.delete(aheadBeside(real, run));
            tree.delete(aheadIn(real, run));
        } catch (IOException e) {
            throw new StageFailedException(
                    "What an unfinished restore left next to " + place + " cannot be removed: " + IoReason.of(e),
                    Hint.of("Fix the cause, then run the goal again."),
                    e);
        }
    }

    private static Path realOf(Path place, Tree tree) throws IOException {
        return tree.exists(place) ? tree.real(place) : place;
    }

    private static Path stagingBeside(Path place, String run) {
        return place.getParent().resolve("." + place.getFileName() + ".restoring-" + run);
    }

    private static Path stagingIn(Path place, String run) {
        return place.resolve(".restoring-" + run);
    }

    private RestoreResult write(RestorePass pass, String part) throws IOException {
        try (FileList.Reader list = backup.openList()) {
            return pass.run(new Part(list, part));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Directories last and innermost first: writing into one changes its time, and its mode may forbid it. */
    private void restoreAttributes(Tree tree, String part, Path place) throws IOException {
        Deque<ListEntry> open = new ArrayDeque<>();
        try (FileList.Reader list = backup.openList()) {
            Part entries = new Part(list, part);
            while (entries.hasNext()) {
                ListEntry entry = entries.next();
                if (entry.stat().isDirectory()) {
                    while (!open.isEmpty()
                            && !entry.name().startsWith(open.peek().name() + "/")) {
                        leave(tree, open.pop(), part, place);
                    }
                    open.push(entry);
                }
            }
            while (!open.isEmpty()) {
                leave(tree, open.pop(), part, place);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void leave(Tree tree, ListEntry directory, String part, Path place) throws IOException {
        if (directory.stat().inode() != 0) { // else it is one that only the backup has
            attributes.apply(directory.stat(), tree, RestorePass.location(part, place, directory.name()));
        }
    }

    private void fill(Tree tree, Path whole, Path place, String part) throws IOException {
        FileStat model = tree.stat(whole);
        for (String name : tree.names(whole)) {
            tree.move(RawName.resolve(whole, name), RawName.resolve(place, name));
        }
        tree.delete(whole.getParent());
        attributes.apply(model, tree, place);
        reporter.debug("Filled " + place + " with " + part);
    }

    private Path asideOf(Path place, Tree tree) throws IOException {
        Path parent = place.getParent();
        String name = "." + place.getFileName() + ".since-" + backup.run();
        // a rename doesn't leave a file system: of a mount point, what is put aside stays inside
        return isMountPoint(host, place, tree)
                ? place.resolve(".since-" + backup.run())
                : parent.resolve(name.substring(1));
    }

    /** Whether the backup has such a part. */
    public boolean holds(String part) {
        try (FileList.Reader list = backup.openList()) {
            return new Part(list, part).hasNext();
        } catch (IOException e) {
            throw failed(part, backup.root(), e);
        }
    }

    private void requirePart(String part) {
        if (!holds(part)) {
            throw new RefusedException(
                    "The backup " + backup.run() + " has no '" + part + "'. Nothing was changed.",
                    Hint.run("List the backups.", Goal.LIST_BACKUPS));
        }
    }

    private StageFailedException failed(String part, Path place, IOException e) {
        return new StageFailedException(
                "'" + part + "' of the backup " + backup.run() + " could not be restored to " + place + ": "
                        + IoReason.of(e),
                Hint.of("Fix the cause, then run the goal again. What is already restored is kept."),
                e);
    }

    /** The entries of one part of a list. */
    private static final class Part implements Iterator<ListEntry> {
        private final Iterator<ListEntry> all;
        private final String part;
        private Optional<ListEntry> upcoming;

        Part(Iterator<ListEntry> all, String part) {
            this.all = all;
            this.part = part;
            this.upcoming = advance();
        }

        @Override
        public boolean hasNext() {
            return upcoming.isPresent();
        }

        @Override
        public ListEntry next() {
            ListEntry current = upcoming.orElseThrow();
            upcoming = advance();
            return current;
        }

        private Optional<ListEntry> advance() {
            while (all.hasNext()) {
                ListEntry entry = all.next();
                if (entry.name().equals(part) || entry.name().startsWith(part + "/")) {
                    return Optional.of(entry);
                }
            }
            return Optional.empty();
        }
    }

    /** What can be restored: the trees and parts of trees that the backup's list starts with. */
    public List<String> parts() {
        return backup.manifest().segments().stream()
                .filter(segment -> !segment.startsWith(Backup.DATABASE + "/"))
                .toList();
    }
}
