package io.github.mmupgrade.saving;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.ProcessWatch;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The organisation's own procedure in the place of a dump. */
public class CustomDatabaseBackupTest {

    /** What the procedure runs, so that the connection is proven to be the right one, and not only there. */
    private static final String POSTGRES = "echo saving; sleep 0.5; pg_dump --no-password -f own.sql";

    private static final String MARIADB = "mariadb-dump --no-defaults --protocol=TCP -h \"$PGHOST\" -P \"$PGPORT\""
            + " -u \"$PGUSER\" --no-tablespaces \"$PGDATABASE\" > own.sql";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void savesAPostgresDatabaseByTheConnectionInItsEnvironment() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            upgrade(scene, POSTGRES);
            assertTrue(scene.said.text(), scene.said.text().contains("saving"));
            // the plugin has no way back for what it did not save, and says so
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
            assertTrue(e.getMessage(), e.getMessage().contains("has no copy of it"));
            assertTrue(e.hint().text(), e.hint().text().contains("in the directory database of the backup "));
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        }
    }

    @Test
    @Category(Slow.class)
    public void savesAMariaDbDatabaseByTheConnectionInItsEnvironment() throws Exception {
        TestDatabase database = TestMariaDb.shared().createDatabase("scene", false);
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", database).to("5.37.10")) {
            upgrade(scene, MARIADB);
        }
    }

    private static void upgrade(Scene scene, String command) throws Exception {
        scene.databaseBackup = DatabaseSaving.COMMAND;
        scene.databaseCommand = DatabaseCommand.saving(command);
        try (ProcessWatch watch = new ProcessWatch()) {
            scene.goals().upgrade();
            assertFalse("the procedure was seen", watch.containing("own.sql").isEmpty());
            assertEquals(List.of(), watch.containing(scene.database.password()));
        }
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertFalse(scene.said.text().contains(scene.database.password()));
        scene.goals().verifyBackup(null, false);
        Backup backup = new Backups(scene.place()).chosen(null);
        Path left = backup.root().resolve("database/own.sql");
        assertTrue(Files.readString(left).toLowerCase(Locale.ROOT).contains("posts"));
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(left));
        for (String name : new String[] {"manifest.json", "files.jsonl"}) {
            Path file = backup.root().resolve(name);
            if (Files.exists(file)) {
                assertFalse(name, Files.readString(file).contains(scene.database.password()));
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void whatAProcedureShowsOfItsConnectionIsNotSaid() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.databaseBackup = DatabaseSaving.COMMAND;
            scene.databaseCommand = DatabaseCommand.saving(
                    "set -x; echo \"with $PGPASSWORD\"; echo \"${MATTERMOST_DATA_SOURCE%%@*}\"; echo \"to $MATTERMOST_DATA_SOURCE\"; exit 3");
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().backup());
            String said = e.getMessage() + scene.said.text();
            assertTrue(said, said.contains("with ***") && said.contains("to ***"));
            assertFalse(said, said.contains(scene.database.password()));
            assertFalse(said, said.contains(scene.database.dataSource()));
        }
    }

    @Test
    @Category(Slow.class)
    public void aProcedureThatFailsStopsTheUpgradeAndTheOldServerRunsAgain() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.databaseBackup = DatabaseSaving.COMMAND;
            scene.databaseCommand = DatabaseCommand.saving("echo 'no room left'; exit 3");
            Map<String, String> before = scene.contents();
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("ended with status 3"));
            assertTrue(e.getMessage(), e.getMessage().contains("no room left"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
        }
    }
}
