package io.github.mmupgrade.saving.method;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.BtrfsMount;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestCluster;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The scripts of {@code examples}, as they are, with the real things. */
public class DatabaseExamplesTest {

    private static final Pattern MOMENTS = Pattern.compile("commandMoments=(\\S+)");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path root;

    @Before
    public void letTheDatabaseServerIn() throws Exception {
        root = folder.getRoot().toPath().toRealPath();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A script with the moments that it says it knows. */
    private static DatabaseCommand command(String variables, String script, String arguments) throws Exception {
        Path file = Path.of("examples", script).toAbsolutePath();
        Matcher moments = MOMENTS.matcher(Files.readString(file));
        assertTrue(moments.find());
        Set<Moment> known = Arrays.stream(moments.group(1).split(","))
                .map(moment -> Moment.valueOf(moment.replace('-', '_').toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        return new DatabaseCommand(
                variables + " " + file + " " + arguments, known, Duration.ofSeconds(60), Duration.ofSeconds(120), null);
    }

    private static String variable(String name, List<String> command) {
        return name + "='" + String.join(" ", command) + "' ";
    }

    /** Upgrades, goes back, and upgrades again; the answer of the server in between is that of the old one. */
    private static void upgradeAndGoBack(Scene scene) throws Exception {
        OldState old = OldState.of(scene, "5.25.7");
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    private static List<String> names(Path directory, String start) throws Exception {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(start))
                    .sorted()
                    .toList();
        }
    }

    @Test
    @Category(Slow.class)
    public void aSnapshotOfBtrfsIsAWayBack() throws Exception {
        try (BtrfsMount mount = new BtrfsMount(root.resolve("disk"))) {
            Path data = mount.directory().resolve("data");
            TestCluster.run(List.of("btrfs", "-q", "subvolume", "create", data.toString()));
            TestCluster.run(List.of(
                    "chown", "postgres:", data.toString(), mount.directory().toString()));
            try (TestCluster cluster = TestCluster.make(data);
                    Scene scene = new Scene(
                                    Files.createDirectory(root.resolve("scene")),
                                    "5.25.7",
                                    cluster.createDatabase("chat"))
                            .to("5.37.10")) {
                scene.databaseBackup = DatabaseSaving.COMMAND;
                scene.databaseCommand = command(
                        variable("START", cluster.startCommand()) + variable("STOP", cluster.stopCommand()),
                        "database-by-btrfs",
                        data.toString());
                upgradeAndGoBack(scene);
                List<String> left = names(mount.directory(), "data");
                assertEquals(left.toString(), 3, left.size());
                // the next upgrade removes what the one before it has left, and not its own
                scene.goals().upgrade();
                left = names(mount.directory(), "data");
                assertEquals(left.toString(), 2, left.size());
                scene.goals().pruneBackups(1, null, Duration.ZERO);
                assertEquals(List.of("data"), names(mount.directory(), "data"));
                assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void aStandbyIsAWayBack() throws Exception {
        Path place = Files.createDirectory(root.resolve("clusters"));
        TestCluster.run(List.of("chown", "postgres:", place.toString()));
        Path main = place.resolve("main");
        try (TestCluster cluster = TestCluster.make(main);
                Scene scene = new Scene(
                                Files.createDirectory(root.resolve("scene")), "5.25.7", cluster.createDatabase("chat"))
                        .to("5.37.10");
                TestCluster standby = cluster.standby(place.resolve("standby"))) {
            scene.databaseBackup = DatabaseSaving.COMMAND;
            scene.databaseCommand = command(
                    variable("START", cluster.startCommand())
                            + variable("STOP", cluster.stopCommand())
                            + variable("STANDBY_START", standby.startCommand())
                            + variable("STANDBY_STOP", standby.stopCommand())
                            + "BIN=" + standby.startCommand().get(4).replaceFirst("/pg_ctl$", ""),
                    "database-by-standby",
                    main + " " + standby.data() + " " + standby.port());
            upgradeAndGoBack(scene);
            assertFalse(Files.exists(main));
            assertEquals(1, names(place, "main.").size());
            // the standby is used up, and preflight says so
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            String said = e.getMessage() + scene.said.text();
            assertTrue(said, said.contains("is not a standby; make a new one"));
            scene.goals().pruneBackups(1, null, Duration.ZERO);
            assertEquals(List.of(), names(place, "main."));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aStandbyThatWasNotNeededFollowsAgain() throws Exception {
        Path place = Files.createDirectory(root.resolve("clusters"));
        TestCluster.run(List.of("chown", "postgres:", place.toString()));
        Path main = place.resolve("main");
        try (TestCluster cluster = TestCluster.make(main);
                Scene scene = new Scene(
                                Files.createDirectory(root.resolve("scene")), "5.25.7", cluster.createDatabase("chat"))
                        .to("5.37.10");
                TestCluster standby = cluster.standby(place.resolve("standby"))) {
            scene.databaseBackup = DatabaseSaving.COMMAND;
            scene.databaseCommand = command(
                    variable("START", cluster.startCommand())
                            + variable("STOP", cluster.stopCommand())
                            + variable("STANDBY_START", standby.startCommand())
                            + variable("STANDBY_STOP", standby.stopCommand()),
                    "database-by-standby",
                    main + " " + standby.data() + " " + standby.port());
            scene.goals().upgrade();
            assertTrue(Files.exists(standby.data().resolve("frozen")));
            scene.goals().pruneBackups(1, null, Duration.ZERO);
            String lag = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
            String streaming = "";
            for (int i = 0; i < 100 && !streaming.strip().equals("1"); i++) {
                streaming = TestCluster.run(List.of(
                        "psql", "-XAtq", "-h", "127.0.0.1", "-p", cluster.port() + "", "-U", "postgres", "-c", lag));
                Thread.sleep(100);
            }
            assertEquals("1", streaming.strip());
        }
    }
}
