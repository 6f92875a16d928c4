package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/** Compares the configuration with a release's default: unknown settings, wrong types, missing sections. Changes nothing. */
@Mojo(name = "validate-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ValidateConfigMojo extends AbstractTargetMojo {}
