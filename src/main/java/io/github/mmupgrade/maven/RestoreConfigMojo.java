package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Writes the saved configuration, in the shape that the new release wants, and says what was added.
 */
@Mojo(name = "restore-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RestoreConfigMojo extends AbstractConfigMojo {

    @Override
    void carryOut(Goals goals) {
        goals.restoreConfig();
    }
}
