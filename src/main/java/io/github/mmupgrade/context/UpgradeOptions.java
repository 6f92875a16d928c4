package io.github.mmupgrade.context;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.download.DownloadProxy;
import io.github.mmupgrade.release.Edition;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a person asked for. No secret is among it but by way of {@link Announcement#webhook()}, which shows none.
 *
 * @param installDirectory the installation, or a link to it
 * @param places where state, backups and downloads are kept
 * @param service how the server is started and stopped
 * @param target where to go
 * @param limits how long things may take
 * @param config how the configuration is merged
 * @param backup what is saved, and how
 * @param administration how an administrator reaches the database; empty for the server's own way
 * @param check what must hold afterwards
 * @param announcement what users are told
 * @param onFailure what happens when a stage after the stop fails
 * @param dryRun whether to say what would be done, and do nothing
 * @param cluster what the installation does as a node of a cluster; null for one of its own
 */
public record UpgradeOptions(
        Path installDirectory,
        Places places,
        Service service,
        Target target,
        Limits limits,
        Config config,
        Backup backup,
        @JsonIgnore Optional<DataSource> administration,
        Check check,
        Announcement announcement,
        OnFailure onFailure,
        boolean dryRun,
        ClusterPart cluster) {

    /** An installation of its own. */
    public UpgradeOptions(
            Path installDirectory,
            Places places,
            Service service,
            Target target,
            Limits limits,
            Config config,
            Backup backup,
            Optional<DataSource> administration,
            Check check,
            Announcement announcement,
            OnFailure onFailure,
            boolean dryRun) {
        this(
                installDirectory,
                places,
                service,
                target,
                limits,
                config,
                backup,
                administration,
                check,
                announcement,
                onFailure,
                dryRun,
                null);
    }

    /** Checks the parts. */
    public UpgradeOptions {
        Objects.requireNonNull(installDirectory);
        Objects.requireNonNull(places);
        Objects.requireNonNull(service);
        Objects.requireNonNull(target);
        Objects.requireNonNull(limits);
        Objects.requireNonNull(config);
        Objects.requireNonNull(backup);
        administration = administration == null ? Optional.empty() : administration;
        Objects.requireNonNull(check);
        Objects.requireNonNull(announcement);
        Objects.requireNonNull(onFailure);
    }

    /** The same, with the notes of every release taken as read. */
    public UpgradeOptions withNotesRead() {
        return with(target.withNotesRead(), administration, announcement);
    }

    /** The same, with the secrets that no request holds. */
    public UpgradeOptions with(
            Optional<DataSource> itsAdministration,
            Optional<URI> webhook,
            Network network,
            Optional<Elsewhere.Login> elsewhere) {
        return with(target.over(network), itsAdministration, announcement.by(webhook))
                .in(places.with(elsewhere));
    }

    /** The same, with another directory for the reports of runs. */
    public UpgradeOptions reportingTo(Path directory) {
        return in(new Places(places.state(), places.backups(), places.cache(), directory, places.elsewhere()));
    }

    /** The same, with everything kept in other places. */
    public UpgradeOptions in(Places others) {
        return with(others, target, config);
    }

    /** The same, with the files that were given for the target and the configuration in other places. */
    public UpgradeOptions with(Target given, Config merged) {
        return with(places, given, merged);
    }

    private UpgradeOptions with(Places kept, Target other, Config merged) {
        return new UpgradeOptions(
                installDirectory,
                kept,
                service,
                other,
                limits,
                merged,
                backup,
                administration,
                check,
                announcement,
                onFailure,
                dryRun,
                cluster);
    }

    private UpgradeOptions with(Target other, Optional<DataSource> itsAdministration, Announcement announced) {
        return new UpgradeOptions(
                installDirectory,
                places,
                service,
                other,
                limits,
                config,
                backup,
                itsAdministration,
                check,
                announced,
                onFailure,
                dryRun,
                cluster);
    }

    /**
     * The same for a node of a cluster.
     *
     * @param saved what is saved on it
     * @param announced what users are told by it
     * @param failure what happens when a stage of it fails
     * @param part what it does
     */
    public UpgradeOptions asNode(Backup saved, Announcement announced, OnFailure failure, ClusterPart part) {
        return new UpgradeOptions(
                installDirectory,
                places,
                service,
                target,
                limits,
                config,
                saved,
                administration,
                check,
                announced,
                failure,
                dryRun,
                part);
    }

    /** The same to a certain release. */
    public UpgradeOptions to(String version) {
        return with(target.withVersion(version), config);
    }

    /** The same without a release: that of the run in progress. */
    public UpgradeOptions asPlanned() {
        return with(target.withVersion(null).withArchive(null), config);
    }

    /** The same with an installation, its service and its places elsewhere. */
    public UpgradeOptions at(Path directory, Places kept, Service itsService, Backup saved) {
        return new UpgradeOptions(
                directory,
                kept,
                itsService,
                target,
                limits,
                config,
                saved,
                administration,
                check,
                announcement,
                onFailure,
                dryRun,
                cluster);
    }

    /**
     * The same places, limits and tools for another installation of this host, which is only looked at, backed up,
     * stopped and started.
     */
    public UpgradeOptions elsewhere(Path directory, Service itsService) {
        return elsewhere(directory, itsService, true);
    }

    /**
     * The same.
     *
     * @param stop whether a backup stops the server
     */
    public UpgradeOptions elsewhere(Path directory, Service itsService, boolean stop) {
        return new UpgradeOptions(
                directory,
                places,
                itsService,
                Target.NONE,
                limits,
                Config.USUAL,
                new Backup(
                        DatabaseSaving.DUMP,
                        DatabaseCommand.NONE,
                        false,
                        stop,
                        backup.toolsDirectory(),
                        backup.jobs(),
                        backup.keep(),
                        null,
                        null,
                        FileSaving.COPIED,
                        false),
                Optional.empty(),
                check,
                Announcement.NONE,
                onFailure,
                dryRun);
    }

    /**
     * Where things are kept.
     *
     * @param state the directory that holds a directory of state for each installation
     * @param backups the directory that holds a directory of backups for each installation
     * @param cache the directory of downloaded archives
     * @param reports the directory of the reports of runs; null for {@code reports} in the installation's state
     * @param elsewhere where complete backups are handed over to; null for nowhere
     */
    public record Places(Path state, Path backups, Path cache, Path reports, Elsewhere elsewhere) {
        /** Reports are kept with the installation's state, and backups nowhere else. */
        public Places(Path state, Path backups, Path cache) {
            this(state, backups, cache, null, null);
        }

        /** The same with a place that complete backups are handed over to. */
        public Places handingOverTo(Elsewhere place) {
            return new Places(state, backups, cache, reports, place);
        }

        private Places with(Optional<Elsewhere.Login> login) {
            return elsewhere == null ? this : handingOverTo(elsewhere.with(login));
        }
    }

    /**
     * How the server is started and stopped.
     *
     * @param kind {@code auto}, {@code systemd}, {@code upstart}, {@code sysv}, {@code command} or {@code process}
     * @param name the name of the service; null to find it out
     * @param startCommand for the kind {@code command}; else null
     * @param stopCommand for the kind {@code command}; else null
     * @param statusCommand for the kind {@code command}; null to look at the processes
     * @param environmentFile variables of the server for the kinds {@code command} and {@code process}, a
     *     {@code NAME=value} a line; null for none
     */
    public record Service(
            String kind,
            String name,
            String startCommand,
            String stopCommand,
            String statusCommand,
            Path environmentFile) {}

    /**
     * Where to go.
     *
     * @param version a version, a minor release, {@code latest}, {@code latest-esr} or {@code next}; null when the
     *     archive tells
     * @param edition the edition; null for the installed one
     * @param archive a release archive, or a directory of them: a path or a URL; null to download it
     * @param archiveUrl a template with {@code {version}}, {@code {edition}} and {@code {arch}}; null for the vendor's
     * @param sha256 the checksum that the archive must have; null for the catalogue's
     * @param signingKey a public key that a signature beside the archive is checked with; null for none
     * @param catalogue a file or URL that replaces or extends the catalogue; null for none
     * @param path {@code auto}, {@code every-release}, {@code esr} or {@code direct}
     * @param changelog a file, a directory or URLs with the notes to read; null for the vendor's
     * @param acknowledge the releases whose notes were read; null for none
     * @param primaryTeam the name of the primary team, which only the step to 3.0 asks for; null for none
     * @param offline whether nothing may be fetched
     * @param network how the network is reached
     */
    public record Target(
            String version,
            Edition edition,
            String archive,
            String archiveUrl,
            String sha256,
            Path signingKey,
            String catalogue,
            String path,
            String changelog,
            String acknowledge,
            String primaryTeam,
            boolean offline,
            @JsonIgnore Network network) {

        /** No network stands for a direct one. */
        public Target {
            network = network == null ? Network.DIRECT : network;
        }

        /** Nowhere. */
        public static final Target NONE = knowing(null, false, Network.DIRECT);

        /** Nowhere, but with a catalogue of the releases that there are. */
        public static Target knowing(String catalogue, boolean offline, Network network) {
            return new Target(
                    null, null, null, null, null, null, catalogue, "auto", null, null, null, offline, network);
        }

        /** The same target with another version. */
        public Target withVersion(String other) {
            return new Target(
                    other,
                    edition,
                    archive,
                    archiveUrl,
                    sha256,
                    signingKey,
                    catalogue,
                    path,
                    changelog,
                    acknowledge,
                    primaryTeam,
                    offline,
                    network);
        }

        /** The same target, with the notes of every release taken as read. */
        public Target withNotesRead() {
            return with(archive, signingKey, catalogue, changelog, "all", network);
        }

        /** The same target with another archive, or directory of archives. */
        public Target withArchive(String other) {
            return with(other, signingKey, catalogue, changelog, acknowledge, network);
        }

        /**
         * The same target with its files in other places.
         *
         * @param key the public key
         * @param known the catalogue
         * @param notes the changelogs
         */
        public Target withFiles(Path key, String known, String notes) {
            return with(archive, key, known, notes, acknowledge, network);
        }

        private Target over(Network other) {
            return with(archive, signingKey, catalogue, changelog, acknowledge, other);
        }

        private Target with(String file, Path key, String known, String notes, String read, Network over) {
            return new Target(
                    version,
                    edition,
                    file,
                    archiveUrl,
                    sha256,
                    key,
                    known,
                    path,
                    notes,
                    read,
                    primaryTeam,
                    offline,
                    over);
        }
    }

    /**
     * How the network is reached. Shows no secret.
     *
     * @param proxies the proxies of the settings
     * @param mirror the credentials for the mirror that the target names; empty when it needs none
     */
    public record Network(List<DownloadProxy> proxies, Optional<DownloadCredentials> mirror) {
        /** No proxy, no credentials. */
        public static final Network DIRECT = new Network(List.of(), Optional.empty());

        /** Copies the list. */
        public Network {
            proxies = List.copyOf(proxies);
        }
    }

    /**
     * How long things may take.
     *
     * @param stop from the order to stop until the process is gone and the port is free
     * @param start from the last sign of progress until the new server answers
     * @param watch how long the new server's health is watched
     */
    public record Limits(Duration stop, Duration start, Duration watch) {}

    /**
     * How the configuration is merged.
     *
     * @param mode {@code auto}, {@code minimal} or {@code fill}
     * @param overlays JSON merge patches, applied in order, each at the hops that it is for
     * @param dropUnknown whether settings that the new release does not know are dropped
     * @param adoptDefaults whether a default that changed upstream is adopted where the old default was in use
     */
    public record Config(String mode, List<Overlay> overlays, boolean dropUnknown, boolean adoptDefaults) {
        /** The defaults. */
        public static final Config USUAL = new Config("auto", List.of(), false, false);

        /** Copies the list. */
        public Config {
            overlays = List.copyOf(overlays);
        }

        /** The same with other overlays. */
        public Config with(List<Overlay> others) {
            return new Config(mode, others, dropUnknown, adoptDefaults);
        }
    }

    /**
     * What is saved, and how.
     *
     * @param database how the database is saved
     * @param command the organisation's own command, for the kind {@code command}
     * @param onlineDump whether the running database is dumped ahead of the stop
     * @param stop whether a backup on its own stops the server
     * @param toolsDirectory where {@code pg_dump} and its like are; null to search for them
     * @param jobs how many tables are dumped or restored at once, from 1
     * @param keep how many complete backups are kept, from 1
     * @param keepFrozen how long a frozen copy of the database is kept
     * @param maxDowntime the longest downtime that is accepted in the forecast; null for any
     * @param files how the file store is saved
     * @param sharedServer whether a base backup may hold the other databases of the server, too
     */
    public record Backup(
            DatabaseSaving database,
            DatabaseCommand command,
            boolean onlineDump,
            boolean stop,
            Path toolsDirectory,
            int jobs,
            int keep,
            Duration keepFrozen,
            Duration maxDowntime,
            FileSaving files,
            boolean sharedServer) {

        /** The same without the database and the shared files, which another node of the cluster saves. */
        public Backup ofNodeAlone() {
            return saving(DatabaseSaving.NONE, FileSaving.NOT_AT_ALL);
        }

        /** The same without a stop of the server. */
        public Backup ofRunningServer() {
            return new Backup(
                    database,
                    command,
                    onlineDump,
                    false,
                    toolsDirectory,
                    jobs,
                    keep,
                    keepFrozen,
                    maxDowntime,
                    files,
                    sharedServer);
        }

        private Backup saving(DatabaseSaving way, FileSaving store) {
            return new Backup(
                    way,
                    DatabaseCommand.NONE,
                    false,
                    stop,
                    toolsDirectory,
                    jobs,
                    keep,
                    keepFrozen,
                    maxDowntime,
                    store,
                    sharedServer);
        }

        /** The defaults. */
        public static Backup usual(Path toolsDirectory, int jobs) {
            return new Backup(
                    DatabaseSaving.AUTO,
                    DatabaseCommand.NONE,
                    true,
                    false,
                    toolsDirectory,
                    jobs,
                    3,
                    Duration.ofHours(24),
                    null,
                    FileSaving.COPIED,
                    false);
        }
    }

    /**
     * What must hold afterwards.
     *
     * @param siteUrl the public URL; null for the configured one
     * @param team a team whose page must answer; null for one from the database
     */
    public record Check(URI siteUrl, String team) {}

    /**
     * What users are told.
     *
     * @param text what is posted before the stop; null for a default
     * @param page whether a page answers on the server's port while it is down
     * @param webhook the incoming webhook; empty when none is configured
     */
    public record Announcement(
            String text, boolean page, @JsonIgnore Optional<URI> webhook) {
        /** No webhook stands for none. */
        public Announcement {
            webhook = webhook == null ? Optional.empty() : webhook;
        }

        /** Nothing is announced. */
        public static final Announcement NONE = new Announcement(null, false, Optional.empty());

        private Announcement by(Optional<URI> url) {
            return new Announcement(text, page, url);
        }

        @Override
        public String toString() {
            return "Announcement[" + (webhook.isPresent() ? "webhook ***" : "no webhook") + "]";
        }
    }
}
