package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Two running installations, each with a database, a role, a port, a directory and data of its own. */
public final class MigrationScene implements AutoCloseable {

    public static final String RELEASE = "5.37.10";

    public final Scene source;
    public final Scene destination;
    public String given;
    public boolean keepSourceRunning;
    public boolean leaveSourceStopped;
    public boolean allowOlder;
    public List<String> keep = List.of();
    public ConversionOptions conversion = ConversionOptions.usual(2);

    private MigrationScene(Scene source, Scene destination) throws Exception {
        this.source = source;
        this.destination = destination;
        this.given = source.server.directory().toString();
        furnish(source, "source");
        furnish(destination, "destination");
        source.server.file("config/site.crt", "certificate of the source");
        source.server.file("plugins/com.example.source/plugin.json", "{}");
        source.server.set(
                "ServiceSettings.TLSCertFile",
                source.server.directory().resolve("config/site.crt").toString());
        source.server.set("SqlSettings.DataSourceReplicas", List.of(source.database.dataSource()));
    }

    public static MigrationScene postgres(Path folder) throws Exception {
        return between(folder, RELEASE, RELEASE, true);
    }

    public static MigrationScene between(Path folder, String from, String to, boolean createdb) throws Exception {
        return of(
                folder,
                from,
                TestPostgres.shared().createDatabase("source", true),
                to,
                TestPostgres.shared().createDatabase("destination", createdb));
    }

    public static MigrationScene mariaDb(Path folder, boolean createdb) throws Exception {
        return of(
                folder,
                RELEASE,
                TestMariaDb.shared().createDatabase("source", true),
                RELEASE,
                TestMariaDb.shared().createDatabase("destination", createdb));
    }

    /** From MariaDB to PostgreSQL. */
    public static MigrationScene toPostgres(Path folder, boolean createdb) throws Exception {
        return of(
                folder,
                RELEASE,
                TestMariaDb.shared().createDatabase("source", true),
                RELEASE,
                TestPostgres.shared().createDatabase("destination", createdb));
    }

    /** From PostgreSQL to MariaDB, which is not possible. */
    public static MigrationScene betweenKinds(Path folder) throws Exception {
        return of(
                folder,
                RELEASE,
                TestPostgres.shared().createDatabase("source", true),
                RELEASE,
                TestMariaDb.shared().createDatabase("destination", true));
    }

    private static MigrationScene of(
            Path folder, String from, TestDatabase sources, String to, TestDatabase destinations) throws Exception {
        Scene source = scene(folder.resolve("there"), from, sources);
        return closing(source, () -> new MigrationScene(source, scene(folder.resolve("here"), to, destinations)));
    }

    private interface Making {
        MigrationScene make() throws Exception;
    }

    private static MigrationScene closing(Scene source, Making making) throws Exception {
        try {
            return making.make();
        } catch (Exception | AssertionError e) {
            source.close();
            throw e;
        }
    }

    private static Scene scene(Path folder, String version, TestDatabase database) throws IOException {
        return new Scene(Files.createDirectories(folder), version, database);
    }

    private static void furnish(Scene scene, String name) throws Exception {
        scene.server.file("data/of-the-" + name + ".txt", "file of the " + name);
        scene.server.file("data/in-both.txt", "file of the " + name);
        scene.server.set("TeamSettings.SiteName", "The " + name);
        boolean postgres = scene.database.driver().equals("postgres");
        scene.database.execute(
                postgres
                        ? "UPDATE posts SET message = message || ' of the " + name + "'"
                        : "UPDATE Posts SET Message = CONCAT(Message, ' of the " + name + "')");
    }

    public MigrationOptions options() {
        return new MigrationOptions(
                given,
                new UpgradeOptions.Service("process", null, null, null, null, null),
                keepSourceRunning,
                leaveSourceStopped,
                allowOlder,
                keep,
                conversion);
    }

