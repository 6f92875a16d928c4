package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Stops the server and waits until its process has ended and its port is free.
 */
@Mojo(name = "stop", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class StopMojo extends AbstractMattermostMojo {}
