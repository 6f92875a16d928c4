package io.github.mmupgrade.it;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.standin.Md5Postgres;
import io.github.mmupgrade.testing.standin.StandInArchives;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A sample installation for an integration project: the scripts before and after the build call it. It lives in
 * {@code opt/mattermost} of the project, its database in the PostgreSQL of this JVM.
 */
public final class ItInstallation {

    private static final Map<String, ItInstallation> BY_PROJECT = new ConcurrentHashMap<>();

    private final Path project;
    private final TestDatabase database;
    private final StandInInstallation server;
    private Map<String, Long> rowsBefore = Map.of();
    private String configBefore = "";

    private ItInstallation(Path project, TestDatabase database, StandInInstallation server) {
        this.project = project;
        this.database = database;
        this.server = server;
    }

    /**
     * Makes an installation with data and custom entries, starts its server, and writes {@code test.properties} for the
     * build.
     *
     * @param basedir the project's directory
     * @param from the installed version
     * @param more further properties of the build
     */
    public static ItInstallation prepare(File basedir, String from, Map<String, String> more) {
        try {
            Path project = basedir.toPath().toRealPath();
            // the drivers of those days know no SCRAM
            boolean old = Version.parse(from).below(Version.of(5, 0, 0));
            TestDatabase database = (old ? Md5Postgres.shared() : TestPostgres.shared()).createDatabase("it", true);
            StandInInstallation server = StandInInstallation.create(
                    archive(from),
                    Files.createDirectories(project.resolve("opt")).resolve("mattermost"),
                    database);
            ItInstallation made = new ItInstallation(project, database, server);
            BY_PROJECT.put(project.toString(), made);
            server.file("certificates/site.pem", "a certificate of the administrator's\n");
            server.file("client/branding/logo.txt", "a logo of the administrator's\n");
            server.set("TeamSettings.SiteName", "Ärger & <Söhne>");
            server.start();
            server.seed();
            made.remember();
            Properties properties = new Properties();
            properties.setProperty(
                    "mattermost.installDirectory", server.directory().toString());
            properties.setProperty("mattermost.service", "process");
            properties.setProperty(
                    "mattermost.stateDirectory", project.resolve("state").toString());
            properties.setProperty(
                    "mattermost.backupDirectory", project.resolve("backups").toString());
            properties.setProperty("mattermost.watch", "2");
            properties.setProperty("mattermost.acknowledge", "all");
            properties.setProperty(
                    "mattermost.changelog",
                    Files.createDirectories(project.resolve("changelogs")).toString());
            properties.putAll(OverSsh.properties());
            properties.putAll(more);
            if (more.containsKey("mattermost.archive")) {
                // the stand-in's archives are not the vendor's: their own sums vouch for them
                properties.setProperty("mattermost.sha256", Digests.sha256(Path.of(more.get("mattermost.archive"))));
            }
            try (var out = Files.newBufferedWriter(project.resolve("test.properties"))) {
                properties.store(out, null);
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The installation that {@link #prepare} made for a project. */
    public static ItInstallation of(File basedir) {
        try {
            return BY_PROJECT.get(basedir.toPath().toRealPath().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive of a version. */
    public static Path archive(String version) {
        return StandInArchives.build(Version.parse(version), Edition.TEAM);
    }

    /** Notes rows and configuration as they are now. */
    public void remember() {
        rowsBefore = rows();
        configBefore = config();
    }

    /** The stand-in. */
    public StandInInstallation server() {
        return server;
    }

    /** The database. */
    public TestDatabase database() {
        return database;
    }

    /** The rows as {@link #remember} noted them. */
    public Map<String, Long> rowsBefore() {
        return rowsBefore;
    }

    /** The configuration as {@link #remember} noted it. */
    public String configBefore() {
        return configBefore;
    }

    /** The text of config.json. */
    public String config() {
        return text("config/config.json");
    }

    /** The text of a file of the installation. */
    public String text(String name) {
        try {
            return Files.readString(server.directory().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an entry of the installation is there. */
    public boolean has(String name) {
        return Files.exists(server.directory().resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** The rows of users, teams, channels, posts, and of files where there is a table. */
    public Map<String, Long> rows() {
        Map<String, Long> found = new TreeMap<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String table : new String[] {"users", "teams", "channels", "posts", "fileinfo"}) {
                try (ResultSet exists = statement.executeQuery("select to_regclass('" + table + "') is not null")) {
                    exists.next();
                    if (!exists.getBoolean(1)) {
                        continue;
                    }
                }
                try (ResultSet count = statement.executeQuery("select count(*) from " + table)) {
                    count.next();
                    found.put(table, count.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    /** The schema in the database. */
    public String schema() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select value from systems where name = 'Version'")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the running server says of its version; null when none answers. */
    public String answeredVersion() {
        return server.answeredVersion();
    }

    /** What the build printed. */
    public String log() {
        try {
            return Files.readString(project.resolve("build.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends whatever runs from the installation. */
    public void end() {
        for (RunningServer running : RunningServer.find(new LocalHost(), server.directory())) {
            ProcessHandle.of(running.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        server.close();
        BY_PROJECT.remove(project.toString());
    }
}
