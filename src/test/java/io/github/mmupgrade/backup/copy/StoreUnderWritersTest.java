package io.github.mmupgrade.backup.copy;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class StoreUnderWritersTest {

    private static final long[] SEEDS = Samples.full() ? new long[] {1, 2, 3, 20261123} : new long[] {1};

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void theFinishedBackupEqualsTheStoreAtTheStop() throws Exception {
        for (long seed : SEEDS) {
            BackupFixture fixture =
                    new BackupFixture(folder.newFolder("seed" + seed).toPath());
            Random random = new Random(seed);
            for (int i = 0; i < 300; i++) {
                change(fixture.store, random);
            }
            Backup first = fixture.backUp();
            assertSame("seed " + seed + ", first", fixture, first);
            try (BackupDraft draft = fixture.create()) {
                Writer writer = new Writer(fixture.store, seed);
                Thread thread = new Thread(writer, "writer");
                thread.start();
                writer.awaitChanges(50);
                draft.copyAhead(fixture.sources());
                writer.awaitChanges(50);
                draft.copyAhead(fixture.sources());
                writer.awaitChanges(50);
                writer.stop.set(true);
                thread.join();
                assertEquals(null, writer.failure.get());
                draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
                Backup second = draft.seal(BackupState.COMPLETE);
                assertSame("seed " + seed, fixture, second);
                assertEquals(List.of(), first.verify(fixture.said).findings());
            }
        }
    }

    @Test
    public void aRunningServersBackupIsSoundThoughItsStoreChanges() throws Exception {
        BackupFixture fixture = new BackupFixture(folder.getRoot().toPath());
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            change(fixture.store, random);
        }
        Writer writer = new Writer(fixture.store, 7);
        Thread thread = new Thread(writer, "writer");
        thread.start();
        try (BackupDraft draft = fixture.create()) {
            writer.awaitChanges(10);
            draft.copyAhead(fixture.sources());
            draft.finish(fixture.sources(), BackupDraft.Writers.RUNNING);
            Backup backup = draft.seal(BackupState.COMPLETE);
            assertEquals(List.of(), backup.verify(fixture.said).findings());
        } finally {
            writer.stop.set(true);
            thread.join();
        }
        assertEquals(null, writer.failure.get());
    }

    private static void assertSame(String what, BackupFixture fixture, Backup backup) throws IOException {
        Map<String, String> wanted = BackupFixture.content(fixture.store, false);
        Map<String, String> found = BackupFixture.content(backup.root().resolve("files"), false);
        Map<String, String> missing = new TreeMap<>(wanted);
        missing.entrySet().removeAll(found.entrySet());
        found.entrySet().removeAll(wanted.entrySet());
        assertEquals(what + ": not in the backup", Map.of(), missing);
        assertEquals(what + ": only in the backup", Map.of(), found);
        assertEquals(what, List.of(), backup.verify(fixture.said).findings());
        assertTrue(what, backup.manifest().files() > 0);
    }

    private static final class Writer implements Runnable {
        final AtomicBoolean stop = new AtomicBoolean();
        final AtomicReference<Exception> failure = new AtomicReference<>();
        private final AtomicLong changes = new AtomicLong();
        private final Path store;
        private final Random random;

        Writer(Path store, long seed) {
            this.store = store;
            this.random = new Random(seed);
        }

        @Override
        public void run() {
            try {
                while (!stop.get()) {
                    change(store, random);
                    changes.incrementAndGet();
                }
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        }

        void awaitChanges(int more) throws InterruptedException {
            long goal = changes.get() + more;
            while (changes.get() < goal && failure.get() == null) {
                Thread.sleep(1);
            }
        }
    }

    /** Adds, rewrites, appends to, truncates or deletes something, as a server does: in place. */
    private static void change(Path store, Random random) throws IOException {
        Path directory = store.resolve("2026010" + random.nextInt(4) + "/teams/" + random.nextInt(10));
        Path file = directory.resolve("file" + random.nextInt(5));
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 400_000 : 3000)];
        random.nextBytes(bytes);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                remove(directory, true);
                Files.createDirectories(directory);
                remove(file, false);
                Files.write(file, bytes);
            }
            case 3 -> {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.write(file, bytes, StandardOpenOption.APPEND);
                }
            }
            case 4 -> {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
                }
            }
            case 5 -> {
                remove(directory, true);
                Files.deleteIfExists(file);
            }
            case 6 -> {
                if (random.nextInt(4) == 0) {
                    io.github.mmupgrade.files.TreeDelete.delete(directory);
                }
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    io.github.mmupgrade.files.TreeDelete.delete(directory);
                    Files.createDirectories(directory.getParent());
                    Files.createSymbolicLink(directory, Path.of("..", "teams"));
                }
            }
        }
    }

    private static void remove(Path path, boolean onlyLink) throws IOException {
        if (Files.isSymbolicLink(path)) {
            Files.delete(path);
        } else if (!onlyLink) {
            io.github.mmupgrade.files.TreeDelete.delete(path);
        }
    }
}
