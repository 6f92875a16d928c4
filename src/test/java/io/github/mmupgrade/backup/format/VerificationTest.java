package io.github.mmupgrade.backup.format;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Samples;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class VerificationTest {

    private static final long SEED = 20261123;
    private static final int CORRUPTIONS = 1000;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;
    private Backup backup;

    @Before
    public void makeABackup() throws IOException {
        fixture = new BackupFixture(folder.getRoot().toPath());
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            Path file = fixture.store.resolve("2026010" + i % 3 + "/file" + i);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        }
        Files.createSymbolicLink(fixture.store.resolve("link"), Path.of("20260100"));
        try (BackupDraft draft = fixture.create()) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            BackupFixture.write(draft.databaseDirectory().resolve("dump.sql.zst"), "a dump of the database");
            draft.recordArtifact(Artifact.stored("dump", "sql.zst", "dump.sql.zst"));
            backup = draft.seal(BackupState.COMPLETE);
        }
        assertEquals(List.of(), backup.verify(fixture.said).findings());
    }

    @Test
    public void findsEveryCorruptionOfASingleByte() throws IOException {
        List<Path> files = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        long total = 0;
        TreeWalk walk = new TreeWalk(backup.root());
        while (walk.hasNext()) {
            TreeWalk.Entry entry = walk.next();
            if (entry.stat().kind() == FileStat.Kind.FILE && entry.stat().size() > 0) {
                files.add(entry.path());
                sizes.add(entry.stat().size());
                total += entry.stat().size();
            }
        }
        Random random = new Random(SEED);
        for (int i = 0; i < CORRUPTIONS; i++) {
            long at = random.nextLong(total);
            int file = 0;
            while (at >= sizes.get(file)) {
                at -= sizes.get(file++);
            }
            int flip = 1 + random.nextInt(255);
            flip(files.get(file), at, flip);
            assertFalse(
                    "seed " + SEED + ", round " + i + ": " + files.get(file) + " byte " + at + " xor " + flip,
                    backup.verify(fixture.said).sound());
            flip(files.get(file), at, flip);
            Samples.tried("damaged backups");
        }
        assertTrue(backup.verify(fixture.said).sound());
    }

    @Test
    public void findsEveryCorruptedByteOfTheManifest() throws IOException {
        Path manifest = backup.root().resolve(Manifest.NAME);
        for (int at = 0; at < Files.size(manifest); at++) {
            flip(manifest, at, 0x20);
            assertFalse("byte " + at, backup.verify(fixture.said).sound());
            flip(manifest, at, 0x20);
        }
        assertTrue(backup.verify(fixture.said).sound());
    }

    @Test
    public void findsWhatIsMissing() throws IOException {
        Files.delete(backup.root().resolve("files/20260100/file0"));
        expect(BackupDefect.Kind.MISSING, "files/20260100/file0");
    }

    @Test
    public void findsAMissingTree() throws IOException {
        io.github.mmupgrade.files.TreeDelete.delete(backup.root().resolve("config"));
        assertEquals(2, backup.verify(fixture.said).wrong());
    }

    @Test
    public void findsWhatIsTooMuch() throws IOException {
        privateFile("files/20260101/extra");
        expect(BackupDefect.Kind.EXTRA, "files/20260101/extra");
    }

    @Test
    public void findsWhatIsTooMuchBesideTheTrees() throws IOException {
        privateFile("extra");
        expect(BackupDefect.Kind.EXTRA, "extra");
    }

    @Test
    public void findsWhatIsTooMuchAmongTheDumps() throws IOException {
        privateFile("database/extra");
        expect(BackupDefect.Kind.EXTRA, "database/extra");
    }

    @Test
    public void findsATruncatedDump() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(
                backup.root().resolve("database/dump.sql.zst").toFile(), "rw")) {
            file.setLength(10);
        }
        expect(BackupDefect.Kind.CONTENT, "database/dump.sql.zst");
    }

    @Test
    public void findsAnotherLink() throws IOException {
        Path link = backup.root().resolve("files/link");
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("/etc"));
        expect(BackupDefect.Kind.CONTENT, "files/link");
    }

    @Test
    public void findsAFileThatOthersMayRead() throws IOException {
        Files.setPosixFilePermissions(
                backup.root().resolve("config/config.json"), PosixFilePermissions.fromString("rw-r--r--"));
        expect(BackupDefect.Kind.MODE, "config/config.json");
    }

    @Test
    public void findsAFileThatBecameALinkToItsCopy() throws IOException {
        Path file = backup.root().resolve("config/config.json");
        Path copy = Files.copy(file, folder.getRoot().toPath().resolve("copy"));
        Files.delete(file);
        Files.createSymbolicLink(file, copy);
        expect(BackupDefect.Kind.MODE, "config/config.json");
    }

    @Test
    public void findsTheManifestOfAnotherBackup() throws IOException {
        Backup other = fixture.backUp();
        Files.copy(
                other.root().resolve(Manifest.NAME),
                backup.root().resolve(Manifest.NAME),
                StandardCopyOption.REPLACE_EXISTING);

        Verification found = Verification.of(backup.root(), fixture.said);
        assertEquals(BackupDefect.Kind.LIST, found.findings().get(0).kind());
        assertThrows(RefusedException.class, () -> Backup.open(backup.root()));
    }

    @Test
    public void findsListAndManifestThatBelongToDifferentBackups() throws IOException {
        // the same manifest under another name: its own sum holds, the list names the run
        com.fasterxml.jackson.databind.node.ObjectNode root =
                backup.manifest().root().deepCopy();
        root.put("run", "20270101T000000Z-1");
        new Manifest(root).write(backup.root().resolve(Manifest.NAME));

        expect(BackupDefect.Kind.LIST, "files.jsonl");
    }

    @Test
    public void findsAMissingManifest() throws IOException {
        Files.delete(backup.root().resolve(Manifest.NAME));
        expect(BackupDefect.Kind.MANIFEST, "manifest.json");
    }

    @Test
    public void findsLinesAddedToAList() throws IOException {
        Files.writeString(backup.root().resolve("files.jsonl"), "{}\n", StandardOpenOption.APPEND);
        expect(BackupDefect.Kind.LIST, "files.jsonl");
    }

    @Test
    public void restoresNothingFromABackupThatIsNotSound() throws IOException {
        flip(backup.root().resolve("files/20260101/file1"), 0, 1);
        Verification verification = backup.verify(fixture.said);

        RefusedException refused = assertThrows(
                RefusedException.class, () -> new FileRestore(verification, new LocalHost(), fixture.said));
        assertTrue(refused.getMessage(), refused.getMessage().contains("files/20260101/file1"));
    }

    private void expect(BackupDefect.Kind kind, String path) {
        Verification verification = Verification.of(backup.root(), fixture.said);
        assertEquals(verification.findings().toString(), 1, verification.wrong());
        assertEquals(kind, verification.findings().get(0).kind());
        assertEquals(path, verification.findings().get(0).path());
    }

    private void privateFile(String name) throws IOException {
        Files.createFile(
                backup.root().resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static void flip(Path file, long at, int bits) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.seek(at);
            int was = opened.read();
            opened.seek(at);
            opened.write(was ^ bits);
        }
    }
}