    /** What a process of its own is asked for: a move for good. */
    public static MigrationOptions forGood(String source) {
        return new MigrationOptions(
                source,
                new UpgradeOptions.Service("process", null, null, null, null, null),
                false,
                true,
                false,
                List.of(),
                ConversionOptions.usual(2));
    }

    public void migrate() {
        destination.goals().migrate(options());
    }

    /** A backup of the source, as if it were brought from another machine: nothing here but its directory. */
    public Path backupOfTheSource() {
        source.goals().stop();
        source.goals().backup();
        source.goals().start();
        return new Backups(source.place())
                .directory()
                .latestComplete()
                .orElseThrow()
                .root();
    }

    public String said() {
        return destination.said.text();
    }

    /**
     * An installation as nothing may have changed it.
     *
     * @param tree its files with their checksums, but for its logs
     * @param rows the rows of all tables
     */
    public record State(Map<String, String> tree, Map<String, List<String>> rows, Map<String, String> contents) {

        public static State of(Scene scene) throws Exception {
            return new State(
                    MigrationScene.tree(scene.server.directory()),
                    TableContents.of(scene.database, scene.database.name()),
                    scene.contents());
        }

        public void assertStill(Scene scene) throws Exception {
            State now = of(scene);
            assertEquals(tree, now.tree);
            assertEquals(contents, now.contents);
            assertEquals(rows, now.rows);
        }
    }

    static Map<String, String> tree(Path root) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                String name = root.relativize(path).toString();
                if (!name.startsWith("logs") && !name.contains(".since-")) {
                    found.put(
                            name,
                            Files.isSymbolicLink(path)
                                    ? Files.readSymbolicLink(path).toString()
                                    : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? "" : Digests.sha256(path));
                }
            }
        }
        return found;
    }

    /** That the destination runs, with the files of the source. */
    public void assertRunsWithTheSourcesFiles() throws IOException {
        assertTrue(said(), String.valueOf(destination.answers()).contains(RELEASE));
        Path here = destination.server.directory();
        assertEquals("file of the source", Files.readString(here.resolve("data/of-the-source.txt")));
        assertEquals("file of the source", Files.readString(here.resolve("data/in-both.txt")));
        assertTrue(Files.notExists(here.resolve("data/of-the-destination.txt")));
    }

    /** That the destination runs on what the source had, with its own data source, port and directories. */
    public void assertMigrated(State before) throws Exception {
        assertRunsWithTheSourcesFiles();
        assertEquals(before.contents(), destination.contents());
        Path here = destination.server.directory();
        Consumer<String> same = part -> before.tree().forEach((name, sum) -> {
            if (name.startsWith(part + "/")) {
                try {
                    assertEquals(name, sum, tree(here).get(name));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        same.accept("data");
        same.accept("plugins");
        assertEquals("certificate of the source", Files.readString(here.resolve("config/site.crt")));
        assertEquals(
                destination.database.dataSource(),
                destination.server.setting("SqlSettings.DataSource").asText());
        assertEquals(
                "127.0.0.1:" + destination.server.port(),
                destination.server.setting("ServiceSettings.ListenAddress").asText());
        assertEquals(
                "The source",
                destination.server.setting("TeamSettings.SiteName").asText());
        assertEquals(
                here.resolve("config/site.crt").toString(),
                destination.server.setting("ServiceSettings.TLSCertFile").asText());
        String configuration = Files.readString(destination.server.configFile());
        assertTrue(configuration, !configuration.contains("/" + source.database.name() + "?"));
        assertOwnsItsTables();
        assertTrue(Files.exists(here.resolve("bin")));
        assertTrue(Files.notExists(here.resolve(".bin-of-a-migration")));
    }

    private void assertOwnsItsTables() throws Exception {
        if (destination.database.driver().equals("postgres")) {
            try (Connection connection = destination.database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet others = statement.executeQuery("SELECT tablename FROM pg_tables"
                            + " WHERE schemaname = 'public' AND tableowner <> current_user")) {
                assertFalse(others.next());
            }
        }
    }

    @Override
    public void close() {
        try {
            destination.close();
        } finally {
            source.close();
        }
    }
}
