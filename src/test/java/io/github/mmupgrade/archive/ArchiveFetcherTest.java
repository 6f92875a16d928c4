package io.github.mmupgrade.archive;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.download.DownloadServer;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.unpack.ArchiveSample;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ArchiveFetcherTest {

    private static final String NAME = "/5.37.10/mattermost-team-5.37.10-linux-amd64.tar.gz";
    private static final byte[] CONTENT = ArchiveSample.noise(5, 300_000);
    private static final byte[] OTHER = ArchiveSample.noise(6, 300_000);
    private static final ArchiveTrust TRUST =
            ArchiveTrust.of(Optional.of(Digests.sha256(CONTENT)), Optional.empty(), Optional.empty());

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private DownloadServer server;
    private Duration stall = Duration.ofSeconds(30);

    @Before
    public void start() throws IOException {
        server = new DownloadServer(DownloadServer.file(CONTENT, "\"1\""));
    }

    @After
    public void stop() throws IOException {
        server.close();
    }

    @Test
    public void bringsAnArchiveOnceAndThenTakesItFromTheCache() throws Exception {
        VerifiedArchive archive = fetch();
        assertArrayEquals(CONTENT, Files.readAllBytes(archive.file()));
        assertEquals(Digests.sha256(CONTENT), archive.sha256());
        assertEquals(archive, fetch());
        assertEquals(1, server.requests().size());
        server.close();
        assertEquals(archive, download(settings(true)).fetch(server.url(NAME), TRUST));
    }

    @Test
    public void whatNobodyHasUsedFor30DaysLeavesTheCache() throws Exception {
        Path archive = fetch().file();
        Path cache = archive.getParent();
        Path others = Files.writeString(cache.resolve("notes.txt"), "mine");
        Path part = Files.writeString(cache.resolve("0123456789abcdef-other.tar.gz.part"), "half");
        Path busy = Files.writeString(cache.resolve("fedcba9876543210-busy.tar.gz.part"), "half");
        Instant now = Instant.now();
        FileTime old = FileTime.from(now.minus(Duration.ofDays(31)));
        try (ExclusiveLock lock =
                ExclusiveLock.acquire(cache.resolve("fedcba9876543210-busy.tar.gz.lock"), "download", Duration.ZERO)) {
            assertEquals("download", lock.holder().purpose());
            try (Stream<Path> entries = Files.list(cache)) {
                for (Path entry : entries.toList()) {
                    Files.setLastModifiedTime(entry, old);
                }
            }
            assertEquals(archive, fetch().file());
            download(settings(true)).removeUnused(now);
            assertTrue("it was used just now", Files.exists(archive));
            assertFalse(Files.exists(part));
            assertTrue("another run fetches it", Files.exists(busy));
        }
        download(settings(true)).removeUnused(now.plus(Duration.ofDays(31)));
        try (Stream<Path> left = Files.list(cache)) {
            assertEquals(List.of(others), left.toList());
        }
    }

    @Test
    public void goesOnAfter200RandomCuts() throws Exception {
        Random random = new Random(20261123);
        AtomicInteger left = new AtomicInteger(200);
        server.handle((request, out) -> {
            int from = request.from();
            DownloadServer.head(out, CONTENT, from, "ETag: \"1\"");
            int rest = CONTENT.length - from;
            if (left.get() > 0 && rest > 1) {
                left.decrementAndGet();
                rest = 1 + random.nextInt(Math.min(rest - 1, 2 * rest / (left.get() + 1) + 1));
            }
            out.write(CONTENT, from, rest);
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(201, server.requests().size());
        assertEquals("\"1\"", server.requests().get(200).headers().get("if-range"));
        assertCacheIsClean();
    }

    @Test
    public void comesThroughAnyMixOfCutsAndServersThatKnowNoRanges() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            boolean ranges = random.nextBoolean();
            boolean marked = random.nextBoolean();
            AtomicInteger cuts = new AtomicInteger(random.nextInt(4));
            server.handle((request, out) -> {
                int from = ranges ? request.from() : 0;
                if (marked) {
                    DownloadServer.head(out, CONTENT, from, "Last-Modified: Mon, 23 Nov 2026 01:55:07 GMT");
                } else {
                    DownloadServer.head(out, CONTENT, from);
                }
                int rest = CONTENT.length - from;
                out.write(CONTENT, from, cuts.getAndDecrement() > 0 ? random.nextInt(rest) : rest);
            });
            assertArrayEquals("seed " + seed, CONTENT, Files.readAllBytes(fetch().file()));
            clearCache();
        }
    }

    @Test
    public void anotherRunGoesOnWhereOneEnded() throws Exception {
        server.handle((request, out) -> {
            DownloadServer.head(out, CONTENT, request.from(), "ETag: \"1\"");
            out.write(CONTENT, request.from(), request.from() == 0 ? 100_000 : 0);
        });
        RefusedException refused = assertThrows(RefusedException.class, this::fetch);
        assertTrue(refused.getMessage(), refused.getMessage().contains("100000 of 300000 bytes have arrived"));
        assertEquals(3, pauses.size());
        server.handle(DownloadServer.file(CONTENT, "\"1\""));
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(
                "bytes=100000-",
                server.requests().get(server.requests().size() - 1).headers().get("range"));
        assertCacheIsClean();
    }

    @Test
    public void startsOverWhenTheFileChangedMeanwhile() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        server.handle((request, out) -> {
            if (requests.getAndIncrement() == 0) {
                DownloadServer.head(out, OTHER, 0, "ETag: \"0\"");
                out.write(OTHER, 0, 100_000);
            } else {
                DownloadServer.file(CONTENT, "\"1\"").answer(request, out);
            }
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals("\"0\"", server.requests().get(1).headers().get("if-range"));
        assertEquals(2, requests.get());
    }

    @Test
    public void startsOverWhenPiecesOfTwoFilesWereTakenForOne() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        server.handle((request, out) -> {
            // no mark of the file's state, the same length: nothing tells the two apart but the checksum
            byte[] content = requests.getAndIncrement() == 0 ? OTHER : CONTENT;
            DownloadServer.head(out, content, request.from());
            out.write(content, request.from(), (requests.get() == 1 ? 100_000 : content.length - request.from()));
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(3, requests.get());
    }

    @Test
    public void startsOverWhenThePartDoesNotFitTheRange() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        server.handle((request, out) -> {
            int number = requests.getAndIncrement();
            if (number == 0) {
                DownloadServer.head(out, CONTENT, 0, "ETag: \"1\"");
                out.write(CONTENT, 0, 1000);
            } else if (number == 1) {
                DownloadServer.text(out, 206, "Content-Range: bytes 5-9/300000\r\nContent-Length: 5");
                out.write(new byte[5]);
            } else if (number == 2) {
                DownloadServer.head(out, CONTENT, 0);
                out.write(CONTENT, 0, 2000);
            } else if (number == 3) {
                DownloadServer.status(out, 416);
            } else {
                DownloadServer.file(CONTENT, "\"1\"").answer(request, out);
            }
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(5, requests.get());
    }

    @Test
    public void waitsWhenTheServerIsBusy() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        server.handle((request, out) -> {
            switch (requests.getAndIncrement()) {
                case 0 -> DownloadServer.status(out, 503);
                case 1 -> DownloadServer.status(out, 503, "Retry-After: 7");
                case 2 -> DownloadServer.status(out, 429, "Retry-After: Mon, 23 Nov 2020 01:55:07 GMT");
                default -> DownloadServer.file(CONTENT, "\"1\"").answer(request, out);
            }
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(3, pauses.size());
        assertTrue(pauses.get(0).toMillis() >= 500 && pauses.get(0).toMillis() <= 1000);
        assertEquals(Duration.ofSeconds(7), pauses.get(1));
        assertEquals(Duration.ZERO, pauses.get(2));
    }

    @Test
    public void givesUpOnAServerThatStaysBusy() throws Exception {
        server.handle((request, out) -> DownloadServer.status(out, 502));
        assertRefused("the server answered 502", "in 4 attempts");
        assertEquals(4, server.requests().size());
        server.handle((request, out) -> DownloadServer.status(out, 503, "Retry-After: 3600"));
        assertRefused("accepts no request for 60 minutes");
    }

    @Test
    public void doesNotWaitForAServerThatStalls() throws Exception {
        stall = Duration.ofSeconds(1);
        AtomicInteger requests = new AtomicInteger();
        server.handle((request, out) -> {
            if (requests.getAndIncrement() == 0) {
                stall(out);
            } else if (request.from() == 0) {
                DownloadServer.head(out, CONTENT, 0, "ETag: \"1\"");
                out.write(CONTENT, 0, 50_000);
                stall(out);
            } else {
                DownloadServer.file(CONTENT, "\"1\"").answer(request, out);
            }
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertEquals(50_000, server.requests().get(requests.get() - 1).from());
        server.handle((request, out) -> {
            DownloadServer.head(out, OTHER, 0);
            stall(out);
        });
        assertRefusedAs(
                ArchiveTrust.of(Optional.of("a".repeat(64)), Optional.empty(), Optional.empty()), "no data came");
    }

    @Test
    public void neverKeepsABadFile() throws Exception {
        server.handle(DownloadServer.file(OTHER, "\"1\""));
        RefusedException refused = assertRefused(Digests.sha256(CONTENT), Digests.sha256(OTHER), "deleted");
        assertTrue(refused.hint().text(), refused.hint().text().contains("edition"));
        assertEquals(1, server.requests().size());
        assertEquals(List.of(), cached());
    }

    @Test
    public void catchesServersThatLieAboutTheLength() throws Exception {
        server.handle((request, out) -> {
            DownloadServer.text(out, 200, "Content-Length: 1000");
            out.write(CONTENT);
        });
        assertRefused("(1000 bytes) is refused", Digests.sha256(CONTENT));
        server.handle((request, out) -> {
            if (request.from() > 0) {
                DownloadServer.status(out, 416);
                return;
            }
            DownloadServer.text(out, 200, "Content-Length: 400000");
            out.write(CONTENT);
        });
        assertRefused("in 4 attempts");
        assertEquals(List.of(), cached());
        server.handle((request, out) -> {
            DownloadServer.text(out, 200, "X-Length: none");
            out.write(CONTENT);
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
    }

    @Test
    public void refusesWhatIsLargerThanAnyRelease() throws Exception {
        server.handle((request, out) -> {
            DownloadServer.text(out, 200, "X-Length: none");
            for (int i = 0; i < 100; i++) {
                out.write(CONTENT);
            }
        });
        assertRefused("larger than 10000000 bytes");
        server.handle((request, out) -> DownloadServer.text(out, 200, "Content-Length: 10000001"));
        assertRefused("larger than 10000000 bytes");
        assertEquals(List.of(), cached());
    }

    @Test
    public void repairsACacheThatWentBad() throws Exception {
        Path file = fetch().file();
        Files.write(file, OTHER);
        assertThrows(RefusedException.class, () -> download(settings(true)).fetch(server.url(NAME), TRUST));
        assertFalse(Files.exists(file));
        Files.write(file, OTHER);
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch().file()));
        assertTrue(
                lines.toString(), lines.stream().anyMatch(line -> line.contains("was damaged and has been deleted")));
    }

    @Test
    public void asksNobodyWhenOffline() throws Exception {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> download(settings(true)).fetch(server.url(NAME), TRUST));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Maven is offline"));
        assertEquals("download", refused.hint().goal());
        assertEquals(0, server.requests().size());
    }

    @Test
    public void twoAtOnceDownloadItOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<VerifiedArchive>> tasks = Collections.nCopies(4, this::fetch);
            for (Future<VerifiedArchive> result : pool.invokeAll(tasks)) {
                assertArrayEquals(CONTENT, Files.readAllBytes(result.get().file()));
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(1, server.requests().size());
        assertCacheIsClean();
    }

    @Test
    public void namesAnAddressThatBringsNothing() throws Exception {
        server.handle((request, out) -> DownloadServer.status(out, 404));
        RefusedException refused = assertRefused(server.url(NAME), "404");
        assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.archive to"));
        assertEquals(1, server.requests().size());
        // not the port of a server that was closed: it may be another test's the next moment
        String nobody = "http://127.0.0.1:1/" + NAME;
        RefusedException unanswered = assertThrows(
                RefusedException.class, () -> download(settings(false)).fetch(nobody, TRUST));
        for (String text : List.of("no answer", "in 4 attempts")) {
            assertTrue(unanswered.getMessage(), unanswered.getMessage().contains(text));
        }
    }

    @Test
    public void usesAFileWhereItIs() throws Exception {
        Path file = folder.newFile("local.tar.gz").toPath();
        Files.write(file, CONTENT);
        assertEquals(
                file, download(settings(true)).fetch(file.toString(), TRUST).file());
        assertEquals(
                file,
                download(settings(true)).fetch(file.toUri().toString(), TRUST).file());
        Files.write(file, OTHER);
        RefusedException refused = assertThrows(
                RefusedException.class, () -> download(settings(false)).fetch(file.toString(), TRUST));
        assertTrue(refused.getMessage(), refused.getMessage().contains(Digests.sha256(OTHER)));
        assertArrayEquals("the administrator's file isn't ours", OTHER, Files.readAllBytes(file));
        Files.delete(file);
        assertThrows(RefusedException.class, () -> download(settings(false)).fetch(file.toString(), TRUST));
    }

    private VerifiedArchive fetch() {
        return download(settings(false)).fetch(server.url(NAME), TRUST);
    }

    private RefusedException assertRefused(String... words) {
        return assertRefusedAs(TRUST, words);
    }

    private RefusedException assertRefusedAs(ArchiveTrust trust, String... words) {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> download(settings(false)).fetch(server.url(NAME), trust));
        for (String word : words) {
            assertTrue(
                    refused.getMessage() + " has no " + word,
                    refused.getMessage().contains(word));
        }
        return refused;
    }

    private ArchiveFetcher download(DownloadSettings settings) {
        return new ArchiveFetcher(settings, new Lines(), pauses::add);
    }

    private DownloadSettings settings(boolean offline) {
        return new DownloadSettings(
                folder.getRoot().toPath().resolve("cache"),
                offline,
                List.of(),
                Optional.empty(),
                Duration.ofSeconds(5),
                stall,
                4,
                10_000_000);
    }

    private static void stall(OutputStream out) throws IOException {
        out.flush();
        try {
            Thread.sleep(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is in the cache but locks, which stay. */
    private List<String> cached() throws IOException {
        try (Stream<Path> files = Files.list(folder.getRoot().toPath().resolve("cache"))) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .toList();
        }
    }

    private void assertCacheIsClean() throws IOException {
        assertEquals(
                List.of(Digests.sha256(CONTENT).substring(0, 16) + "-" + NAME.substring(NAME.lastIndexOf('/') + 1)),
                cached());
    }

    private void clearCache() throws IOException {
        for (String name : cached()) {
            Files.delete(folder.getRoot().toPath().resolve("cache").resolve(name));
        }
    }

    private final class Lines implements LineReporter {
        @Override
        public void info(String line) {
            lines.add(line);
        }

        @Override
        public void warn(String line) {
            lines.add(line);
        }

        @Override
        public void debug(String line) {}
    }
}
