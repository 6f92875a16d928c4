package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Finishes an upgrade when the new server runs: completes the backup and removes the leftovers of earlier runs.
 */
@Mojo(name = "finish", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class FinishMojo extends AbstractBackupMojo {}
