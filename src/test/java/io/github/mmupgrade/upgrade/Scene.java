package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.database.DataSource;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.service.RunningServer;
import io.github.mmupgrade.standin.Md5Postgres;
import io.github.mmupgrade.standin.SampleData;
import io.github.mmupgrade.standin.StandInArchives;
import io.github.mmupgrade.standin.StandInInstallation;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A running installation with data, and the goals for it. */
final class Scene implements AutoCloseable {

    final StandInInstallation server;
    final TestDatabase database;
    final RecordingReporter said = new RecordingReporter();
    final SampleData sample;
    final Path root;

    Path installDirectory;
    Path backups;
    String service = "process";
    String serviceName;
    String startCommand;
    String stopCommand;
    Path environmentFile;
    String archive;
    String sha256;
    String catalogue;
    String path = "auto";
    String changelog;
    String acknowledge = "all";
    String primaryTeam;
    String targetVersion;
    Edition edition;
    DatabaseSaving databaseBackup = DatabaseSaving.AUTO;
    String databaseCommand;
    FileSaving files = FileSaving.COPIED;
    int keep = 3;
    Duration maxDowntime;
    OnFailure onFailure = OnFailure.ROLLBACK;
    boolean dryRun;
    Duration watch = Duration.ofMillis(200);
    Duration start = Duration.ofSeconds(20);
    Duration stop = Duration.ofSeconds(30);
    Path tools;
    DataSource administration;
    String configMode = "auto";
    List<Overlay> overlays = List.of();
    boolean dropUnknown;
    boolean adoptDefaults;

    Scene(Path folder, String version) throws IOException {
        this(folder, version, true);
    }

    Scene(Path folder, String version, boolean createdb) throws IOException {
        this(folder, version, postgres(version).createDatabase("scene", createdb));
    }

    Scene(Path folder, String version, TestDatabase database) throws IOException {
        this(folder, version, database, null);
    }

    /** A scene whose server belongs to a user and runs as it; it has to get to the folder. */
    Scene(Path folder, String version, TestDatabase database, Owner owner) throws IOException {
        root = folder.toRealPath();
        backups = root.resolve("backups");
        this.database = database;
        server = StandInInstallation.create(archiveOf(version), root.resolve("opt/mattermost"), database, owner);
        server.file("certificates/site.pem", "mine");
        server.file("client/branding/logo.txt", "mine");
        server.start();
        sample = server.seed();
    }

    private static TestPostgres postgres(String version) {
        // the drivers of those days know no SCRAM
        return Version.parse(version).below(Version.of(5, 0, 0)) ? Md5Postgres.shared() : TestPostgres.shared();
    }

    static Path archiveOf(String version) {
        return StandInArchives.build(Version.parse(version), Edition.TEAM);
    }

    Scene to(String version) {
        archive = archiveOf(version).toString();
        sha256 = sumOf(archiveOf(version));
        return this;
    }

    Scene to(String version, Edition wanted) {
        Path built = StandInArchives.build(Version.parse(version), wanted);
        archive = built.toString();
        sha256 = sumOf(built);
        edition = wanted;
        return this;
    }

    /** A path: the stand-in's archives in a directory, and a catalogue that knows their sums instead of the vendor's. */
    Scene along(String... versions) throws IOException {
        Path directory = Files.createDirectories(root.resolve("archives"));
        ObjectNode known = new ObjectMapper().createObjectNode().put("extends", "built-in");
        ArrayNode releases = known.putArray("releases");
        for (String version : versions) {
            Path built = archiveOf(version);
            Files.copy(built, directory.resolve(built.getFileName()));
            ObjectNode release = releases.addObject().put("version", version);
            release.put(
                    "type",
                    Catalogue.builtIn()
                            .find(Version.parse(version))
                            .orElseThrow()
                            .type()
                            .name()
                            .toLowerCase(Locale.ROOT));
            release.putObject("team").put("sha256", sumOf(built));
        }
        Path file = root.resolve("catalogue.json");
        Files.writeString(file, known.toString());
        catalogue = file.toString();
        archive = directory.toString();
        targetVersion = versions[versions.length - 1];
        return this;
    }

