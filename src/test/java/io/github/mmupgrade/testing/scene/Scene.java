package io.github.mmupgrade.testing.scene;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.standin.Md5Postgres;
import io.github.mmupgrade.testing.standin.SampleData;
import io.github.mmupgrade.testing.standin.StandInArchives;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
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
public final class Scene implements AutoCloseable {

    public final StandInInstallation server;
    public final TestDatabase database;
    public final RecordingReporter said = new RecordingReporter();
    public final SampleData sample;
    public final Path root;

    public Path installDirectory;
    public Path backups;
    public String service = "process";
    public String serviceName;
    public String startCommand;
    public String stopCommand;
    public Path environmentFile;
    public String archive;
    public String sha256;
    public String catalogue;
    public String path = "auto";
    public String changelog;
    public String acknowledge = "all";
    public String primaryTeam;
    public String targetVersion;
    Edition edition;
    public DatabaseSaving databaseBackup = DatabaseSaving.AUTO;
    public DatabaseCommand databaseCommand = DatabaseCommand.NONE;
    public FileSaving files = FileSaving.COPIED;
    public int keep = 3;
    public Duration maxDowntime;
    public boolean sharedServer;
    public OnFailure onFailure = OnFailure.ROLLBACK;
    public boolean dryRun;
    public boolean offline = true;
    public Duration watch = Duration.ofMillis(200);
    public Duration start = Duration.ofSeconds(20);
    public Duration stop = Duration.ofSeconds(30);
    public Path tools;
    public DataSource administration;
    public String configMode = "auto";
    public List<Overlay> overlays = List.of();
    public boolean dropUnknown;
    public boolean adoptDefaults;
    public boolean maintenancePage;
    public URI webhook;
    public Elsewhere elsewhere;

    public Scene(Path folder, String version) throws IOException {
        this(folder, version, true);
    }

    public Scene(Path folder, String version, boolean createdb) throws IOException {
        this(folder, version, postgres(version).createDatabase("scene", createdb));
    }

    public Scene(Path folder, String version, TestDatabase database) throws IOException {
        this(folder, version, database, null);
    }

    /** A scene whose server belongs to a user and runs as it; it has to get to the folder. */
    public Scene(Path folder, String version, TestDatabase database, Owner owner) throws IOException {
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

    public static Path archiveOf(String version) {
        return StandInArchives.build(Version.parse(version), Edition.TEAM);
    }

    public Scene to(String version) {
        archive = archiveOf(version).toString();
        sha256 = sumOf(archiveOf(version));
        return this;
    }

    public Scene to(String version, Edition wanted) {
        Path built = StandInArchives.build(Version.parse(version), wanted);
        archive = built.toString();
        sha256 = sumOf(built);
        edition = wanted;
        return this;
    }

    /** A path: the stand-in's archives in a directory, and a catalogue that knows their sums instead of the vendor's. */
    public Scene along(String... versions) throws IOException {
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
    public static String sumOf(Path archive) {
        try {
            return Digests.sha256(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public UpgradeOptions options() {
        return new UpgradeOptions(
                installDirectory == null ? server.directory() : installDirectory,
                new UpgradeOptions.Places(root.resolve("state"), backups, root.resolve("cache"))
                        .handingOverTo(elsewhere),
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
                        offline,
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
                        files,
                        sharedServer),
                Optional.ofNullable(administration),
                new UpgradeOptions.Check(null, null),
                new UpgradeOptions.Announcement(null, maintenancePage, Optional.ofNullable(webhook)),
                onFailure,
                dryRun);
    }

    /** The options of a scene that is prepared already, for a process of its own. */
    public static UpgradeOptions options(
            Path root,
            Path installation,
            String archive,
            Duration watch,
            DatabaseSaving databaseBackup,
            boolean maintenancePage) {
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
                        OwnCommand.isIn(root) ? DatabaseSaving.COMMAND : databaseBackup,
                        OwnCommand.of(root),
                        true,
                        false,
                        null,
                        2,
                        3,
                        Duration.ofHours(24),
                        null,
                        FileSaving.COPIED,
                        true),
                Optional.empty(),
                new UpgradeOptions.Check(null, null),
                new UpgradeOptions.Announcement(null, maintenancePage, Optional.empty()),
                OnFailure.ROLLBACK,
                false);
    }

    /** What the goal status says, without its level. */
    public String status() {
        RecordingReporter own = new RecordingReporter();
        new Goals(options(), new LocalHost(), own, Clock.systemUTC()).status();
        return own.text().replaceAll("(?m)^info ", "");
    }

    public Goals goals() {
        return new Goals(options(), new LocalHost(), said, Clock.systemUTC());
    }

    public GoalContext place() {
        return GoalContext.open(options(), new LocalHost(), said, Clock.systemUTC());
    }

    /** The build number that answers; null when nothing does. */
    public String answers() {
        String header = server.answeredVersion();
        return header;
    }

    /** Every row of the tables that a person would miss, as text. */
    public Map<String, String> contents() throws SQLException {
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

    public String schema() throws SQLException {
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
        end(server);
    }

    /** Ends what runs in an installation, also a server that a goal has started. */
    public static void end(StandInInstallation server) {
        for (RunningServer running : RunningServer.find(new LocalHost(), server.directory())) {
            ProcessHandle.of(running.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        server.close();
    }
}
