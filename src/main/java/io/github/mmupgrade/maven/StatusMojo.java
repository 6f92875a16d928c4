package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Says what is installed, what runs, what the journal says, and which backups there are. Reads only; changes nothing.
 */
@Mojo(name = "status", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class StatusMojo extends AbstractMattermostMojo {

    @Override
    void carryOut(Goals goals) {
        goals.status();
    }
}
