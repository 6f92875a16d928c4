package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the report of a rehearsal. */
final class ReportFile {

    private ReportFile() {}

    /**
     * Writes it as JSON.
     *
     * @throws StageFailedException when it cannot be written
     */
    static void write(Path file, Object report) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, AtomicFile.PRIVATE, Json.pretty(report));
        } catch (IOException e) {
            throw new StageFailedException(
                    "The report " + file + " cannot be written: " + IoReason.of(e)
                            + ". The installation was not changed.",
                    Hint.of("Name another file with mattermost.rehearse.report."),
                    e);
        }
    }
}
