package io.github.mmupgrade.maven;

import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.upgrade.Goals;
import java.io.File;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Brings a backup back into the stopped installation, or into one just unpacked: database, files, plugins, your own
 * entries and the configuration. Verifies it first; what is in the way is kept under other names.
 */
@Mojo(name = "restore", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RestoreMojo extends AbstractMattermostMojo {

    /** The backup: its name, or its directory; by default the newest complete one. */
    @Parameter(property = PropertyNames.BACKUP_RUN)
    private String backupRun;

    /** Whether the configuration comes back, too; else the current one says where database and files are. */
    @Parameter(property = PropertyNames.RESTORE_CONFIG, defaultValue = "true")
    private boolean restoreConfig;

    /** An empty directory that the files of the backup are brought to instead; the installation is left alone. */
    @Parameter(property = PropertyNames.RESTORE_TO)
    private File restoreTo;

    @Override
    void carryOut(Goals goals) {
        goals.restore(backupRun, restoreConfig, path(restoreTo));
    }
}
