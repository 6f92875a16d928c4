package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings the files of a backup to an empty place, with their owners, modes and times: for a look, or to take one file out
 * of it. Touches nothing of the installation.
 */
public final class BackupExtract {

    private final GoalContext context;

    public BackupExtract(GoalContext context) {
        this.context = context;
    }

    /**
     * Extracts a backup.
     *
     * @param name which one; null for the newest complete one
     * @param to an empty directory, or one that is not there yet; 0700 then, each tree of the backup below it
     * @throws RefusedException when something is there, or anything is wrong with the backup; nothing was changed
     * @throws StageFailedException when it could not be written
     */
    public void carryOut(String name, Path to) {
        Path target = to.toAbsolutePath().normalize();
        refuseUnlessEmpty(target);
        Optional<Backup> chosen = new BackupReturn(context).chosen(name);
        if (chosen.isEmpty()) {
            return;
        }
        Backup backup = chosen.get();
        Verification verification = backup.verify(context.reporter());
        FileRestore files = new FileRestore(verification, context.host(), context.reporter());
        List<String> parts = files.parts();
        if (context.options().dryRun()) {
            parts.forEach(part -> context.reporter().info("would restore '" + part + "' to " + target.resolve(part)));
            context.reporter().info("Dry run: nothing was changed.");
            return;
        }
        try {
            Files.createDirectories(
                    target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new RefusedException(
                    "The directory " + target + " cannot be created: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Name another one with mattermost.restore.to."),
                    e);
        }
        for (String part : parts) {
            context.reporter()
                    .info("Restored " + target.resolve(part) + ": " + files.toEmptyPlace(part, target.resolve(part)));
        }
        context.reporter()
                .info("Restored the files of backup " + backup.root() + " to " + target
                        + ". The installation and its database were not touched.");
    }

    private static void refuseUnlessEmpty(Path target) {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> entries = Files.list(target)) {
                empty = entries.findAny().isEmpty();
            } catch (IOException e) {
                throw new RefusedException(
                        "The directory " + target + " cannot be read: " + IoReason.of(e) + ". Nothing was changed.",
                        Hint.of("Name another one with mattermost.restore.to."),
                        e);
            }
        }
        if (!empty) {
            throw new RefusedException(
                    "The directory " + target
                            + " is not empty; a backup is only restored to an empty directory. Nothing was"
                            + " changed.",
                    Hint.of("Set mattermost.restore.to to a directory that is empty or does not exist. Without it the"
                            + " backup is restored into the installation."));
        }
    }
}
