package io.github.mmupgrade.migration;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Backups that nothing is migrated from, and servers that don't fit. */
public class MigrationBackupRefusalsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    @Category(Slow.class)
    public void backupsThatAreDamagedIncompleteOrWithoutTheDatabaseChangeNothing() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(folder.getRoot().toPath())) {
            scene.source.goals().backup();
            Path sound = new Backups(scene.source.place()).chosen(null).root();
            State destination = State.of(scene.destination);

            scene.given = incomplete(scene).toString();
            refused(scene, "is not complete");
            scene.source.databaseBackup = DatabaseSaving.NONE;
            scene.source.goals().backup();
            scene.given = new Backups(scene.source.place()).chosen(null).root().toString();
            refused(scene, "has no dump of the database");
            Path file = sound.resolve("files/of-the-source.txt");
            Files.delete(file);
            Files.writeString(file, "file of somebody");
            scene.given = sound.toString();
            refused(scene, "cannot be trusted");

            destination.assertStill(scene.destination);
            assertTrue(scene.destination.server.isRunning());
            assertEquals(List.of(), Run.all(scene.destination.place().journal()));
        }
    }

    private static Path incomplete(MigrationScene scene) throws Exception {
        GoalContext context = scene.source.place();
        Backups backups = new Backups(context);
        InstalledServer server = context.server();
        InstalledRelease installed = InstalledRelease.read(context, server);
        try (var database = server.openDatabase();
                BackupDraft draft = backups.directory()
                        .create(
                                backups.freeName(installed.version()) + "-frozen",
                                backups.subject(
                                        server,
                                        installed.version().toString(),
                                        installed.edition().key(),
                                        database),
                                false)) {
            draft.finish(List.of(), BackupDraft.Writers.STOPPED);
            backups.saveConfiguration(draft, server.document());
            Backup made = draft.seal(BackupState.NOT_YET_DURABLE);
            return made.root();
        }
    }

    @Test
    @Category(Slow.class)
    public void anotherReleaseIsUpgradedFirst() throws Exception {
        try (MigrationScene scene =
                MigrationScene.between(folder.getRoot().toPath(), "5.25.7", MigrationScene.RELEASE, true)) {
            State destination = State.of(scene.destination);
            State source = State.of(scene.source);
            RefusedException e = refused(scene, "The source runs Mattermost 5.25.7, the destination 5.37.10");
            assertTrue(e.hint().text(), e.hint().text().contains(scene.given));
            destination.assertStill(scene.destination);
            source.assertStill(scene.source);
            assertTrue(scene.source.server.isRunning());
        }
    }

    @Test
    @Category(Slow.class)
    public void anotherKindOfDatabaseServer() throws Exception {
        try (MigrationScene scene = MigrationScene.betweenKinds(folder.getRoot().toPath())) {
            State destination = State.of(scene.destination);
            State source = State.of(scene.source);
            refused(scene, "The source's database server is PostgreSQL 15");
            destination.assertStill(scene.destination);
            source.assertStill(scene.source);
            assertTrue(scene.source.server.isRunning());
        }
    }

    private static RefusedException refused(MigrationScene scene, String expected) {
        RefusedException e = assertThrows(RefusedException.class, scene::migrate);
        assertTrue(e.getMessage(), e.getMessage().contains(expected));
        return e;
    }
}
