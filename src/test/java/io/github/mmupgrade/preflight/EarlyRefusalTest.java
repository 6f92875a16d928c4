package io.github.mmupgrade.preflight;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.rehearsal.Rehearsal;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.rehearsal.RehearsalTest;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What can be refused in seconds is refused before what takes minutes: copying, dumping, loading, reading through. */
public class EarlyRefusalTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Before
    public void openTheWay() throws IOException {
        Files.setPosixFilePermissions(folder.getRoot().toPath(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    public void aRehearsalIsRefusedWhereNothingVouchesForTheArchive() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.0")) {
            scene.sha256 = null;
            RefusedException e = assertThrows(
                    RefusedException.class, () -> rehearsal(scene, null).run());
            assertTrue(e.getMessage(), e.getMessage().contains("5.37.0"));
            assertTrue(e.getMessage(), e.getMessage().contains("No checksum of the archive is known"));
            assertNothingWasTried(scene);
        }
    }

    @Test
    public void aRehearsalIsRefusedWhereAnArchiveIsNotTheOneOfTheChecksum() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.sha256 = "0".repeat(64);
            RefusedException e = assertThrows(
                    RefusedException.class, () -> rehearsal(scene, null).run());
            assertTrue(e.getMessage(), e.getMessage().contains("is refused"));
            assertNothingWasTried(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void aRehearsalIsRefusedWhereAReleaseLacksTheProgramThatTheLiveServiceStarts() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.37.10").along("6.3.10")) {
            scene.service = "command";
            scene.startCommand =
                    scene.server.directory().resolve("bin/platform").toString();
            scene.stopCommand = "true";
            RefusedException e = assertThrows(
                    RefusedException.class, () -> rehearsal(scene, null).run());
            assertTrue(e.getMessage(), e.getMessage().contains("which Mattermost 6.3.10 does not have"));
            assertNothingWasTried(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void aRehearsalWithABackupIsRefusedBeforeTheBackupIsReadThrough() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.25.7", "5.31.9", "5.37.10")) {
            scene.goals().backup();
            Path backup = newest(scene);
            Files.writeString(backup.resolve("files/extra"), "found when it is read through");
            Files.delete(Path.of(scene.archive).resolve("mattermost-team-5.37.10-linux-amd64.tar.gz"));
            RefusedException e = assertThrows(RefusedException.class, () -> rehearsal(scene, backup.toString())
                    .run());
            assertTrue(e.getMessage(), e.getMessage().contains("5.37.10"));
            assertFalse(e.getMessage(), e.getMessage().contains("trusted"));
        }
    }

    @Test
    public void everyArchiveThatNothingVouchesForIsNamedBeforeTheFirstIsFetched() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.7", "5.37.0")) {
            scene.catalogue = null;
            for (String goal : List.of("preflight", "download")) {
                RefusedException e = assertThrows(RefusedException.class, () -> {
                    if (goal.equals("preflight")) {
                        scene.goals().preflight();
                    } else {
                        scene.goals().download();
                    }
                });
                assertTrue(e.getMessage(), e.getMessage().contains("5.37.0: No checksum"));
                assertTrue(scene.place().openRun().isEmpty());
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupOfARunningServerBehindAPoolerThatSharesSessionsIsRefusedBeforeFilesAreCopied() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7");
                TestPgBouncer pooler = new TestPgBouncer(TestPostgres.shared(), "transaction", scene.database, true)) {
            scene.server.stop();
            scene.server
                    .set("SqlSettings.DataSource", pooler.through(TestPostgres.shared(), scene.database.dataSource()))
                    .start();
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().backup());
            assertTrue(e.getMessage(), e.getMessage().contains("shares its sessions"));
            assertNoBackup(scene);
            e = assertThrows(RefusedException.class, () -> rehearsal(scene.to("5.37.10"), null)
                    .run());
            assertTrue(e.getMessage(), e.getMessage().contains("shares its sessions"));
            assertNothingWasTried(scene);
        }
    }

    @Test
    public void aBackupWithoutTheDatabasesClientToolsOrACommandIsRefusedBeforeFilesAreCopied() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Path tools = scene.tools;
            scene.tools = folder.newFolder("no-tools").toPath();
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().backup());
            assertTrue(e.getMessage(), e.getMessage().contains("There is no pg_dump"));
            assertNoBackup(scene);
            scene.tools = tools;
            scene.databaseBackup = DatabaseSaving.COMMAND;
            for (String goal : List.of("backup", "preflight", "upgrade")) {
                e = assertThrows(RefusedException.class, () -> {
                    switch (goal) {
                        case "backup" -> scene.goals().backup();
                        case "preflight" -> scene.goals().preflight();
                        default -> scene.goals().upgrade();
                    }
                });
                assertTrue(e.getMessage(), e.getMessage().contains("mattermost.backup.command is not set"));
                assertNoBackup(scene);
                assertTrue(scene.server.isRunning());
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void aRestoreIntoAnOlderReleaseIsRefusedBeforeTheBackupIsReadThrough() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().upgrade();
            scene.goals().backup();
            Path backup = newest(scene);
            scene.goals().rollback(null, false);
            scene.goals().stop();
            Files.writeString(backup.resolve("files/extra"), "found when it is read through");
            RefusedException e = assertThrows(RefusedException.class, () -> scene.goals()
                    .restore(backup.getFileName().toString(), true, null));
            assertTrue(e.getMessage(), e.getMessage().contains("cannot read the database of a newer release"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupWithoutADumpIsRefusedBeforeItIsReadThroughWhereItsDatabaseIsToBeRestored() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.databaseBackup = DatabaseSaving.NONE;
            scene.goals().backup();
            Files.writeString(newest(scene).resolve("files/extra"), "found when it is read through");
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().verifyBackup(null, true));
            assertTrue(e.getMessage(), e.getMessage().contains("has no dump of the database"));
        }
    }

    private static Path newest(Scene scene) {
        return new Backups(scene.place())
                .directory()
                .latestComplete()
                .orElseThrow()
                .root();
    }

    private static void assertNoBackup(Scene scene) {
        assertEquals(List.of(), new Backups(scene.place()).directory().list());
    }

    private void assertNothingWasTried(Scene scene) throws IOException {
        assertFalse(scene.said.text(), scene.said.text().contains("Rehearsal directory"));
        assertFalse(scene.said.text(), scene.said.text().contains("Dumped"));
        try (Stream<Path> entries = Files.list(scene.root.resolve("scratch"))) {
            assertEquals(List.of(), entries.toList());
        }
    }

    private static Rehearsal rehearsal(Scene scene, String source) throws IOException {
        return new Rehearsal(
                new RehearsalOptions(
                        source,
                        Optional.empty(),
                        false,
                        FileChoice.NONE,
                        false,
                        Files.createDirectories(scene.root.resolve("scratch")),
                        scene.root.resolve("report/rehearsal.json")),
                scene.options(),
                new LocalHost(),
                scene.said,
                Clock.systemUTC(),
                RehearsalTest.binaries());
    }
}
