package io.github.mmupgrade.backup;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.TreeDelete;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Decides which backups go, and removes them; what others share with them stays, being hard links. */
final class Pruning {

    private static final String GOING = ".pruning-";

    /** The kinds of {@link Artifact} that hold the database as it was after the stop. */
    private static final Set<String> SAVED = Set.of("dump", "command");

    private final Path root;
    private final PrunePolicy policy;
    private final Predicate<String> held;
    private final Instant now;

    Pruning(Path root, PrunePolicy policy, Predicate<String> held, Instant now) {
        this.root = root;
        this.policy = policy;
        this.held = held;
        this.now = now;
    }

    PruneResult run(List<BackupSummary> oldestFirst, boolean dryRun) throws IOException {
        List<String> removed = new ArrayList<>();
        Map<String, String> kept = new TreeMap<>();
        int newerComplete = 0;
        boolean filesAreKept = false;
        boolean databaseIsKept = false;
        for (int i = oldestFirst.size() - 1; i >= 0; i--) {
            BackupSummary backup = oldestFirst.get(i);
            Optional<String> reason = reasonToKeep(backup, newerComplete);
            boolean holdsFiles = backup.complete()
                    && backup.manifest()
                            .fileStore()
                            .filter(FileStoreLocation::isLeftOut)
                            .isEmpty();
            if (reason.isEmpty() && holdsFiles && !filesAreKept) {
                // newer ones that leave the files out are no substitute
                reason = Optional.of("it is the newest complete one with the files");
            }
            filesAreKept = filesAreKept || holdsFiles;
            boolean holdsDatabase = holdsDatabase(backup);
            if (reason.isEmpty() && holdsDatabase && !databaseIsKept) {
                // nor are those that leave the database out
                reason = Optional.of("it is the newest complete one with the database");
            }
            databaseIsKept = databaseIsKept || holdsDatabase;
            if (backup.complete()) {
                newerComplete++;
            }
            if (reason.isPresent()) {
                kept.put(backup.run(), reason.get());
            } else if (dryRun || remove(backup)) {
                removed.add(0, backup.run());
            } else {
                kept.put(backup.run(), "a process is working on it");
            }
        }
        if (!dryRun) {
            removeLeftovers();
        }
        return new PruneResult(removed, kept);
    }

    /** Whether the database can be restored from it, by the plugin or by the command that saved it there. */
    private static boolean holdsDatabase(BackupSummary backup) {
        return backup.complete()
                && backup.manifest().artifacts().stream()
                        .anyMatch(artifact -> artifact.inBackup() && SAVED.contains(artifact.kind()));
    }

    private Optional<String> reasonToKeep(BackupSummary backup, int newerComplete) {
        if (held.test(backup.run())) {
            return Optional.of("a run still needs it");
        }
        return switch (backup.condition()) {
            case IN_PROGRESS -> Optional.of("a process is working on it");
            case DAMAGED -> Optional.of("it is damaged; check it and remove it yourself");
            case UNFINISHED -> Optional.empty();
            case NOT_YET_DURABLE ->
                newerComplete == 0
                        ? Optional.of("no newer one is complete")
                        : young(backup) ? Optional.of("it is not old enough") : Optional.empty();
            case COMPLETE ->
                newerComplete == 0
                        ? Optional.of("it is the newest complete one")
                        : newerComplete < policy.keep()
                                ? Optional.of("it is one of the newest " + policy.keep())
                                : young(backup) ? Optional.of("it is not old enough") : Optional.empty();
        };
    }

    private boolean young(BackupSummary backup) {
        return policy.maxAge() != null
                && backup.manifest().startedAt().plus(policy.maxAge()).isAfter(now);
    }

    /** Under another name first: what is half removed must not look like a backup. */
    private boolean remove(BackupSummary backup) throws IOException {
        Path lockFile = BackupDraft.lockOf(backup.root());
        Optional<ExclusiveLock> lock = ExclusiveLock.tryAcquire(lockFile, "pruning " + backup.run());
        if (lock.isEmpty()) {
            return false;
        }
        try {
            Path going = root.resolve(GOING + backup.run());
            AtomicFile.rename(backup.root(), going);
            TreeDelete.delete(going);
            Files.deleteIfExists(lockFile);
        } finally {
            lock.get().close();
        }
        return true;
    }

    private void removeLeftovers() throws IOException {
        // whoever fetches a backup holds the lock of the installation, and so does this
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(root, "{" + GOING + "," + BackupDirectory.FETCHING + "}*")) {
            for (Path entry : entries) {
                TreeDelete.delete(entry);
            }
        }
    }
}
