package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.Goals;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Downloads the release archive, verifies it and unpacks it beside the installation. The server keeps running.
 */
@Mojo(name = "download", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class DownloadMojo extends AbstractTargetMojo {

    @Override
    void carryOut(Goals goals) {
        goals.download();
    }
}
