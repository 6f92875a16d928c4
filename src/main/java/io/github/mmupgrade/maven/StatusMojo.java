package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Shows what is installed, what runs, which upgrades were run, and which backups there are. Changes nothing.
 */
@Mojo(name = "status", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class StatusMojo extends AbstractMattermostMojo {}
