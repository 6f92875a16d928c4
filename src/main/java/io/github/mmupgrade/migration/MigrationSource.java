package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a migration takes everything from: an installation of this host, or a backup from anywhere. */
final class MigrationSource {

    private static final Pattern SERVER = Pattern.compile("(\\S+) (\\d+)\\.(\\d+).*");

    private final GoalContext context;
    private final Backup backup;
    private MigrationEndpoint end;

    private MigrationSource(GoalContext context, Backup backup) {
        this.context = context;
        this.backup = backup;
    }

    /**
     * Finds the source that a person means. Changes nothing.
     *
     * @throws RefusedException when there is none, or it is a backup that cannot be trusted
     */
    static MigrationSource find(GoalContext destination, MigrationOptions options) {
        if (options.source() == null || options.source().isBlank()) {
            throw new RefusedException(
                    "No source was given. Nothing was changed.",
                    Hint.run(
                            "Give the directory of an installation on this host, or a backup from another host.",
                            Goal.MIGRATE,
                            "mattermost.source=/opt/mattermost-old"));
        }
        Path given = Path.of(options.source());
        if (!options.source().contains("/") && !Files.exists(given)) {
            return new MigrationSource(null, named(destination, options.source()));
        }
        if (Files.exists(given.resolve(Manifest.NAME))) {
            return new MigrationSource(null, Backup.open(given.toAbsolutePath().normalize()));
        }
        GoalContext context = GoalContext.open(
                destination.options().elsewhere(given.toAbsolutePath().normalize(), options.service()),
                destination.host(),
                destination.reporter(),
                destination.clock());
        return new MigrationSource(context, null);
    }

    private static Backup named(GoalContext destination, String name) {
        Path backups = destination.options().places().backups();
        try (Stream<Path> installations = Files.isDirectory(backups) ? Files.list(backups) : Stream.empty()) {
            List<Path> found = installations
                    .map(installation -> installation.resolve(name))
                    .filter(backup -> Files.exists(backup.resolve(Manifest.NAME)))
                    .toList();
            if (found.size() == 1) {
                return Backup.open(found.get(0));
            }
            throw new RefusedException(
                    (found.isEmpty()
                                    ? "There is no installation and no complete backup '" + name + "'"
                                    : "There are several backups '" + name + "': " + found)
                            + ". Nothing was changed.",
                    Hint.of("Set mattermost.source to the directory of an installation or of a backup."));
        } catch (IOException e) {
            throw new RefusedException(
                    "The backups in " + backups + " cannot be listed: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Run as the user who made them, usually root."),
                    e);
        }
    }

    /** The installation; empty when the source is a backup. */
    Optional<GoalContext> server() {
        return Optional.ofNullable(context);
    }

    /** The backup; empty when the source is an installation. */
    Optional<Backup> backup() {
        return Optional.ofNullable(backup);
    }

    /** The installation's or the backup's directory. */
    Path root() {
        return context == null ? backup.root() : context.installation().directory();
    }

    /** Where the installation is, or was when it was backed up. */
    Path directory() {
        return context == null
                ? Path.of(backup.manifest().installDirectory())
                : context.installation().directory();
    }

    /** Its configuration as it is stored. */
    ConfigDocument configuration() {
        return context == null
                ? ConfigDocument.read(backup.artifact(Backups.CONFIGURATION))
                : context.server().document();
    }

    /** What has to fit the destination. */
    MigrationEndpoint end() {
        if (end == null) {
            end = context == null ? endOf(backup) : endOf(context, "the source " + root());
        }
        return end;
    }

    /** The end that an installation is. */
    static MigrationEndpoint endOf(GoalContext context, String name) {
        InstalledServer server = context.server();
        InstalledRelease installed = InstalledRelease.read(context, server);
        try (Database database = server.openDatabase()) {
            return new MigrationEndpoint(
                    name,
                    installed.version(),
                    installed.edition(),
                    Optional.of(database.serverVersion()),
                    server.fileStore().isPresent());
        }
    }

    private static MigrationEndpoint endOf(Backup backup) {
        Manifest manifest = backup.manifest();
        String release = manifest.release()
                .orElseThrow(() -> new RefusedException(
                        "Backup " + backup.root() + " does not say which release it was made of. Nothing was changed.",
                        Hint.run("Choose another backup.", Goal.LIST_BACKUPS)));
        return new MigrationEndpoint(
                "the server of backup " + backup.root(),
                Version.parse(release),
                manifest.edition().map(Edition::parse).orElse(Edition.TEAM),
                databaseServer(manifest),
                copiesFiles(backup));
    }

    /** Whether the files are in a backup, and not in a bucket. */
    static boolean copiesFiles(Backup backup) {
        return backup.manifest().fileStore().map(FileStoreLocation::copied).orElse(false);
    }

    private static Optional<ServerVersion> databaseServer(Manifest manifest) {
        return Optional.ofNullable(manifest.tools().get(BackupDump.SERVER))
                .map(SERVER::matcher)
                .filter(Matcher::matches)
                .map(parts -> new ServerVersion(
                        parts.group(1),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3)),
                        parts.group()));
    }

    @Override
    public String toString() {
        return (context == null ? "backup " : "installation ") + root();
    }
}
