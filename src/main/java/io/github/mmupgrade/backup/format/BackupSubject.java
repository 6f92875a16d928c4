package io.github.mmupgrade.backup.format;

import java.util.Objects;

/**
 * What a backup is of.
 *
 * @param installation the installation's name, one path name
 * @param directory where it is
 * @param host the machine's name
 * @param plugin the release of this plugin
 * @param release the server's release, such as {@code 5.25.6}; null when not known
 * @param edition {@code team} or {@code enterprise}; null when not known
 * @param schemaVersion the schema's version in the database; null when not known
 * @param dataSource the effective data source <em>without its password</em>; null when there is none
 * @param fileStore where the file store is; null when there is none
 */
public record BackupSubject(
        String installation,
        String directory,
        String host,
        String plugin,
        String release,
        String edition,
        String schemaVersion,
        String dataSource,
        FileStoreLocation fileStore) {

    /** Checks the parts. */
    public BackupSubject {
        Objects.requireNonNull(installation);
        Objects.requireNonNull(directory);
        Objects.requireNonNull(host);
        Objects.requireNonNull(plugin);
    }
}
