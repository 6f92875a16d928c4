package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.DiskSpeed;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What both kinds of places need of the machine. */
final class ThisMachine {

    private ThisMachine() {}

    /** Refuses when a program is not on the machine. */
    static void require(Host host, String program, String debianPackage) {
        if (host.which(program).isEmpty()) {
            throw new RefusedException(
                    "The program " + program
                            + " is not on the installation's machine, and backups are handed over by it.",
                    Hint.of("Install it (Debian and Ubuntu: apt-get install " + debianPackage
                            + "), or leave out mattermost.backup.elsewhere."));
        }
    }

    /** A disk that is not mounted leaves an empty directory, which must not take the backups. */
    static Optional<RefusedException> notMounted(GoalContext context, Path directory) {
        return BackupPlace.notMounted(context, directory)
                .map(point -> new RefusedException(
                        "The directory " + directory + " belongs on the file system of " + point
                                + ", which /etc/fstab names and which is not mounted.",
                        Hint.of("Mount it (mount " + point + "), or correct mattermost.backup.elsewhere.")));
    }

    /** A copy on the disk of the backups is lost with them. */
    static Optional<String> sameDisk(GoalContext context, Path directory) {
        return DiskSpeed.sameDisk(directory, context.options().places().backups())
                ? Optional.of(directory + " is on the same file system as the backups, and would be lost with them")
                : Optional.empty();
    }

    /** Removes what is only temporary. */
    static void remove(Path path) {
        try {
            if (path != null) {
                TreeDelete.delete(path);
            }
        } catch (IOException e) {
            // in the directory for temporary files, and without a secret
        }
    }
}
