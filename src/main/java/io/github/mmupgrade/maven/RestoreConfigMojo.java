package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Writes the saved configuration in the form that the new release expects, and reports what was added.
 */
@Mojo(name = "restore-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RestoreConfigMojo extends AbstractConfigMojo {}
