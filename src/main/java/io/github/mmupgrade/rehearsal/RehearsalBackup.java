package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.SavedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A backup as something to make a copy of; the programs, which it has none of, come from its release's archive. */
final class RehearsalBackup {

    /** What a database takes on a disk is about so many times what a compressed dump of it takes. */
    private static final long OF_DUMP = 4;

    private final Backup backup;
    private final UpgradeOptions options;
    private final Host host;
    private final Reporter reporter;

    RehearsalBackup(Backup backup, UpgradeOptions options, Host host, Reporter reporter) {
        this.backup = backup;
        this.options = options;
        this.host = host;
        this.reporter = reporter;
    }

    /**
     * Reads the backup through.
     *
     * @throws RefusedException when it is damaged, lacks something, or its release's archive cannot be fetched
     */
    RehearsalSource read() {
        SavedDatabase saved = SavedDatabase.of(backup);
        if (saved == null) {
            throw new RefusedException(
                    "Backup " + backup.root()
                            + " has no dump of the database, so it cannot be rehearsed with. Nothing was changed.",
                    Hint.run("Choose another backup.", Goal.LIST_BACKUPS));
        }
        Version release = backup.manifest()
                .release()
                .flatMap(Version::tryParse)
                .orElseThrow(() -> new RefusedException(
                        "Backup " + backup.root() + " does not say which release it was made of. Nothing was changed.",
                        Hint.run("Choose another backup.", Goal.LIST_BACKUPS)));
        Edition edition = backup.manifest().edition().map(Edition::parse).orElse(Edition.TEAM);
        requireArchives(release, edition);
        // after all that is known at once: it takes minutes
        backup.verify(reporter).requireSound();
        ConfigDocument configuration = ConfigDocument.read(backup.artifact(Backups.CONFIGURATION));
        Set<String> secrets = new HashSet<>(Secrets.valuesOf(configuration));
        DatabaseKind kind = saved.format().kind();
        int major = kind == DatabaseKind.POSTGRESQL
                ? DatabaseTools.in(host, options.backup().toolsDirectory()).dumpedFrom(saved.dump())
                : 0;
        return new RehearsalSource(
                release,
                edition,
                configuration,
                secrets,
                List.of("no backup contains the variables of the service's environment; settings that only they set are"
                        + " left out"),
                new RehearsalSource.DatabaseOf(
                        kind,
                        major,
                        OF_DUMP * bytes(saved.dump()),
                        Optional.empty(),
                        saved.dump().toString(),
                        options.backup().database() == DatabaseSaving.DUMP ? DatabaseSaving.DUMP : DatabaseSaving.AUTO,
                        directory -> saved.dump()),
                new RehearsalSource.Programs(
                        Optional.empty(), Optional.of(archive(release, edition)), existing(BackupSources.CONFIG)),
                existing(BackupSource.FILE_STORE),
                null);
    }

    /** The archives of the backup's own release, and of those on the way from there. */
    private void requireArchives(Version release, Edition edition) {
        requireSeveral(release);
        ReleaseSources sources = new ReleaseSources(options, reporter);
        sources.requireObtainable(release, edition);
        Edition wanted = PlannedUpgrade.edition(options.target(), edition, sources.givenArchive());
        UpgradePath path = PlannedUpgrade.path(
                options.target(),
                sources,
                new PlannedUpgrade.Start(release, edition, Optional.empty()),
                wanted,
                Optional.empty());
        new ArchiveChecks(sources).require(path, wanted);
    }

    private Optional<Path> existing(String tree) {
        return Optional.of(backup.root().resolve(tree)).filter(Files::isDirectory);
    }

    private VerifiedArchive archive(Version release, Edition edition) {
        return new ReleaseSources(options, reporter).archive(release, edition);
    }

    private void requireSeveral(Version release) {
        UpgradeOptions.Target to = options.target();
        if (to.archive() != null
                && Location.parse(to.archive())
                        .file()
                        .filter(Files::isDirectory)
                        .isEmpty()) {
            throw new RefusedException(
                    "The backup was made of " + release + ", whose programs are needed, too, but "
                            + "mattermost.archive names only one archive. Nothing was changed.",
                    Hint.of("Put the archives of " + release + " and of the target into one directory and set"
                            + " mattermost.archive to it, or leave mattermost.archive out to download them."));
        }
    }

    private static long bytes(Path dump) {
        try (Stream<Path> files = Files.walk(dump)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("The dump " + dump + " cannot be read", e);
        }
    }
}
