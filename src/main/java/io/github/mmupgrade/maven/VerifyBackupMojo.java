package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Reads a backup completely and compares it with its checksums; on request it also test-restores the database.
 */
@Mojo(name = "verify-backup", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class VerifyBackupMojo extends AbstractMattermostMojo {

    /** The backup: its name or its directory; by default the newest complete one. */
    @Parameter(property = PropertyNames.BACKUP_RUN)
    private String backupRun;

    /** Whether the database is restored into a scratch database, its rows counted, and the scratch database dropped. */
    @Parameter(property = PropertyNames.VERIFY_RESTORE, defaultValue = "false")
    private boolean verifyRestore;

    @Override
    GoalArguments arguments() {
        return new GoalArguments.VerifyBackup(backupRun, verifyRestore);
    }
}
