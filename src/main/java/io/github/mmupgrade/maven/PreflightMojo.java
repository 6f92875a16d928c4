package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Checks everything that could block an upgrade; prints one line for each check. Changes nothing.
 */
@Mojo(name = "preflight", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class PreflightMojo extends AbstractTargetMojo {}
