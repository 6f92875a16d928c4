package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/**
 * When each backup was last verified, and where it was handed over to: a file for each in the directory of the
 * installation's state. Whoever may read a backup but not write the state does without.
 */
public final class BackupNotes {

    private static final String VERIFIED = "verified";
    private static final String ELSEWHERE = "elsewhere";

    private final GoalContext context;

    public BackupNotes(GoalContext context) {
        this.context = context;
    }

    /** A backup was verified now. */
    public void verified(String backup) {
        note(VERIFIED, backup, List.of(now()));
    }

    /** When a backup was last verified; empty when it never was, or that is not known. */
    public Optional<Instant> whenVerified(String backup) {
        try {
            return lines(VERIFIED, backup).map(lines -> Instant.parse(lines.get(0)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A backup as it is now is in another place, whole. */
    public void handedOver(Path backup, Elsewhere place) {
        try {
            note(ELSEWHERE, nameOf(backup), List.of(now(), place.toString(), sumOf(backup)));
        } catch (IOException e) {
            context.reporter().debug("That " + backup + " was handed over is not kept: " + IoReason.of(e));
        }
    }

    /** Whether a backup was handed over to a place as it is now. What became of it there is not asked. */
    public boolean isHandedOver(Path backup, Elsewhere place) {
        try {
            Optional<List<String>> lines = lines(ELSEWHERE, nameOf(backup));
            return lines.isPresent()
                    && lines.get().subList(1, lines.get().size()).equals(List.of(place.toString(), sumOf(backup)));
        } catch (IOException e) {
            return false;
        }
    }

    /** Forgets a backup that is no longer here. */
    public void forget(String backup) {
        for (String kind : List.of(VERIFIED, ELSEWHERE)) {
            try {
                Files.deleteIfExists(file(kind, backup));
            } catch (IOException e) {
                context.reporter().debug("The note of backup " + backup + " cannot be removed: " + IoReason.of(e));
            }
        }
    }

    /** A release on the way of an upgrade adds its configuration to a complete backup, which is another one then. */
    private static String sumOf(Path backup) throws IOException {
        return Digests.sha256(backup.resolve(Manifest.NAME));
    }

    private String now() {
        return context.clock().instant().toString();
    }

    private static String nameOf(Path backup) {
        return backup.getFileName().toString();
    }

    private Path file(String kind, String backup) {
        return context.state().resolve(kind).resolve(backup);
    }

    private void note(String kind, String backup, List<String> lines) {
        try {
            Files.createDirectories(context.privateState().resolve(kind));
            AtomicFile.write(file(kind, backup), AtomicFile.PRIVATE, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            context.reporter().debug("A note of backup " + backup + " is not kept: " + IoReason.of(e));
        } catch (ProblemException e) {
            context.reporter().debug("A note of backup " + backup + " is not kept: " + e.getMessage());
        }
    }

    private Optional<List<String>> lines(String kind, String backup) {
        try {
            return Optional.of(Files.readAllLines(file(kind, backup))).filter(lines -> !lines.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
