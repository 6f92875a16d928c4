package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Lists the backups with their state and contents. Changes nothing.
 */
@Mojo(name = "list-backups", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ListBackupsMojo extends AbstractMattermostMojo {}
