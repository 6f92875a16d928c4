package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What the goals say of the copy goes to a file, because a command in it would be about the original. Only what takes
 * long is shown.
 */
final class RehearsalLog implements Reporter, AutoCloseable {

    private static final String MARK = "rehearsal: ";

    private final Reporter reporter;
    private final Clock clock;
    private final BufferedWriter writer;

    /**
     * Begins the file.
     *
     * @param reporter is told of progress
     * @param file replaced when it is there
     * @throws RefusedException when it cannot be written
     */
    RehearsalLog(Reporter reporter, Clock clock, Path file) {
        this.reporter = reporter;
        this.clock = clock;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            this.writer = Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw new RefusedException(
                    "The log " + file + " of the rehearsal cannot be written: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Name another report with mattermost.rehearse.report; the log is beside it."),
                    e);
        }
    }

    /** Where the log of a rehearsal is: beside its report. */
    static Path of(Path report) {
        String name = report.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return report.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".log");
    }

    @Override
    public void report(Event event) {
        if (event instanceof Event.Progress progress) {
            reporter.report(new Event.Progress(
                    MARK + progress.label(),
                    progress.done(),
                    progress.total(),
                    progress.unit(),
                    progress.seconds(),
                    progress.left(),
                    progress.ended()));
            return;
        }
        String head = clock.instant().truncatedTo(ChronoUnit.SECONDS) + " "
                + String.format(
                        Locale.ROOT, "%-7s", EventText.level(event).name().toLowerCase(Locale.ROOT)) + " ";
        for (String line : EventText.lines(event)) {
            write(head + line);
        }
    }

    private synchronized void write(String line) {
        try {
            writer.write(line);
            writer.newLine();
        } catch (IOException e) {
            reporter.debug("The log of the rehearsal cannot be written: " + IoReason.of(e));
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            reporter.warn("The log of the rehearsal is not complete: " + IoReason.of(e));
        }
    }
}