    /** The stand-in's archives are not the vendor's: their own sums vouch for them. */
    static String sumOf(Path archive) {
        try {
            return Digests.sha256(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    UpgradeOptions options() {
        return new UpgradeOptions(
                installDirectory == null ? server.directory() : installDirectory,
                new UpgradeOptions.Places(root.resolve("state"), backups, root.resolve("cache")),
                new UpgradeOptions.Service(service, serviceName, startCommand, stopCommand, null, environmentFile),
                new UpgradeOptions.Target(
                        targetVersion,
                        edition,
                        archive,
                        null,
                        sha256,
                        null,
                        catalogue,
                        path,
                        changelog == null ? root.toString() : changelog,
                        acknowledge,
                        primaryTeam,
                        true,
                        UpgradeOptions.Network.DIRECT),
                new UpgradeOptions.Limits(stop, start, watch),
                new UpgradeOptions.Config(configMode, overlays, dropUnknown, adoptDefaults),
                new UpgradeOptions.Backup(
                        databaseBackup,
                        databaseCommand,
                        true,
                        false,
                        tools,
                        2,
                        keep,
                        Duration.ofHours(24),
                        maxDowntime,
                        files),
                Optional.ofNullable(administration),
                new UpgradeOptions.Check(null, null),
                new UpgradeOptions.Announcement(null, Optional.empty()),
                onFailure,
                dryRun);
    }

    /** The options of a scene that is prepared already, for a process of its own. */
    static UpgradeOptions options(Path root, Path installation, String archive, Duration watch) {
        boolean isArchive = archive != null && Files.isRegularFile(Path.of(archive));
        return new UpgradeOptions(
                installation,
                new UpgradeOptions.Places(root.resolve("state"), root.resolve("backups"), root.resolve("cache")),
                new UpgradeOptions.Service("process", null, null, null, null, null),
                new UpgradeOptions.Target(
                        null,
                        null,
                        isArchive ? archive : null,
                        null,
                        isArchive ? sumOf(Path.of(archive)) : null,
                        null,
                        null,
                        "auto",
                        root.toString(),
                        "all",
                        null,
                        true,
                        UpgradeOptions.Network.DIRECT),
                new UpgradeOptions.Limits(Duration.ofSeconds(30), Duration.ofSeconds(30), watch),
                new UpgradeOptions.Config("auto", List.of(), false, false),
                new UpgradeOptions.Backup(
                        DatabaseSaving.AUTO,
                        null,
                        true,
                        false,
                        null,
                        2,
                        3,
                        Duration.ofHours(24),
                        null,
                        FileSaving.COPIED),
                Optional.empty(),
                new UpgradeOptions.Check(null, null),
                new UpgradeOptions.Announcement(null, Optional.empty()),
                OnFailure.ROLLBACK,
                false);
    }

    Goals goals() {
        return new Goals(options(), new LocalHost(), said, Clock.systemUTC());
    }

    Workplace place() {
        return Workplace.open(options(), new LocalHost(), said, Clock.systemUTC());
    }

    /** The build number that answers; null when nothing does. */
    String answers() {
        String header = server.answeredVersion();
        return header;
    }

    /** Every row of the tables that a person would miss, as text. */
    Map<String, String> contents() throws SQLException {
        Map<String, String> found = new TreeMap<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String table : List.of("users", "teams", "channels", "posts")) {
                StringBuilder rows = new StringBuilder();
                try (ResultSet all = statement.executeQuery("select id from " + table(table) + " order by id")) {
                    while (all.next()) {
                        rows.append(all.getString(1)).append('\n');
                    }
                }
                found.put(table, rows.toString());
            }
            try (ResultSet all = statement.executeQuery("select id, message from " + table("posts") + " order by id")) {
                StringBuilder rows = new StringBuilder();
                while (all.next()) {
                    rows.append(all.getString(1))
                            .append(' ')
                            .append(all.getString(2))
                            .append('\n');
                }
                found.put("messages", rows.toString());
            }
        }
        return found;
    }

    /** On MySQL the names of tables are what they were made with. */
    private String table(String name) {
        return database.driver().equals("postgres") ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    String schema() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select value from " + table("systems") + " where name = 'Version'")) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public void close() {
        for (RunningServer running : RunningServer.find(new LocalHost(), server.directory())) {
            ProcessHandle.of(running.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        server.close();
    }
}
