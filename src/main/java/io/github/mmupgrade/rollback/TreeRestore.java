package io.github.mmupgrade.rollback;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.WritableByServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Takes the trees that a newer server writes into back to what the backup holds. Of the backup only what
 * changed since is read, so that the way back does not take longer the larger it is.
 */
public final class TreeRestore {

    private final GoalContext context;

    public TreeRestore(GoalContext context) {
        this.context = context;
    }

    /**
     * Reads what {@link #putBack} would take from the backup. Changes nothing.
     *
     * @throws io.github.mmupgrade.report.RefusedException when something of it is missing or damaged
     */
    void requireRestorable(Run run) {
        InstalledServer server = PreviousState.serverBefore(context, run);
        FileRestore restore = restore(run);
        Map<String, Path> trees = BackupSources.writtenTrees(server);
        trees.keySet().retainAll(restore.parts());
        if (trees.containsKey(BackupSource.FILE_STORE)) {
            BackupPlace.requireMountedStore(context, server);
        }
        WritableByServer.require(
                context.host(), context.installation(), context.server().user(), trees);
        trees.forEach((part, directory) -> {
            if (isThere(restore, part, directory)) {
                restore.requireRestorable(part, directory);
            }
        });
    }

    /** Puts back files and plugins; what came or changed since is set aside and named, never lost. */
    void putBack(Run run) {
        // the new server updates its prepackaged plugins there
        FileRestore restore = restore(run);
        places(run, (part, directory) -> restore.parts().contains(part))
                .forEach((part, directory) -> putBack(restore, part, directory));
    }

    /** Where the trees are now: the server's user can have changed that since it was last looked at. */
    private Map<String, Path> places(Run run, BiPredicate<String, Path> written) {
        Map<String, Path> trees = BackupSources.writtenTrees(PreviousState.serverBefore(context, run));
        trees.entrySet().removeIf(tree -> !written.test(tree.getKey(), tree.getValue()));
        WritableByServer.requireStill(
                context.host(), context.installation(), context.server().user(), trees);
        return trees;
    }

    /** Puts back files, plugins and the directory of the configuration, and sets aside those that were not there. */
    public void putBackAll(Run run) {
        Backup backup = new Backups(context).of(run);
        FileRestore restore = restore(run);
        Map<String, Path> trees = places(
                run,
                (part, directory) ->
                        restore.parts().contains(part) || (Files.exists(directory) && !isSavedElsewhere(backup, part)));
        putBack(restore, BackupSources.CONFIG, context.installation().config());
        trees.forEach((part, directory) -> {
            if (restore.parts().contains(part)) {
                // one that is not there was renamed by what was interrupted
                writeBack(restore, part, directory);
            } else {
                setAside(directory, backup.run());
            }
        });
    }

    /** What a backup leaves out was there all the same. */
    private static boolean isSavedElsewhere(Backup backup, String part) {
        return part.equals(BackupSource.FILE_STORE)
                && backup.manifest()
                        .fileStore()
                        .filter(store -> !store.copied() && !store.isBucket())
                        .isPresent();
    }

    private FileRestore restore(Run run) {
        return new FileRestore(new Backups(context).of(run), context.host(), context.reporter())
                .onBehalfOf(context.server().user());
    }

    private void putBack(FileRestore restore, String part, Path directory) {
        if (isThere(restore, part, directory)) {
            writeBack(restore, part, directory);
        } else if (restore.parts().contains(part)) {
            context.reporter()
                    .warn(directory
                            + " does not exist and was not restored. If a file system is missing there, mount it."
                            + " The backup of the run holds the files.");
        }
    }

    private void writeBack(FileRestore restore, String part, Path directory) {
        RestoreResult result = restore.inPlace(part, directory);
        context.reporter().info("Restored " + directory + ": " + result);
    }

    private boolean isThere(FileRestore restore, String part, Path directory) {
        try (Trees trees = new Trees(context.host(), context.server().user())) {
            return restore.parts().contains(part) && trees.get().exists(directory);
        } catch (IOException e) {
            throw new StageFailedException(
                    directory + " cannot be read: " + IoReason.of(e), Hint.of("Fix this, then run the goal again."), e);
        }
    }

    private void setAside(Path directory, String run) {
        Path aside = directory.resolveSibling(directory.getFileName() + ".since-" + run);
        if (!Files.exists(directory)) {
            return;
        }
        try (SecureTree tree = new SecureTree()) {
            tree.move(directory, aside);
            tree.force(directory.getParent());
            context.reporter()
                    .info("Removed " + directory + ", which did not exist before; its contents are in " + aside);
        } catch (IOException e) {
            throw new StageFailedException(
                    directory + " cannot be renamed to " + aside + ": " + IoReason.of(e),
                    Hint.run("Move it away by hand, then resume the rollback.", Goal.ROLLBACK),
                    e);
        }
    }
}
