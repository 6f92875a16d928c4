package io.github.mmupgrade.maven.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/** Hands a goal's result on: to later steps of the build as properties, and to a file. */
public final class BuildResults implements Reporter {

    /** Each is a property {@code mattermost.result.<name>} where the result has such a field. */
    private static final List<String> NAMES =
            List.of("installedVersion", "targetVersion", "upgradeNeeded", "downtimeSeconds", "backup", "reportFile");

    private final Properties properties;
    private final Path file;
    private final boolean json;
    private Event.Result last;

    /**
     * A receiver of results.
     *
     * @param properties those of the project that is built
     * @param file where the result is written to; null for nowhere
     * @param json whether it is written as JSON instead of as text
     */
    public BuildResults(Properties properties, Path file, boolean json) {
        this.properties = properties;
        this.file = file;
        this.json = json;
    }

    @Override
    public void report(Event event) {
        if (event instanceof Event.Result result) {
            for (String name : NAMES) {
                JsonNode value = result.data().path(name);
                if (value.isValueNode()) {
                    properties.setProperty(PropertyNames.RESULT + name, value.asText());
                }
            }
            last = result;
        }
    }

    /** Writes what there is of a result, after the goal was refused or has failed. */
    public void writeAfter(ProblemException problem) {
        try {
            write();
        } catch (StageFailedException e) {
            problem.addSuppressed(e);
        }
    }

    /**
     * Writes the last result to the file; when the goal has ended, so that a file that cannot be written never is a
     * failure in the middle of it.
     *
     * @throws StageFailedException when it cannot be written; what the goal did stays done
     */
    public void write() {
        if (file == null || last == null) {
            return;
        }
        String text =
                json ? Json.pretty(last.data()) : String.join("\n", last.text()).strip();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, AtomicFile.PRIVATE, text + "\n");
        } catch (IOException e) {
            throw new StageFailedException(
                    last.goal() + " has done its work, but its result cannot be written to " + file + ": "
                            + IoReason.of(e) + ".",
                    Hint.of("Name another file with mattermost.outputFile."),
                    e);
        }
    }
}
