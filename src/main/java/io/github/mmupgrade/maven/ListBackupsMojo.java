package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Says which backups there are, how each stands and what it holds. Reads only.
 */
@Mojo(name = "list-backups", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ListBackupsMojo extends AbstractMattermostMojo {

    @Override
    void carryOut(Goals goals) {
        goals.listBackups();
    }
}
