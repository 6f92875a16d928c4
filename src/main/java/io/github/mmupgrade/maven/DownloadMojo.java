package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Downloads the release archive, verifies it and unpacks it beside the installation. The server keeps running.
 */
@Mojo(name = "download", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class DownloadMojo extends AbstractTargetMojo {}
