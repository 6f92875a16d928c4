package io.github.mmupgrade.rehearsal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.scratch.FileChoice;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a rehearsal is done.
 *
 * @param source the name or directory of the backup to rehearse with; null for the installation as it is
 * @param dataSource a database on whose server the scratch database is made; empty for an embedded PostgreSQL
 * @param plugins whether the copy's plugins run, too
 * @param files which files of the file store are copied
 * @param keepRunning whether the new server stays up for a person to look at
 * @param directory where the scratch directory is made
 * @param report the file that the report is written to
 */
public record RehearsalOptions(
        String source,
        @JsonIgnore Optional<DataSource> dataSource,
        boolean plugins,
        FileChoice files,
        boolean keepRunning,
        Path directory,
        Path report) {

    /** Checks the parts. */
    public RehearsalOptions {
        dataSource = dataSource == null ? Optional.empty() : dataSource;
        Objects.requireNonNull(files);
        Objects.requireNonNull(directory);
        Objects.requireNonNull(report);
    }

    /** The same, on another database server. */
    public RehearsalOptions on(Optional<DataSource> server) {
        return new RehearsalOptions(source, server, plugins, files, keepRunning, directory, report);
    }

    /** The same, with another file for the report. */
    public RehearsalOptions reportingTo(Path file) {
        return new RehearsalOptions(source, dataSource, plugins, files, keepRunning, directory, file);
    }

    /** The same with another backup. */
    public RehearsalOptions from(String backup) {
        return new RehearsalOptions(backup, dataSource, plugins, files, keepRunning, directory, report);
    }
}
