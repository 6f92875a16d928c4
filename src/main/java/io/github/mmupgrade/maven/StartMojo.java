package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Starts the server and waits until the installed release answers on its listen address.
 */
@Mojo(name = "start", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class StartMojo extends AbstractMattermostMojo {

    @Override
    void carryOut(Goals goals) {
        goals.start();
    }
}
