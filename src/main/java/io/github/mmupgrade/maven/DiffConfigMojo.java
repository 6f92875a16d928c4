package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/** Shows what restore-config would write: which settings are added, changed or unknown. Changes nothing. */
@Mojo(name = "diff-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class DiffConfigMojo extends AbstractTargetMojo {}
