package io.github.mmupgrade.backup;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class BackupTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;

    @Before
    public void prepare() throws IOException {
        fixture = new BackupFixture(folder.getRoot().toPath());
        BackupFixture.write(fixture.store.resolve("20260101/teams/a/photo.jpg"), "photo");
        BackupFixture.write(fixture.store.resolve("20260101/teams/a.b/notes.txt"), "notes");
        BackupFixture.write(fixture.store.resolve("20260101/teams/empty"), "");
    }

    /** The rule's own way can't delete names that are no text. */
    @After
    public void clear() throws IOException {
        TreeDelete.delete(folder.getRoot().toPath());
    }

    @Test
    public void holdsWhatTheSourcesHeld() throws IOException {
        Backup backup = fixture.backUp();

        assertEquals(
                BackupFixture.content(fixture.store, false),
                BackupFixture.content(backup.root().resolve("files"), false));
        assertEquals(
                BackupFixture.content(fixture.config, false),
                BackupFixture.content(backup.root().resolve("config"), false));
        assertEquals(BackupState.COMPLETE, backup.manifest().state());
        assertEquals(4, backup.manifest().files());
        assertEquals(List.of(), backup.verify(fixture.said).findings());
    }

    @Test
    public void isForItsOwnerAlone() throws IOException {
        Backup backup = fixture.backUp();

        TreeWalk walk = new TreeWalk(fixture.backups);
        while (walk.hasNext()) {
            TreeWalk.Entry entry = walk.next();
            if (!entry.name().endsWith(".lock")) {
                assertEquals(
                        entry.name(),
                        entry.stat().isDirectory() ? 0700 : 0600,
                        entry.stat().mode());
            }
        }
        assertFalse(Files.exists(BackupDraft.lockOf(backup.root())));
    }

    @Test
    public void tellsWhatItIsOf() {
        try (BackupDraft draft = fixture.create()) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            draft.recordTools(Map.of("pg_dump", "15.14"));
            draft.recordRowCounts(Map.of("Posts", 1_000_000L));
            draft.recordDuration("freeze", Duration.ofMillis(620));
            draft.recordArtifact(Artifact.elsewhere("frozen", "database", "mm_frozen_1"));
            draft.seal(BackupState.NOT_YET_DURABLE);
        }

        Manifest manifest = fixture.directory.list().get(0).manifest();
        assertEquals("5.25.6", manifest.release().orElseThrow());
        assertEquals("5.25.0", manifest.schemaVersion().orElseThrow());
        assertEquals(
                "postgres://mmuser@127.0.0.1:5432/mattermost",
                manifest.dataSource().orElseThrow());
        assertEquals(Map.of("pg_dump", "15.14"), manifest.tools());
        assertEquals(Map.of("Posts", 1_000_000L), manifest.rowCounts());
        assertEquals(Duration.ofMillis(620), manifest.durations().get("freeze"));
        assertEquals(List.of(Artifact.elsewhere("frozen", "database", "mm_frozen_1")), manifest.artifacts());
        assertEquals(fixture.store.toString(), manifest.sources().get("files"));
        assertEquals(BackupState.NOT_YET_DURABLE, manifest.state());
    }

    @Test
    public void isCompletedByALaterProcess() throws IOException {
        String run;
        try (BackupDraft draft = fixture.create()) {
            run = draft.run();
            draft.copyAhead(fixture.sources());
        }
        BackupFixture.write(fixture.store.resolve("late"), "late");
        try (BackupDraft draft = fixture.directory.resume(run)) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
        }
        try (BackupDraft draft = fixture.directory.resume(run)) {
            draft.seal(BackupState.NOT_YET_DURABLE);
        }
        assertEquals(
                BackupSummary.Condition.NOT_YET_DURABLE,
                fixture.directory.list().get(0).condition());
        Backup backup;
        try (BackupDraft draft = fixture.directory.resume(run)) {
            BackupFixture.write(draft.databaseDirectory().resolve("dump/toc.dat"), "toc");
            draft.recordArtifact(Artifact.stored("dump", "directory", "dump"));
            backup = draft.seal(BackupState.COMPLETE);
        }

        assertEquals(List.of(), backup.verify(fixture.said).findings());
        assertEquals("late", Files.readString(backup.root().resolve("files/late")));
        assertEquals("toc", Files.readString(backup.root().resolve("database/dump/toc.dat")));
        assertThrows(RefusedException.class, () -> fixture.directory.resume(run));
    }

    @Test
    public void aDumpFromBeforeTheStopIsNotReadAgainAfterIt() throws Exception {
        try (BackupDraft draft = fixture.create()) {
            hashAhead(draft);
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Path hashed = draft.root().resolve("hashed.jsonl");
            Files.writeString(hashed, Files.readString(hashed).replaceAll("\"sha256\":\"....", "\"sha256\":\"0000"));
            Backup backup = draft.seal(BackupState.NOT_YET_DURABLE);
            assertFalse(Files.exists(hashed));
            // what was written there was believed
            assertEquals(1, backup.verify(fixture.said).findings().size());
        }
    }

    @Test
    public void aDumpThatWasExchangedSinceItWasHashedIsReadAgain() throws Exception {
        String run;
        try (BackupDraft draft = fixture.create()) {
            run = draft.run();
            hashAhead(draft);
        }
        try (BackupDraft draft = fixture.directory.resume(run)) {
            Path dump = draft.databaseDirectory().resolve("ahead-dump/toc.dat");
            Files.delete(dump);
            BackupFixture.write(dump, "new");
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.NOT_YET_DURABLE);
            assertEquals(List.of(), backup.verify(fixture.said).findings());
        }
    }

    private void hashAhead(BackupDraft draft) throws IOException {
        draft.copyAhead(fixture.sources());
        BackupFixture.write(draft.databaseDirectory().resolve("ahead-dump/toc.dat"), "toc");
        draft.recordArtifact(Artifact.stored("ahead", "directory", "ahead-dump"));
        draft.hashAhead();
    }

    @Test
    public void sharesUnchangedFilesWithThePreviousBackupAndNeverWithTheStore() throws Exception {
        BackupFixture.settle();
        Backup first = fixture.backUp();
        BackupFixture.write(fixture.store.resolve("20260101/teams/a.b/notes.txt"), "other");
        Backup second = fixture.backUp();

        assertEquals(first.run(), second.manifest().previous().orElseThrow());
        String same = "files/20260101/teams/a/photo.jpg";
        String changed = "files/20260101/teams/a.b/notes.txt";
        assertEquals(inode(first.root().resolve(same)), inode(second.root().resolve(same)));
        assertNotEquals(
                inode(first.root().resolve(changed)), inode(second.root().resolve(changed)));
        assertNotEquals(
                inode(fixture.store.resolve("20260101/teams/a/photo.jpg")),
                inode(second.root().resolve(same)));
        assertEquals("notes", Files.readString(first.root().resolve(changed)));
        assertEquals("other", Files.readString(second.root().resolve(changed)));
        assertEquals(List.of(), first.verify(fixture.said).findings());
        assertEquals(List.of(), second.verify(fixture.said).findings());
    }

    @Test
    public void takesAFileThatChangedJustBeforeForChanged() throws Exception {
        Path file = fixture.store.resolve("20260101/teams/a/photo.jpg");
        BackupFixture.write(file, "fresh");
        Backup first = fixture.backUp();
        Backup second = fixture.backUp();

        String name = "files/20260101/teams/a/photo.jpg";
        assertNotEquals(inode(first.root().resolve(name)), inode(second.root().resolve(name)));
        assertEquals("fresh", Files.readString(second.root().resolve(name)));
    }

    @Test
    public void sharesNothingWithABackupThatIsNotComplete() throws Exception {
        BackupFixture.settle();
        try (BackupDraft draft = fixture.create()) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            draft.seal(BackupState.NOT_YET_DURABLE);
        }
        Backup second = fixture.backUp();

        assertTrue(second.manifest().previous().isEmpty());
    }

    @Test
    public void sharesNothingWithABackupWhoseListWasChanged() throws Exception {
        BackupFixture.settle();
        Backup first = fixture.backUp();
        Path list = first.root().resolve("files.jsonl");
        Files.writeString(list, Files.readString(list).replaceFirst("5", "6"));
        Backup second = fixture.backUp();

        assertTrue(second.manifest().previous().isEmpty());
        assertTrue(fixture.said.warnings.toString().contains("files.jsonl"));
    }

    @Test
    public void keepsLinksAsLinksAndLeavesPipesOut() throws Exception {
        Path outside = Files.writeString(folder.getRoot().toPath().resolve("outside"), "outside");
        Files.createSymbolicLink(fixture.store.resolve("away"), outside);
        Files.createSymbolicLink(fixture.store.resolve("dangling"), Path.of("../nowhere"));
        run("mkfifo", fixture.store.resolve("pipe").toString());
        Backup backup = fixture.backUp();

        assertEquals(outside, Files.readSymbolicLink(backup.root().resolve("files/away")));
        assertEquals(Path.of("../nowhere"), Files.readSymbolicLink(backup.root().resolve("files/dangling")));
        assertFalse(Files.exists(backup.root().resolve("files/pipe")));
        assertEquals(List.of("files/pipe"), backup.manifest().leftOut());
        assertTrue(fixture.said.warnings.toString().contains("files/pipe"));
        assertEquals(List.of(), backup.verify(fixture.said).findings());
    }

    @Test
    public void keepsSparseFilesSparse() throws Exception {
        Path sparse = fixture.store.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(64L << 20);
            file.seek(10L << 20);
            file.write(1);
        }
        Backup backup = fixture.backUp();

        Path copy = backup.root().resolve("files/sparse");
        assertEquals(-1, Files.mismatch(sparse, copy));
        long blocks =
                Long.parseLong(run("stat", "-c", "%b", copy.toString()).output().strip());
        assertTrue(blocks * 512 + " bytes on disk", blocks * 512 < 1 << 20);
    }

    @Test
    public void writesSumsThatSha256sumReads() throws Exception {
        for (String odd :
                List.of(" blank ", "back\\slash", "\\h", "line\nfeed", "car\rriage", "*star", "\303\274", "\377\376")) {
            Files.writeString(RawName.resolve(fixture.store, odd), odd);
        }
        Backup backup = fixture.backUp();

        CommandResult checked = new LocalHost()
                .run(Command.of("sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS")
                        .directory(backup.root())
                        .build());
        assertTrue(checked.tail(), checked.succeeded());
        assertEquals(
                backup.manifest().files(),
                Files.readAllLines(backup.root().resolve("SHA256SUMS"), java.nio.charset.StandardCharsets.ISO_8859_1)
                        .size());
        assertEquals(List.of(), backup.verify(fixture.said).findings());
    }

    @Test
    public void replacesWhatBecameSomethingElseBetweenThePasses() throws Exception {
        Path was = fixture.store.resolve("20260101/teams/a");
        try (BackupDraft draft = fixture.create()) {
            draft.copyAhead(fixture.sources());
            // a directory becomes a link, a file a directory, a link a file
            Files.delete(was.resolve("photo.jpg"));
            Files.delete(was);
            Files.createSymbolicLink(was, fixture.config);
            Path file = fixture.store.resolve("20260101/teams/empty");
            Files.delete(file);
            BackupFixture.write(file.resolve("in/it"), "x");
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);

            assertEquals(
                    BackupFixture.content(fixture.store, false),
                    BackupFixture.content(backup.root().resolve("files"), false));
            assertEquals(List.of(), backup.verify(fixture.said).findings());
            assertTrue(Files.exists(fixture.config.resolve("config.json")));
        }
    }

    @Test
    public void forgetsWhatAnInterruptedPassLeft() throws Exception {
        String run;
        try (BackupDraft draft = fixture.create()) {
            run = draft.run();
            draft.copyAhead(fixture.sources());
            // a finishing pass that was killed: its marker, and a file that nothing lists
            Files.writeString(draft.root().resolve("finishing"), "");
            Files.writeString(draft.root().resolve("files/20260101/unlisted"), "x");
        }
        try (BackupDraft draft = fixture.directory.resume(run)) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);
            assertEquals(List.of(), backup.verify(fixture.said).findings());
        }
    }

    @Test
    public void hasWhatAnInterruptedPassRemovedAndWhatCameBackSince() throws Exception {
        BackupFixture.settle();
        String run;
        try (BackupDraft draft = fixture.create()) {
            run = draft.run();
            draft.copyAhead(fixture.sources());
            // a finishing pass that met an empty store, and was killed
            Files.writeString(draft.root().resolve("finishing"), "");
            TreeDelete.delete(draft.root().resolve("files/20260101"));
        }
        try (BackupDraft draft = fixture.directory.resume(run)) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);
            assertEquals(List.of(), backup.verify(fixture.said).findings());
        }
    }

    @Test
    public void refusesBeforeTheStopWhenTheBackupCantBeWritten() throws Exception {
        try (BackupDraft draft = fixture.create()) {
            BackupFixture.write(draft.root().resolve("ahead.jsonl.new/in/the/way"), "x");
            RefusedException refused = assertThrows(RefusedException.class, () -> draft.copyAhead(fixture.sources()));
            assertTrue(
                    refused.getMessage(),
                    refused.getMessage().contains(draft.root().toString()));
        }
        assertEquals(
                BackupSummary.Condition.UNFINISHED,
                fixture.directory.list().get(0).condition());
    }

    @Test
    public void warnsThatTheFilesOfABucketAreNotInIt() {
        BackupSubject local = BackupFixture.subject();
        BackupSubject s3 = new BackupSubject(
                local.installation(),
                local.directory(),
                local.host(),
                local.plugin(),
                local.release(),
                local.edition(),
                local.schemaVersion(),
                local.dataSource(),
                FileStoreLocation.s3("s3.example.com", "chat", ""));
        try (BackupDraft draft = fixture.directory.create("20260101T000000Z-1", s3, false)) {
            draft.finish(List.of(BackupSource.directory("config", fixture.config)), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);

            assertTrue(backup.manifest().warnings().get(0).contains("s3.example.com/chat"));
            assertEquals(backup.manifest().warnings(), fixture.said.warnings);
        }
    }

    @Test
    public void oneProcessAtATimeMakesABackup() {
        try (BackupDraft draft = fixture.create()) {
            assertThrows(RefusedException.class, () -> fixture.directory.resume(draft.run()));
            assertEquals(
                    BackupSummary.Condition.IN_PROGRESS,
                    fixture.directory.list().get(0).condition());
        }
        assertEquals(
                BackupSummary.Condition.UNFINISHED,
                fixture.directory.list().get(0).condition());
    }

    private static long inode(Path file) throws IOException {
        return FileStat.of(file).inode();
    }

    public static CommandResult run(String program, String... arguments) {
        CommandResult result =
                new LocalHost().run(Command.of(program, arguments).build());
        assertTrue(result.tail(), result.succeeded());
        return result;
    }
}
