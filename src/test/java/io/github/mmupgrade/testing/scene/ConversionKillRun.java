package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.transfer.SameRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Kills moves from MariaDB to PostgreSQL one after the other, of one installation, and their rollbacks. */
public final class ConversionKillRun extends FaultRun {

    public static final String RELEASE = "10.11.22";

    private final Scene scene;
    private final TestDatabase target = TestPostgres.shared().createDatabase("target", false);
    private final String configuration;
    private final Map<String, List<String>> rows;

    private ConversionKillRun(Scene scene) throws Exception {
        // what a started server writes about itself is newer than the stop
        super(scene, scene.root.resolve("killed.log"), true);
        this.scene = scene;
        configuration = Files.readString(scene.server.configFile());
        rows = rowsOfMySql();
    }

    /** The options of a process of its own. */
    static ConversionOptions options(String target) {
        return new ConversionOptions(
                Optional.of(DataSource.parse(target)), List.of(), ConversionOptions.OnBadValue.REFUSE, 2);
    }

    private Map<String, List<String>> rowsOfMySql() throws Exception {
        Map<String, List<String>> all = TableContents.of(scene.database, scene.database.name());
        // what a server writes that runs: it is started again each time
        all.keySet().removeAll(List.of("Sessions", "Jobs", "ClusterDiscovery", "Systems"));
        return all;
    }

    /** A conversion and a rollback that nobody disturbs; the numbers of their events. */
    public int[] undisturbed() throws Exception {
        int before = events();
        scene.goals().convertDatabase(options(target.dataSource()));
        assertNew();
        int converted = events() - before;
        scene.goals().rollback(null, true);
        int rolledBack = events() - before - converted;
        assertOld();
        return new int[] {converted, rolledBack};
    }

    /**
     * Kills a conversion behind an event, and ends it.
     *
     * @param torn whether the event itself is lost again
     * @param again whether it is brought to its end before it is rolled back
     */
    public void conversion(int event, boolean torn, boolean again) {
        ended("conversion " + event + (torn ? " torn" : "") + (again ? ", again" : ", back"), () -> {
            assertEquals(log(), UpgradeProcess.KILLED, call("convert-database", target.dataSource(), event));
            if (torn) {
                tearLastEvent();
            }
            if (again) {
                scene.goals().convertDatabase(options(target.dataSource()));
                assertNew();
            }
        });
    }

    /** Kills a conversion after some time, and ends it. */
    public void moment(long milliseconds, boolean again) {
        ended("conversion after " + milliseconds + " ms" + (again ? ", again" : ", back"), () -> {
            Process process = start("convert-database", target.dataSource(), 0);
            if (!process.waitFor(milliseconds, TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            if (again && scene.place().openRun().isPresent()) {
                scene.goals().convertDatabase(options(target.dataSource()));
                assertNew();
            }
        });
    }

    /** Kills the rollback of a conversion that went well behind an event, and calls it again. */
    public void rollback(int event, boolean torn) {
        ended("rollback " + event + (torn ? " torn" : ""), () -> {
            scene.goals().convertDatabase(options(target.dataSource()));
            assertEquals(log(), UpgradeProcess.KILLED, call("rollback", target.dataSource(), event));
            if (torn) {
                tearLastEvent();
            }
        });
    }

    private void assertNew() throws Exception {
        assertTrue(String.valueOf(scene.answers()).contains(RELEASE));
        assertTrue(Files.readString(scene.server.configFile()).contains("postgres://"));
        Map<String, List<String>> there = TableContents.of(target, target.name());
        for (Map.Entry<String, List<String>> table : rows.entrySet()) {
            List<String> copied = there.get("public." + table.getKey().toLowerCase(Locale.ROOT));
            if (!table.getKey().startsWith("db_")
                    && !table.getKey().toLowerCase(Locale.ROOT).contains("configuration")) {
                assertEquals(table.getKey(), table.getValue().size(), copied.size());
            }
        }
        requireSameRows(scene.database, target);
    }

    /** The tables that a server does not write to when it starts, row by row. */
    static void requireSameRows(TestDatabase mariaDb, TestDatabase postgres) throws Exception {
        try (SameRows same = new SameRows(mariaDb, postgres)) {
            for (String table : List.of("Posts", "Users", "Channels", "FileInfo")) {
                same.require(table, table, table.toLowerCase(Locale.ROOT), "");
            }
        }
    }

    @Override
    void assertOld() throws Exception {
        assertTrue(String.valueOf(scene.answers()).contains(RELEASE));
        assertEquals(configuration, Files.readString(scene.server.configFile()));
        assertEquals(rows, rowsOfMySql());
        try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            String copies = "mattermost-rehearsal-schema-"
                    + scene.place().installation().stateName();
            assertEquals(
                    List.of(),
                    left.filter(path -> path.getFileName().toString().startsWith(copies))
                            .toList());
        }
        target.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
    }

    @Override
    public void close() {
        scene.close();
    }

    /**
     * All faults; ends with status 1 when one was not survived.
     *
     * @param arguments a directory for the scene, every how many-th event, how many random moments
     */
    public static void main(String[] arguments) throws Exception {
        List<String> losses;
        String summary;
        try (ConversionKillRun run = new ConversionKillRun(new Scene(
                Files.createDirectories(Path.of(arguments[0])),
                RELEASE,
                TestMariaDb.shared().createDatabase("convert", false)))) {
            int stride = Integer.parseInt(arguments[1]);
            int[] events = run.undisturbed();
            System.out.println("A conversion has " + events[0] + " events, its rollback " + events[1]);
            for (int event = 1; event < events[0]; event += stride) {
                run.conversion(event, false, true);
                run.conversion(event, true, false);
                System.out.println(run);
            }
            for (int event = 1; event <= events[1]; event += stride) {
                run.rollback(event, event % 2 == 0);
                System.out.println(run);
            }
            Random random = new Random(1);
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                run.moment(500 + random.nextInt(12_000), i % 2 == 0);
                System.out.println(run);
            }
            losses = run.losses();
            summary = run.summary();
        }
        losses.forEach(System.out::println);
        System.out.println(summary);
        // not before the servers are ended
        System.exit(losses.isEmpty() ? 0 : 1);
    }
}
