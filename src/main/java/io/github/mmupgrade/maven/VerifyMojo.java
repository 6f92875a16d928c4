package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Verifies that the installed release answers, stays healthy, shows a team page, and has every user, team, channel, post and file.
 */
@Mojo(name = "verify", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class VerifyMojo extends AbstractMattermostMojo {}
