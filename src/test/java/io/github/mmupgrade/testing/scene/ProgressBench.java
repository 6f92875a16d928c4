package io.github.mmupgrade.testing.scene;

import com.sun.net.httpserver.HttpServer;
import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.backup.BackupBench;
import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.HttpFetcher;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.download.PartialFile;
import io.github.mmupgrade.download.ResumableTransfer;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.saving.DatabaseMeter;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.unpack.ArchiveUnpacker;
import io.github.mmupgrade.unpack.UnpackLimits;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** What {@code dev/bench-progress} runs: holds what progress forecasts after a quarter of the work against what it took. */
public final class ProgressBench {

    private static final int MEBIBYTE = 1 << 20;

    private final Path directory;
    private final List<Event.Progress> told = Collections.synchronizedList(new ArrayList<>());
    private boolean missed;

    private ProgressBench(Path directory) {
        this.directory = directory;
    }

    /**
     * Measures one part.
     *
     * @param arguments the part ({@code copy}, {@code dump}, {@code unpack} or {@code download}), a directory that may be
     *     filled, and how much: megabytes, or for {@code unpack} the archive
     */
    public static void main(String[] arguments) throws Exception {
        ProgressBench bench = new ProgressBench(Path.of(arguments[1]).toRealPath());
        switch (arguments[0]) {
            case "copy" -> bench.copy(Long.parseLong(arguments[2]));
            case "dump" -> bench.dump(Long.parseLong(arguments[2]));
            case "unpack" -> bench.unpack(Path.of(arguments[2]));
            case "download" -> bench.download(Integer.parseInt(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(bench.missed ? 1 : 0);
    }

    private void hear(Event event) {
        if (event instanceof Event.Progress progress) {
            told.add(progress);
        }
    }

    private void measured(String what, Callable<?> work) throws Exception {
        work.call();
        Event.Progress last = told.get(told.size() - 1);
        Optional<Event.Progress> quarter = told.stream()
                .filter(progress -> !progress.ended() && progress.left() != null)
                .filter(progress -> progress.done() >= last.done() / 4)
                .findFirst();
        if (quarter.isEmpty()) {
            missed = true;
            System.out.println("MISSED no forecast for " + what + ": " + EventText.line(last));
            return;
        }
        double real = last.seconds().minus(quarter.get().seconds()).toMillis() / 1000.0;
        double ratio = quarter.get().left().toMillis() / 1000.0 / Math.max(0.001, real);
        boolean good = ratio >= 0.5 && ratio <= 2;
        missed |= !good;
        System.out.println(String.format(
                Locale.ROOT,
                "%-6s %.2f (0.50 to 2.00)  %s in %.0f s, forecast after a quarter / what it still took",
                good ? "ok" : "MISSED",
                ratio,
                what,
                last.seconds().toMillis() / 1000.0));
        System.out.println("       " + EventText.line(quarter.get()));
    }

    private void copy(long megabytes) throws Exception {
        Path store = directory.resolve("store");
        BackupBench.make(store, 20_000, megabytes * 1_000_000);
        BackupDirectory backups =
                BackupDirectory.at(new LocalHost(), this::hear, directory.resolve("backups"), "mattermost");
        backups.prepare(List.of(store));
        BackupSubject subject =
                new BackupSubject("mattermost", "/opt/mattermost", "bench", "0", "5.37.0", null, null, null, null);
        try (BackupDraft draft = backups.create(BackupDirectory.runId(Instant.EPOCH, "5.37.0"), subject, false)) {
            measured("a first copy", () -> draft.copyAhead(List.of(BackupSource.directory("files", store))));
        }
    }

    private void dump(long megabytes) throws Exception {
        try (TestPostgres server = new TestPostgres(List.of("max_wal_size=4GB"))) {
            TestDatabase test = server.createDatabase("progress", true);
            // three tables of different size, as a server has them
            for (int table = 1; table <= 3; table++) {
                test.execute("CREATE TABLE t" + table + " AS SELECT n, md5(n::text) || md5((n + " + table
                        + ")::text) AS text FROM generate_series(1, "
                        + megabytes * 10_000 * (table == 1 ? 6 : 2) / 10 + ") n");
            }
            try (Database database = MattermostTables.open(test)) {
                measured("a dump", () -> new DatabaseMeter(this::hear)
                        .dump(database, test.name(), directory.resolve("dump"), DumpFormat.CUSTOM));
            }
        }
    }

    private void unpack(Path archive) throws Exception {
        Path target = directory.resolve("release");
        ArchiveProcessor processor = ArchiveProcessor.ofThisMachine().orElseThrow();
        VerifiedArchive verified = new VerifiedArchive(archive, Digests.sha256(archive), "bench");
        measured("unpacking", () -> new ArchiveUnpacker(new LocalHost(), processor, this::hear)
                .unpack(verified, target, directory.resolve("shipped"), UnpackLimits.DEFAULT));
    }

    /** From a server that sends ten megabytes a second. */
    private void download(int megabytes) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, (long) megabytes * MEBIBYTE);
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < megabytes; i++) {
                    out.write(new byte[MEBIBYTE]);
                    Thread.sleep(100);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        try {
            DownloadSettings settings = DownloadSettings.of(directory, false, List.of(), Optional.empty());
            Location url =
                    Location.parse("http://127.0.0.1:" + server.getAddress().getPort() + "/release.tar.gz");
            measured("a download", () -> new ResumableTransfer(
                            new HttpFetcher(settings),
                            settings,
                            this::hear,
                            pause -> {},
                            url,
                            new PartialFile(directory.resolve("release.part")),
                            settings.maxBytes())
                    .run());
        } finally {
            server.stop(0);
        }
    }
}
