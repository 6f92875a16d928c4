package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Replaces the installed release by the downloaded one with renames; keeps configuration, data and everything that no release ships.
 */
@Mojo(name = "install", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class InstallMojo extends AbstractMattermostMojo {}
