package io.github.mmupgrade.maven.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
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
            if (file != null) {
                write(
                        json
                                ? Json.pretty(result.data())
                                : String.join("\n", result.text()).strip());
            }
        }
    }

    private void write(String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, AtomicFile.PRIVATE, text + "\n");
        } catch (IOException e) {
            throw new StageFailedException(
                    "The result cannot be written to " + file + ": " + IoReason.of(e) + ".",
                    Hint.of("Name another file with mattermost.outputFile."),
                    e);
        }
    }
}
