package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Puts the downloaded release in the place of the installed one by renames; keeps configuration, data and everything that no release shipped.
 */
@Mojo(name = "install", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class InstallMojo extends AbstractMattermostMojo {

    @Override
    void carryOut(Goals goals) {
        goals.install();
    }
}
