package io.github.mmupgrade.saving;

import com.fasterxml.jackson.core.type.TypeReference;
import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run has changed in the configuration, with secrets hidden, in the run's own directory: the backup that knew it
 * may be gone, and the configuration another one, when somebody asks. Nothing depends on it.
 */
public final class KeptSettings {

    private static final String FILE = "settings.json";

    private final GoalContext context;

    public KeptSettings(GoalContext context) {
        this.context = context;
    }

    /**
     * Keeps the difference to the configuration before the run, in the place of what was kept before.
     *
     * @param now the configuration as it is, or is going to be when the new server has started
     * @return the difference
     */
    public ConfigDiff keep(Run run, ConfigDocument now) {
        ConfigDiff diff = ConfigDiff.between(new Backups(context).savedConfiguration(run, 1), now);
        try {
            AtomicFile.write(file(run), AtomicFile.PRIVATE, Json.line(diff.shown()));
        } catch (IOException | ProblemException e) {
            context.reporter().debug("The changed settings cannot be kept: " + UnexpectedFailure.inWords(e));
        }
        return diff;
    }

    /** What was kept of a run; empty when nothing was, or it cannot be read. */
    public List<ConfigDiff.Setting> of(Run run) {
        try {
            return Json.MAPPER.readValue(file(run).toFile(), new TypeReference<>() {});
        } catch (IOException | ProblemException e) {
            return List.of();
        }
    }

    private Path file(Run run) {
        return context.directoryOf(run.id()).resolve(FILE);
    }
}
