package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a copy of a server is made from: a running installation, or a backup of one. {@link #toString()} shows no
 * setting.
 *
 * @param release the release
 * @param edition the edition
 * @param configuration the settings in force, those of the environment written into it
 * @param secrets every secret among them, to be taken out of what is shown
 * @param remarks what a copy will not have of it, a line each
 * @param database its database
 * @param programs where its programs are taken from
 * @param fileStore its local file store, or the copy of it in a backup; empty when it has none
 * @param owner whom its programs belong to; null for whoever makes the copy
 */
public record RehearsalSource(
        Version release,
        Edition edition,
        ConfigDocument configuration,
        Set<String> secrets,
        List<String> remarks,
        DatabaseOf database,
        Programs programs,
        Optional<Path> fileStore,
        Owner owner) {

    /** Checks the parts. */
    public RehearsalSource {
        Objects.requireNonNull(release);
        Objects.requireNonNull(edition);
        Objects.requireNonNull(configuration);
        secrets = Set.copyOf(secrets);
        remarks = List.copyOf(remarks);
        Objects.requireNonNull(database);
        Objects.requireNonNull(programs);
        Objects.requireNonNull(fileStore);
    }

    /**
     * The database of the original.
     *
     * @param kind the family of its server
     * @param major the major version of its server; 0 when it is not known
     * @param bytes what it takes on its server's disk; of a backup what a dump of it takes
     * @param source where it is; empty for a backup's
     * @param name where it is, or the dump, for messages
     * @param way how an upgrade saves it while the server is stopped: {@code auto}, {@code dump} or {@code none}
     * @param dump writes a dump of it, or hands over the one that there is
     */
    public record DatabaseOf(
            DatabaseKind kind,
            int major,
            long bytes,
            Optional<DataSource> source,
            String name,
            DatabaseSaving way,
            Dump dump) {}

    /** Hands over a dump. */
    @FunctionalInterface
    public interface Dump {
        /**
         * A consistent dump.
         *
         * @param directory where one may be written, empty
         */
        Path in(Path directory);
    }

    /**
     * Where the programs are: an installation, or a release archive.
     *
     * @param installation the directory; empty when there is only the archive
     * @param archive a verified release archive; empty when there is an installation
     * @param configuration what is laid over the configuration directory of an archive; empty for nothing
     */
    public record Programs(
            Optional<Path> installation, Optional<VerifiedArchive> archive, Optional<Path> configuration) {}

    @Override
    public String toString() {
        return "Mattermost " + release + " (" + edition + "), database " + database.name();
    }
}
