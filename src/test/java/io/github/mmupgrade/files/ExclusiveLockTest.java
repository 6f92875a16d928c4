package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ExclusiveLockTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path file;

    @Before
    public void nameFile() {
        file = folder.getRoot().toPath().resolve("lock");
    }

    @Test
    public void isHeldByOneAndSaysByWhom() throws Exception {
        try (ExclusiveLock lock = ExclusiveLock.acquire(file, "upgrade", Duration.ZERO)) {
            assertTrue(ExclusiveLock.tryAcquire(file, "other").isEmpty());
            assertEquals(lock.holder(), ExclusiveLock.holder(file).orElseThrow());
            RefusedException refused = assertThrows(
                    RefusedException.class, () -> ExclusiveLock.acquire(file, "other", Duration.ofMillis(50)));
            assertTrue(
                    refused.getMessage(),
                    refused.getMessage()
                            .contains("process " + ProcessHandle.current().pid() + " on "));
            assertTrue(refused.getMessage(), refused.getMessage().contains("(upgrade)"));
        }
        assertTrue(ExclusiveLock.holder(file).isEmpty());
        ExclusiveLock.acquire(file, "next", Duration.ZERO).close();
    }

    /** Whoever may read the file can lock it, too, and keep everybody waiting. */
    @Test
    public void isNobodyElsesToOpen() throws IOException {
        ExclusiveLock.acquire(file, "next", Duration.ZERO).close();
        assertEquals(0600, FileStat.of(file).mode());
    }

    @Test
    public void isSeenByAnotherProcessAndEndsWithItsHolder() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holding.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('!', other.getInputStream().read());
            assertTrue(ExclusiveLock.tryAcquire(file, "mine").isEmpty());
            ExclusiveLock.Holder holder = ExclusiveLock.holder(file).orElseThrow();
            assertEquals(other.pid(), holder.pid());
            assertEquals("holding", holder.purpose());
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertTrue("a dead process holds nothing", ExclusiveLock.holder(file).isEmpty());
        ExclusiveLock.acquire(file, "mine", Duration.ZERO).close();
    }

    @Test
    public void aLookAtTheHolderDoesNotEndTheLock() throws Exception {
        try (ExclusiveLock lock = ExclusiveLock.acquire(file, "mine", Duration.ZERO)) {
            ExclusiveLock.holder(file);
            ExclusiveLock.tryAcquire(file, "again");
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Holding.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertEquals('?', other.getInputStream().read());
            other.destroyForcibly().waitFor();
            assertEquals(ProcessHandle.current().pid(), lock.holder().pid());
        }
        assertTrue(Files.exists(file));
        assertFalse(Files.size(file) > 0);
    }

    /** Takes the lock in another process, says so, and waits. */
    public static final class Holding {
        public static void main(String[] args) throws Exception {
            boolean taken =
                    ExclusiveLock.tryAcquire(Path.of(args[0]), "holding").isPresent();
            System.out.print(taken ? '!' : '?');
            System.out.flush();
            Thread.sleep(60_000);
        }
    }
}
