package io.github.mmupgrade.migration;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What prevents a migration is said before anything is stopped. Two servers run through all of it. */
public class MigrationRefusalsTest {

    private static final long NO_DISK_HAS = 8L << 40;

    @ClassRule
    public static final TemporaryFolder folder = new TemporaryFolder();

    private static MigrationScene scene;
    private static State source;
    private static State destination;

    @BeforeClass
    public static void start() throws Exception {
        scene = MigrationScene.postgres(folder.getRoot().toPath());
        source = State.of(scene.source);
        destination = State.of(scene.destination);
    }

    @AfterClass
    public static void end() {
        scene.close();
    }

    @Before
    public void usual() {
        scene.given = scene.source.server.directory().toString();
        scene.keep = List.of();
        scene.allowOlder = false;
        scene.keepSourceRunning = false;
        scene.leaveSourceStopped = false;
        scene.destination.catalogue = null;
        scene.destination.databaseBackup = DatabaseSaving.AUTO;
        scene.destination.dryRun = false;
    }

    @After
    public void nothingWasTouched() throws Exception {
        source.assertStill(scene.source);
        destination.assertStill(scene.destination);
        assertTrue(scene.source.server.isRunning());
        assertTrue(scene.destination.server.isRunning());
        assertEquals(List.of(), Run.all(scene.destination.place().journal()));
        try (Database database = scene.destination.place().server().openDatabase()) {
            assertEquals(List.of(), database.listSiblings());
        }
        assertFalse(Files.exists(scene.destination.backups));
    }

    @Test
    public void noSourceNamesWhatToGive() {
        scene.given = null;
        assertEquals(
                List.of("mattermost.source=/opt/mattermost-old"),
                refused("No source").hint().options());
    }

    @Test
    public void aSourceThatIsNotThere() {
        scene.given = scene.source.root.resolve("nowhere").toString();
        refused("There is no installation at " + scene.given);
    }

    @Test
    public void aNameThatNoBackupHas() {
        scene.given = "20200101T000000Z-5.37.10";
        refused("no complete backup '20200101T000000Z-5.37.10'");
    }

    @Test
    public void theDestinationItself() {
        scene.given = scene.destination.server.directory().toString();
        refused("Source and destination have the same installation");
    }

    @Test
    public void aLinkToTheDestination() throws Exception {
        Path link = Files.createSymbolicLink(scene.source.root.resolve("link"), scene.destination.server.directory());
        scene.given = link.toString();
        refused("Source and destination have the same installation");
        Files.delete(link);
    }

    @Test
    public void oneDatabaseForBoth() throws Exception {
        withSetting("SqlSettings.DataSource", scene.destination.database.dataSource(), () -> {
            String message =
                    refused("Source and destination have the same database").getMessage();
            assertFalse(message, message.contains(scene.destination.database.password()));
        });
    }

    @Test
    public void oneFileStoreForBoth() throws Exception {
        String store = scene.destination.server.directory().resolve("data").toString();
        withSetting("FileSettings.Directory", store, () -> refused("Source and destination have the same file store"));
    }

    private static void withSetting(String name, String value, Runnable test) throws Exception {
        byte[] before = Files.readAllBytes(scene.source.server.configFile());
        scene.source.server.set(name, value);
        try {
            test.run();
        } finally {
            Files.write(scene.source.server.configFile(), before);
        }
    }

    @Test
    public void aDestinationThatDoesNotAnswer() throws Exception {
        byte[] before = Files.readAllBytes(scene.destination.server.configFile());
        scene.destination.server.set("ServiceSettings.ListenAddress", "127.0.0.1:" + FreePorts.next());
        try {
            assertEquals(
                    "start",
                    refused("The destination does not answer on").hint().goal());
        } finally {
            Files.write(scene.destination.server.configFile(), before);
        }
    }

    @Test
    public void aSettingToKeepThatNobodyHas() {
        scene.keep = List.of("TeamSettings.SiteNam");
        String message = refused("TeamSettings.SiteNam").getMessage();
        assertTrue(message, message.contains("TeamSettings.SiteName"));
    }

    @Test
    @Category(Slow.class)
    public void aReleaseThatIsNotTheLatestOfItsLineUnlessAllowed() throws Exception {
        Path catalogue = Files.writeString(
                scene.destination.root.resolve("catalogue.json"),
                "{\"extends\": \"built-in\", \"releases\": [{\"version\": \"5.37.99\", \"type\": \"esr\", \"team\": {}}]}");
        scene.destination.catalogue = catalogue.toString();
        RefusedException e = refused("the latest of 5.37 is 5.37.99");
        assertEquals(List.of("mattermost.migrate.allowOlder=true"), e.hint().options());
        scene.allowOlder = true;
        scene.destination.dryRun = true;
        scene.migrate();
        Files.delete(catalogue);
    }

    @Test
    public void aRoleThatMayNotMakeDatabasesAndNoDumpOfTheDestination() {
        String role = scene.destination.database.user();
        TestPostgres.shared().execute("ALTER ROLE " + role + " NOCREATEDB");
        try {
            scene.destination.databaseBackup = DatabaseSaving.NONE;
            refused("cannot create databases");
        } finally {
            TestPostgres.shared().execute("ALTER ROLE " + role + " CREATEDB");
        }
    }

    @Test
    public void moreFilesThanThereIsRoomFor() throws Exception {
        Path large = scene.source.server.directory().resolve("data/large.bin");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(NO_DISK_HAS);
        }
        try {
            List<String> options = refused("GB are free").hint().options();
            assertTrue(options.toString(), options.contains("mattermost.installDirectory=" + scene.given));
        } finally {
            Files.delete(large);
        }
    }

    @Test
    public void aSourceThatIsBeingUpgraded() throws Exception {
        Journal journal = MigrationSource.find(scene.destination.place(), scene.options())
                .server()
                .orElseThrow()
                .journal();
        Run.begin(journal, Instant.now(), Map.of(JournalKeys.HOPS, "1"));
        try {
            refused("of the source " + scene.given + " is in progress");
        } finally {
            Files.delete(journal.file());
        }
    }

    @Test
    public void aDestinationThatSomebodyIsAtWorkOn() throws Exception {
        try (ExclusiveLock held = scene.destination.place().lock(Goal.UPGRADE)) {
            String message = refused("Another run is working").getMessage();
            assertTrue(message, message.contains(Long.toString(held.holder().pid())));
        }
    }

    @Test
    public void aSourceThatShallBothRunOnAndStayStopped() {
        scene.keepSourceRunning = true;
        scene.leaveSourceStopped = true;
        refused("cannot both be true");
    }

    @Test
    public void aTrialSaysWhatWouldBeDone() {
        scene.destination.dryRun = true;
        scene.leaveSourceStopped = true;
        scene.migrate();
        String said = scene.said();
        assertTrue(said, said.contains("would stop the source " + scene.given + " while it is read, and leave it"));
        assertTrue(said, said.contains("would copy the source's files into its backup while the source runs"));
        assertTrue(said, said.contains("would load a dump of the source's running database into a new one"));
        assertTrue(said, said.contains("would dump the stopped source's database into its backup"));
        assertTrue(said, said.contains("would replace the database "));
        assertTrue(said, said.contains("The destination's current data will be replaced: 3 users, 2 teams"));
        assertTrue(said, said.contains("Dry run: nothing was changed"));
    }

    private static RefusedException refused(String expected) {
        RefusedException e = assertThrows(RefusedException.class, scene::migrate);
        assertTrue(e.getMessage(), e.getMessage().contains(expected));
        assertFalse(e.hint().text().isBlank());
        return e;
    }
}
