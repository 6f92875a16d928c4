package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Starts the server and waits until the installed release answers on its listen address.
 */
@Mojo(name = "start", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class StartMojo extends AbstractMattermostMojo {}
