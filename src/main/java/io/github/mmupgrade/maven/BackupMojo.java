package io.github.mmupgrade.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Backs up configuration, database and file store, with checksums.
 */
@Mojo(name = "backup", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class BackupMojo extends AbstractBackupMojo {}
