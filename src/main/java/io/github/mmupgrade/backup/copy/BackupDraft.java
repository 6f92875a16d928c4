package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.ChecksumLine;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.backup.format.ListPair;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.ManifestEditor;
import io.github.mmupgrade.backup.format.TreeComparison;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.FileSystemSync;
import io.github.mmupgrade.files.Reflink;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.follow.CannotFollowException;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A backup that is being made. Everything it knows is on disk, so that one process may begin it and another go on.
 *
 * <p>In order: {@link #copyAhead} while the server runs (any number of times, or never), {@link #finish} after the stop,
 * {@link #seal}; then, when the database's dump is there, {@link #seal} again.
 */
public final class BackupDraft implements AutoCloseable {

    private static final String AHEAD = "ahead.jsonl";
    private static final String AHEAD_NEW = "ahead.jsonl.new";
    private static final String AHEAD_SUMS = "ahead.sums";
    private static final String AHEAD_SUMS_NEW = "ahead.sums.new";
    private static final String FINISHING = "finishing";
    private static final String SWEEP = "sweep";
    private final Host host;
    private final Reporter reporter;
    private final Path root;
    private final Owner user;
    private final Optional<Backup> previous;
    private final ManifestEditor editor;
    private final ExclusiveLock lock;
    private final ExecutorService workers;
    private Future<Void> flushed;
    private boolean writtenSince = true;

    public BackupDraft(
            Host host,
            Reporter reporter,
            Path root,
            Owner user,
            Optional<Backup> previous,
            ManifestEditor editor,
            ExclusiveLock lock) {
        this.host = host;
        this.reporter = reporter;
        this.root = root;
        this.user = user;
        this.previous = previous;
        this.editor = editor;
        this.lock = lock;
        this.workers = Executors.newFixedThreadPool(Digests.threads(), task -> {
            Thread thread = new Thread(task, "backup");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The lock of who makes a backup: beside it, because the backup holds nothing but what it lists. */
    public static Path lockOf(Path root) {
        return root.resolveSibling("." + root.getFileName() + ".lock");
    }

    /** Who writes into the sources during the last pass. */
    public enum Writers {
        /** None: the server is stopped. A file that keeps changing fails the pass. */
        STOPPED,
        /** The server runs: what changes while it is copied is taken as it is, and a warning says so. */
        RUNNING
    }

    /** The backup's directory. */
    public Path root() {
        return root;
    }

    /** The backup's name. */
    public String run() {
        return editor.manifest().run();
    }

    /** What is known so far. */
    public Manifest manifest() {
        return editor.manifest();
    }

    /** Where dumps go, each under a plain name; made (0700) when it isn't there. */
    public Path databaseDirectory() {
        Path directory = root.resolve(Backup.DATABASE);
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw failed("The directory for dumps could not be created", e);
        }
        return directory;
    }

    /**
     * Copies the sources while the server runs. What can't be read is refused here, before anything was stopped.
     *
     * @throws RefusedException when something can't be read or written
     */
    public CopyResult copyAhead(List<BackupSource> sources) {
        Path list = root.resolve(AHEAD);
        Path fresh = root.resolve(AHEAD_NEW);
        try {
            boolean again = Files.exists(list);
            if (!again) {
                wipe();
            }
            CopyResult result;
            // before anything is looked at: what changes afterwards must not be missed
            Following following = Following.begin(root, list, sources);
            try (Reporter.Meter meter = reporter.meter("copying files", -1);
                    Base base = again ? itself(false) : previousOrNothing();
                    ListPair writer = ListPair.create(fresh, root.resolve(AHEAD_SUMS_NEW), run());
                    SizeCount count = new SizeCount(host, user, sources, meter);
                    Trees originals = new Trees(host, user)) {
                if (!again && previous.isEmpty()) {
                    count.start();
                }
                FileIntake intake =
                        new FileIntake(FileIntake.Writers.BUSY, originals, new Reflink(host), meter::advance);
                result = new TreeCopy(root, base.value, originals, intake, workers, reporter)
                        .run(sources, new EveryEntryOutput(entry -> following.add(entry, writer)));
                writer.finishAhead(editor);
            }
            // the list must never be on disk before what it lists
            FileSystemSync.sync(host, root);
            editor.save();
            AtomicFile.rename(root.resolve(AHEAD_SUMS_NEW), root.resolve(AHEAD_SUMS));
            AtomicFile.rename(fresh, list);
            following.passed(result);
            editor.duration("ahead", result.duration());
            return result;
        } catch (HiddenFromUserException e) {
            throw Unreadable.by(host, user).refusal(List.of(e.file()), e);
        } catch (AccessDeniedException e) {
            throw new RefusedException(
                    e.getFile() + " cannot be read, so it cannot be backed up.",
                    Unreadable.by(host, user).hint(),
                    e);
        } catch (IOException e) {
            throw new RefusedException(
                    "The files could not be copied to " + root + ": " + IoReason.of(e),
                    Hint.of("Only the new backup was changed."),
                    e);
        }
    }

    /**
     * Does ahead, while the server runs, what {@link #seal} would do of the artifacts recorded so far.
     *
     * @throws RefusedException when it can't
     */
    public void hashAhead() {
        try {
            new ArtifactIntake(root, editor).hashAhead();
            FileSystemSync.sync(host, root);
            editor.save();
        } catch (IOException e) {
            throw new RefusedException(
                    "The dump in " + root + " could not be read and written to the disk: " + IoReason.of(e),
                    Hint.of("Only the new backup was changed."),
                    e);
        }
    }

    /** What {@link #copyAhead} has copied; to be read until {@link #finish} begins. */
    public Backup copiedAhead() {
        return Backup.soFar(root, manifest(), root.resolve(AHEAD), aheadEntries());
    }

    private long aheadEntries() {
        return manifest().root().path("aheadEntries").asLong();
    }

    /**
     * Brings the backup up to the sources' present state and writes its lists; afterwards the server may start again.
     *
     * @throws StageFailedException when something can't be read or written, or changes though the server is stopped
     */
    public CopyResult finish(List<BackupSource> sources, Writers who) {
        Path list = root.resolve(AHEAD);
        Path marker = root.resolve(FINISHING);
        try {
            boolean ahead = Files.exists(list);
            boolean again = Files.exists(marker);
            boolean whole = !again && !Files.exists(root.resolve(AHEAD_NEW));
            if (!ahead) {
                wipe();
            } else if (!again) {
                Files.createFile(marker, PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
            }
            CopyResult result;
            Optional<ChangedPart> changed = ahead ? changedPart(sources, again) : Optional.empty();
            try (Reporter.Meter meter = reporter.meter("copying files that changed", -1);
                    Base base = changed.isPresent()
                            ? new Base(
                                    new TreeCopy.Base.Itself(
                                            changed.get().before().iterator(), whole),
                                    null)
                            : ahead ? itself(whole) : previousOrNothing();
                    Trees originals = new Trees(host, user)) {
                FileIntake intake = new FileIntake(
                        who == Writers.STOPPED ? FileIntake.Writers.STOPPED : FileIntake.Writers.BUSY_TO_THE_END,
                        originals,
                        new Reflink(host),
                        meter::advance);
                TreeCopy pass = new TreeCopy(root, base.value, originals, intake, workers, reporter);
                if (changed.isPresent()) {
                    result = changed.get()
                            .withTheRest(new Changes(root, run())
                                    .record(pass, changed.get().walk(originals), editor));
                } else if (ahead) {
                    result = new Changes(root, run()).record(pass, new SourceWalk(sources, originals), editor);
                } else {
                    try (ListPair lists = ListPair.create(root, run())) {
                        result = pass.run(sources, new EveryEntryOutput(lists::add));
                        lists.finish(editor);
                    }
                }
            }
            if (ahead && again) {
                manifest().root().put(SWEEP, true);
            }
            editor.finished(sources, result);
            noteWhatIsMissing(result);
            writtenSince = true;
            return result;
        } catch (IOException e) {
            throw failed("The files could not be copied", e);
        }
    }

    /** Where changes can be since the files were copied ahead; empty when that can be anywhere. */
    private Optional<ChangedPart> changedPart(List<BackupSource> sources, boolean again) throws IOException {
        try {
            if (again) {
                Following.forget(root);
                throw new CannotFollowException("an earlier try did not come to its end");
            }
            ChangedPart part = Following.take(root).changes(sources);
            reporter.info("Followed " + Amount.of(part.changes(), "change")
                    + " since the files were copied; looks at nothing else");
            return Optional.of(part);
        } catch (CannotFollowException e) {
            reporter.info("Looks at all files, because " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Begins to write to the disk what is there, while something else than this backup is worked on. */
    public void flush() {
        flushed = workers.submit(() -> {
            FileSystemSync.sync(host, root);
            return null;
        });
        writtenSince = false;
    }

    /** Waits until all is on the disk; the lists are what is written last. */
    private void makeDurable() throws IOException {
        try {
            if (flushed != null) {
                // a failure is told once only, to whoever asks first
                flushed.get();
            }
            if (writtenSince) {
                FileSystemSync.sync(host, root);
            } else {
                AtomicFile.force(root.resolve(FileList.NAME));
                AtomicFile.force(root.resolve(ChecksumLine.FILE));
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Notes which programs were used. */
    public void recordTools(Map<String, String> versions) {
        edit(() -> editor.put("tools", versions));
    }

    /** Notes the rows per table; what was noted before is forgotten. */
    public void recordRowCounts(Map<String, Long> counts) {
        edit(() -> editor.rowCounts(counts));
    }

    /** Notes how long a step took. */
    public void recordDuration(String step, Duration duration) {
        edit(() -> editor.duration(step, duration));
    }

    /** Notes how large the database was when it was dumped. */
    public void recordDatabaseBytes(long bytes) {
        edit(() -> editor.databaseBytes(bytes));
    }

    /** Notes where the file store is and how it is saved, where a resumed backup was begun otherwise. */
    public void recordFileStore(FileStoreLocation location) {
        if (!manifest().fileStore().equals(Optional.of(location))) {
            edit(() -> editor.fileStore(location));
        }
    }

    /** Notes something that a person should know before relying on the backup. */
    public void warn(String text) {
        edit(() -> editor.warn(text));
    }

    /**
     * Notes what the database left. What lies in the backup must be written in full by now, and is hashed by the next
     * {@link #seal}.
     */
    public void recordArtifact(Artifact artifact) {
        if (artifact.inBackup() && !Files.exists(root.resolve(artifact.segment()))) {
            throw new IllegalArgumentException(root.resolve(artifact.segment()) + " is not there");
        }
        writtenSince |= artifact.inBackup();
        edit(() -> editor.artifact(artifact));
    }

    /** Takes back what was noted, such as a frozen copy that was dropped. */
    public void forgetArtifact(Artifact artifact) {
        edit(() -> {
            editor.forget(artifact);
            editor.save();
        });
    }

    /**
     * Adds an artifact to a sealed backup, which stays as durable as it is.
     *
     * @throws StageFailedException when it can't be written; {@link #takeBack} then removes what is there of it
     */
    public void add(Artifact artifact) {
        recordArtifact(artifact);
        seal(manifest().state());
    }

    /** Removes what is left of an artifact whose adding broke off; one that was added in full stays. */
    public void takeBack(Artifact artifact) {
        if (manifest().holds(artifact)) {
            return;
        }
        edit(() -> {
            // what the manifest does not name is cut off the lists
            ListPair.extend(root, manifest()).close();
            TreeDelete.delete(root.resolve(artifact.segment()));
            editor.forget(artifact);
            editor.save();
        });
    }

    /**
     * Makes everything durable and writes the manifest, last and atomically.
     *
     * @param state {@link BackupState#NOT_YET_DURABLE} or {@link BackupState#COMPLETE}
     */
    public Backup seal(BackupState state) {
        if (state == BackupState.INCOMPLETE) {
            throw new IllegalArgumentException("A sealed backup is not incomplete");
        }
        try {
            completeLists();
            if (!hasLists()) {
                try (ListPair lists = ListPair.create(root, run())) {
                    lists.finish(editor);
                }
                writtenSince = true;
            }
            new ArtifactIntake(root, editor).addMissing();
            makeDurable();
            editor.state(state, Instant.now().truncatedTo(ChronoUnit.MILLIS));
            editor.saveTo(root.resolve(Manifest.NAME));
            Files.deleteIfExists(root.resolve(Manifest.DRAFT));
            AtomicFile.syncDirectory(root);
            return new Backup(root, manifest());
        } catch (IOException e) {
            throw failed("The backup could not be completed", e);
        }
    }

    /** Gives the backup back for others to go on with. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            lock.close();
            if (manifest().state() != BackupState.INCOMPLETE) {
                Files.deleteIfExists(lockOf(root));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean hasLists() {
        return Files.exists(root.resolve(FileList.NAME)) && Files.exists(root.resolve(ChecksumLine.FILE));
    }

    private void noteWhatIsMissing(CopyResult result) throws IOException {
        Optional<FileStoreLocation> store = manifest().fileStore();
        if (store.isPresent()
                && !store.get().copied()
                && !manifest().warnings().contains(store.get().warning())) {
            if (!store.get().isSavedByAnotherNode()) {
                reporter.warn(store.get().warning());
            }
            editor.warn(store.get().warning());
        }
        for (String name : result.leftOut()) {
            reporter.warn("Left out of the backup, because it is not a file, directory or link: " + name);
        }
        for (String name : result.restless()) {
            String text = "Changed while it was copied, so the copy in the backup may be incomplete: " + name;
            reporter.warn(text);
            editor.warn(text);
        }
    }

    /** Writes the lists that the last pass left to be written, because the server was waiting. */
    private void completeLists() throws IOException {
        Changes changes = new Changes(root, run());
        if (!changes.pending(manifest())) {
            return;
        }
        // the server is still down when nothing but a frozen copy follows, and mostly nothing has changed
        if (!changes.isNothing(manifest()) || !editor.takeAhead(root, root.resolve(AHEAD), root.resolve(AHEAD_SUMS))) {
            try (Base ahead = itself(true);
                    ListPair lists = ListPair.create(root, run())) {
                changes.apply(ahead.reader(), manifest(), lists::add);
                lists.finish(editor);
            }
            makeDurable();
        }
        if (manifest().root().path(SWEEP).asBoolean()) {
            sweep();
            FileSystemSync.sync(host, root);
        }
        manifest().root().remove(SWEEP);
        editor.forgetAhead();
        changes.forget(manifest());
        editor.save();
        for (String done : List.of(AHEAD, AHEAD_NEW, AHEAD_SUMS, AHEAD_SUMS_NEW, FINISHING)) {
            Files.deleteIfExists(root.resolve(done));
        }
        changes.delete();
    }

    /** Removes what a pass that was cut short left and nothing lists. */
    private void sweep() throws IOException {
        try (FileList.Reader list = new FileList.Reader(
                root.resolve(FileList.NAME), manifest().list().entries())) {
            for (TreeComparison.Difference extra : TreeComparison.extras(root, list, BackupSource.TREES)) {
                TreeDelete.delete(extra.path());
            }
        }
    }

    private void wipe() throws IOException {
        for (String tree : BackupSource.TREES) {
            TreeDelete.delete(root.resolve(tree));
        }
    }

    private interface Edit {
        void run() throws IOException;
    }

    private void edit(Edit edit) {
        try {
            edit.run();
        } catch (IOException e) {
            throw failed("The backup's record could not be written", e);
        }
    }

    private StageFailedException failed(String what, IOException e) {
        return new StageFailedException(
                what + " (" + root + "): " + IoReason.of(e),
                Hint.of("The backup is incomplete and cannot be used. Fix the cause, then make it again."),
                e);
    }

    /** A base with the file behind it. */
    private record Base(TreeCopy.Base value, FileList.Reader reader) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (reader != null) {
                reader.close();
            }
        }
    }

    private Base itself(boolean whole) throws IOException {
        FileList.Reader reader = new FileList.Reader(root.resolve(AHEAD), aheadEntries());
        return new Base(new TreeCopy.Base.Itself(reader, whole), reader);
    }

    private Base previousOrNothing() throws IOException {
        if (previous.isEmpty()) {
            return new Base(new TreeCopy.Base.Nothing(), null);
        }
        FileList.Reader reader = previous.get().openList();
        return new Base(new TreeCopy.Base.Previous(previous.get().root(), reader), reader);
    }
}
