package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.io.File;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Restores a backup into the stopped installation, or into a newly unpacked one: database, files, plugins, your own
 * files and the configuration. Verifies the backup first; what it replaces is kept under other names.
 */
@Mojo(name = "restore", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RestoreMojo extends AbstractMattermostMojo {

    /** The backup: its name or its directory; by default the newest complete one. */
    @Parameter(property = PropertyNames.BACKUP_RUN)
    private String backupRun;

    /** Whether the configuration is restored, too; otherwise the current one says where database and files are. */
    @Parameter(property = PropertyNames.RESTORE_CONFIG, defaultValue = "true")
    private boolean restoreConfig;

    /** An empty directory to restore the files of the backup to; the installation is then not touched. */
    @Parameter(property = PropertyNames.RESTORE_TO)
    private File restoreTo;

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Restore(backupRun, restoreConfig, path(restoreTo));
    }
}
