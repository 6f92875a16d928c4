package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Shows which release is installed and whether it can be upgraded to the target. Changes nothing.
 */
@Mojo(name = "check-version", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class CheckVersionMojo extends AbstractTargetMojo {}
