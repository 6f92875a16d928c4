package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** When each backup was last verified: a file for each in the directory of the installation's state. */
final class VerifiedBackups {

    private static final String DIRECTORY = "verified";

    private final GoalContext context;

    VerifiedBackups(GoalContext context) {
        this.context = context;
    }

    /** A backup was verified now. Whoever may read a backup but not write the state still verifies it. */
    void note(String backup) {
        try {
            Path directory = context.state().resolve(DIRECTORY);
            Files.createDirectories(context.privateState().resolve(DIRECTORY));
            AtomicFile.write(
                    directory.resolve(backup),
                    AtomicFile.PRIVATE,
                    context.clock().instant() + "\n");
        } catch (IOException e) {
            context.reporter().debug("That the backup was verified is not kept: " + IoReason.of(e));
        } catch (ProblemException e) {
            context.reporter().debug("That the backup was verified is not kept: " + e.getMessage());
        }
    }

    /** When a backup was last verified; empty when it never was, or that is not known. */
    Optional<Instant> of(String backup) {
        try {
            return Optional.of(Instant.parse(
                    Files.readString(context.state().resolve(DIRECTORY).resolve(backup))
                            .strip()));
        } catch (IOException | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Forgets a backup that is no longer there. */
    void forget(String backup) {
        try {
            Files.deleteIfExists(context.state().resolve(DIRECTORY).resolve(backup));
        } catch (IOException e) {
            context.reporter().debug("The note of backup " + backup + " cannot be removed: " + IoReason.of(e));
        }
    }
}
