package io.github.mmupgrade.planning;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.archive.ArchiveIdentity;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.release.DatabaseServer;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.PathChoice;
import io.github.mmupgrade.release.PathMode;
import io.github.mmupgrade.release.PathRequest;
import io.github.mmupgrade.release.TargetVersion;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an upgrade would go from here.
 *
 * @param installed what is installed
 * @param schema the schema in the database; empty for an empty database
 * @param database what the database server is
 * @param edition the edition to install
 * @param path the releases to pass through
 */
public record PlannedUpgrade(
        InstalledRelease installed,
        Optional<Version> schema,
        ServerVersion database,
        Edition edition,
        UpgradePath path) {

    private static boolean isFollower(GoalContext context) {
        ClusterPart part = context.options().cluster();
        return part != null && part.waitsForFirst();
    }

    /**
     * Finds the way. Changes nothing.
     *
     * @throws RefusedException when there is none: a downgrade, or what a server on the way would refuse
     */
    public static PlannedUpgrade make(GoalContext context, InstalledServer server, ReleaseSources sources) {
        InstalledRelease installed = InstalledRelease.read(context, server);
        UpgradeOptions.Target options = context.options().target();
        Edition edition = edition(options, installed.edition(), sources.givenArchive());
        try (Database open = server.openDatabase()) {
            Optional<Version> schema = open.schemaVersion();
            ServerVersion version = open.serverVersion();
            UpgradePath path = path(
                    options,
                    sources,
                    new Start(
                            installed.version(),
                            installed.edition(),
                            // the first node of a cluster migrates, and may have done so
                            isFollower(context) ? Optional.empty() : schema),
                    edition,
                    Optional.of(databaseServer(open, version)));
            return new PlannedUpgrade(installed, schema, version, edition, path);
        }
    }

    /**
     * Where a path begins.
     *
     * @param release the release that is installed
     * @param edition its edition
     * @param schema the schema in the database; empty when it is not known, or the database is empty
     */
    public record Start(Version release, Edition edition, Optional<Version> schema) {}

    /**
     * The path that is asked for.
     *
     * @param edition the edition to install
     * @param database the database server; empty when it is not known
     * @throws RefusedException when there is none
     */
    public static UpgradePath path(
            UpgradeOptions.Target options,
            ReleaseSources sources,
            Start start,
            Edition edition,
            Optional<DatabaseServer> database) {
        Optional<ArchiveIdentity> archive = sources.givenArchive();
        return UpgradePath.plan(
                new PathRequest(
                        start.release(),
                        start.schema(),
                        target(options, archive, sources, edition),
                        choice(options, archive),
                        sources.directory().map(directory -> directory.releases(edition)),
                        start.edition(),
                        edition,
                        ReleaseSources.processor().key(),
                        database),
                sources.catalogue());
    }

    /** What an administrator has to have read before; may be fetched. */
    public NotesToRead notes(ReleaseSources sources) {
        return notes(sources, installed.version(), path.target().version());
    }

    /** What an administrator has to have read before a move from one version to another; may be fetched. */
    public static NotesToRead notes(ReleaseSources sources, Version from, Version target) {
        return from.equals(target)
                ? new NotesToRead(from, target, List.of())
                : sources.changelog(from, target).notesBetween(from, target, sources.catalogue());
    }

    private static DatabaseServer databaseServer(Database open, ServerVersion version) {
        String number = version.major() + "." + version.minor();
        return open.kind() == DatabaseKind.POSTGRESQL
                ? DatabaseServer.postgresql(number)
                : DatabaseServer.mysql(number);
    }

    /** How the path is planned: who hands over one archive wants that one, and what it would refuse is refused. */
    private static PathChoice choice(UpgradeOptions.Target options, Optional<ArchiveIdentity> archive) {
        PathChoice choice = PathChoice.parse(options.path());
        return archive.isPresent() && choice.mode() == PathMode.AUTO
                ? new PathChoice(PathMode.DIRECT, List.of())
                : choice;
    }

    /** The edition that is asked for. */
    public static Edition edition(UpgradeOptions.Target options, Edition installed, Optional<ArchiveIdentity> archive) {
        Edition wanted = options.edition() == null ? installed : options.edition();
        if (archive.isPresent() && archive.get().edition() != wanted) {
            throw new RefusedException(
                    "The archive " + options.archive() + " contains the "
                            + archive.get().edition()
                            + " edition; the " + wanted + " edition is "
                            + (options.edition() == null ? "installed" : "wanted") + ". Nothing was changed.",
                    Hint.of("Give an archive of the " + wanted + " edition, or set mattermost.edition="
                            + archive.get().edition().key() + "."));
        }
        return wanted;
    }

    /** The target that is asked for: else the last release that the path names, or the newest that is at hand. */
    private static TargetVersion target(
            UpgradeOptions.Target options, Optional<ArchiveIdentity> archive, ReleaseSources sources, Edition edition) {
        if (archive.isEmpty()) {
            List<TargetVersion> through = PathChoice.parse(options.path()).through();
            if (options.version() != null) {
                return new TargetVersion(options.version());
            }
            if (!through.isEmpty()) {
                return through.get(through.size() - 1);
            }
            return sources.directory()
                    .map(directory -> newestIn(directory, edition))
                    .orElseGet(() -> new TargetVersion("latest"));
        }
        Version held = archive.get().version();
        if (options.version() != null
                && Version.tryParse(options.version())
                        .filter(wanted ->
                                wanted.equals(held) || options.version().equals(held.line()))
                        .isEmpty()) {
            throw new RefusedException(
                    "The archive " + options.archive() + " contains " + held + ", not " + options.version()
                            + ". Nothing was changed.",
                    Hint.of("Give the archive of " + options.version() + ", or leave out mattermost.targetVersion."));
        }
        return new TargetVersion(held.toString());
    }

    private static TargetVersion newestIn(ArchiveDirectory directory, Edition edition) {
        return directory.releases(edition).stream()
                .reduce((older, newer) -> newer)
                .map(newest -> new TargetVersion(newest.toString()))
                .orElseThrow(() -> new RefusedException(
                        "The directory " + directory + " has no archive of the " + edition + " edition for "
                                + ReleaseSources.processor() + ". Nothing was changed.",
                        Hint.of("Put archives there under the vendor's file names, such as"
                                + " mattermost-team-5.37.10-linux-amd64.tar.gz, or check mattermost.archive.")));
    }

    /** What check-version and preflight say to programs. */
    public ObjectNode data() {
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("installedVersion", installed.version().toString());
        data.put("installedEdition", installed.edition().key());
        data.put("targetVersion", path.target().version().toString());
        data.put("targetEdition", edition.key());
        data.put("upgradeNeeded", !path.isEmpty());
        data.put("database", database.toString());
        schema.ifPresent(version -> data.put("schema", version.toString()));
        ArrayNode hops = data.putArray("path");
        for (Hop hop : path.hops()) {
            ObjectNode each = hops.addObject()
                    .put("from", hop.from().toString())
                    .put("to", hop.to().toString());
            each.put("reason", hop.reason());
            each.set("warnings", Json.MAPPER.valueToTree(hop.warnings()));
        }
        return data;
    }

    /** What check-version says, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Installed: Mattermost " + installed + ": " + installed.source());
        lines.add("Database:  " + database + ", schema "
                + schema.map(Version::toString).orElse("none yet"));
        if (path.isEmpty()) {
            lines.add("Target:    " + path.target() + ", " + edition + ", which is installed");
            return lines;
        }
        lines.add("Target:    " + path.target() + ", " + edition);
        lines.add("Path:      " + path);
        lines.addAll(path.lines());
        return lines;
    }
}
