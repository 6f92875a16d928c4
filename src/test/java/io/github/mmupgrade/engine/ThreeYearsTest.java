package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/**
 * An installation that is upgraded by every release, a month after the other, with the default options, while people
 * write. Some upgrades fail, some are rolled back and done again, some are killed and resumed. What all that leaves is
 * bounded, and {@code status} names it.
 *
 * <p>The goals' clock goes a month ahead with each upgrade; that of the server and of the files stays.
 */
public class ThreeYearsTest {

    private static final int YEARS = 36;
    private static final int YEAR = 12;
    private static final Duration MONTH = Duration.ofDays(30);
    private static final int KEPT_BACKUPS = 3;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private final List<Month> months = new ArrayList<>();
    private final Set<String> temporaryBefore = temporaryFiles();
    private HttpServer mirror;
    private Scene scene;
    private List<String> releases;
    private Path overlay;
    private int pruned;
    private Duration ahead = Duration.ZERO;

    /** How much there is at the end of a month, in bytes and entries, and how long goals that read take. */
    private record Month(
            int number,
            String release,
            long state,
            long backups,
            long files,
            long perBackup,
            int events,
            int statusLines,
            Duration reading) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%2d %-9s state %7d  backups %9d  files %8d  dump %7d  events %5d  status %3d lines  read %d ms",
                    number,
                    release,
                    state,
                    backups,
                    files,
                    perBackup,
                    events,
                    statusLines,
                    reading.toMillis());
        }
    }

    @Before
    public void serveArchives() throws IOException {
        mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mirror.createContext("/", exchange -> {
            Path file = scene.root.resolve("archives" + exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
            exchange.close();
        });
        mirror.start();
    }

    @After
    public void endAll() {
        mirror.stop(0);
        if (scene != null) {
            scene.close();
        }
    }

    @Test
    @Category(Slow.class)
    public void nothingGrowsWithoutEndAndTheWayBackWorks() throws Exception {
        begin();
        for (int month = 1; month <= YEARS; month++) {
            upgrade(month);
        }
        Month last = months.get(YEARS - 1);
        assertTrue("status asked " + pruned + " times to remove databases", pruned >= YEARS / 6 - 1);
        // 20 runs are known from the second year on: the third has what the second had
        assertBounded("state", most(YEAR, 2 * YEAR, Month::state), most(2 * YEAR, YEARS, Month::state));
        assertBounded("events", most(YEAR, 2 * YEAR, Month::events), most(2 * YEAR, YEARS, Month::events));
        assertBounded("status", most(1, YEAR, Month::statusLines), last.statusLines());
        assertTrue(
                "reading takes longer: " + months,
                last.reading()
                                .minusMillis(1500)
                                .compareTo(months.get(2).reading().multipliedBy(2))
                        < 0);
        assertEveryBackupIsGood();
        assertTheWayBackWorks();
    }

    private long most(int from, int to, ToLongFunction<Month> what) {
        return months.subList(from, to).stream().mapToLong(what).max().orElseThrow();
    }

    private void assertBounded(String what, long before, long after) {
        assertTrue(what + " grew from " + before + " to " + after + ": " + months, after <= before * 3 / 2);
    }

    private void begin() throws Exception {
        List<String> versions = Catalogue.builtIn().releases().stream()
                .map(release -> release.version().toString())
                .collect(Collectors.toCollection(ArrayList::new));
        // the vendor forbids to go from it to the next one
        int last = versions.indexOf("10.11.23");
        List<String> path = versions.subList(last - YEARS, last + 1);
        scene = new Scene(folder.getRoot().toPath(), path.get(0));
        scene.along(path.subList(1, path.size()).toArray(String[]::new));
        scene.offline = false;
        // the one setting whose type changes on the way
        overlay = Files.writeString(
                scene.root.resolve("archives/overlay.json"), "{\"LogSettings\": {\"AdvancedLoggingConfig\": {}}}");
        releases = path;
    }

    /** A month: people write, the next release is installed, and something may go wrong. */
    private void upgrade(int month) throws Exception {
        String release = releases.get(month);
        ahead = ahead.plus(MONTH);
        String archive = "mattermost-team-" + release + "-linux-amd64.tar.gz";
        scene.archive = "http://127.0.0.1:" + mirror.getAddress().getPort() + "/" + archive;
        scene.targetVersion = null;
        scene.overlays = release.startsWith("9.0.") ? List.of(Overlay.forLast(overlay)) : List.of();
        write(month);
        Map<String, String> rows = scene.contents();
        Map<String, String> files = files();
        if (month % 5 == 0) {
            run(Goal.BACKUP, new GoalArguments.None());
        }
        if (month % 6 == 2) {
            scene.server.misbehave(release.replaceFirst("\\.\\d+$", "") + " fail-start");
            assertThrows(StageFailedException.class, () -> run(Goal.UPGRADE, new GoalArguments.None()));
            Files.delete(scene.server.directory().resolve("misbehave"));
            assertRuns(releases.get(month - 1));
            assertEquals(rows, scene.contents());
        }
        if (month % 9 == 5) {
            killedUpgrade(archive, month);
        }
        run(Goal.UPGRADE, new GoalArguments.None());
        if (month % 6 == 3) {
            write(100 + month);
            run(Goal.ROLLBACK, new GoalArguments.Rollback(null, true));
            assertRuns(releases.get(month - 1));
            assertEquals(rows, scene.contents());
            assertNothingUnnamed();
            run(Goal.UPGRADE, new GoalArguments.None());
        }
        assertRuns(release);
        assertEquals(rows, scene.contents());
        assertEquals(files, files());
        assertNothingUnnamed();
        doWhatStatusAsks();
        months.add(measured(month, release));
        System.out.println(months.get(month - 1));
        assertBackupsBounded(months.get(month - 1));
        assertDatabasesBounded();
    }

    private void write(int month) {
        for (int post = 0; post < 3; post++) {
            String text = "post " + post + " of month " + month;
            scene.sample.administrator().createPost(scene.sample.channelId(), text);
        }
        byte[] content = ("file of month " + month + "\n").repeat(500).getBytes(StandardCharsets.UTF_8);
        scene.sample.administrator().upload(scene.sample.channelId(), "month-" + month + ".txt", content);
    }

    private void killedUpgrade(String archive, int month) throws Exception {
        Path log = folder.getRoot().toPath().resolveSibling(folder.getRoot().getName() + ".log");
        Process process = UpgradeProcess.start(
                List.of("env", UpgradeProcess.CLOCK_AHEAD + "=" + ahead),
                List.of(
                        scene.root.toString(),
                        scene.server.directory().toString(),
                        scene.root.resolve("archives").resolve(archive).toString(),
                        "upgrade",
                        // somewhere between the stop and the start
                        Integer.toString(20 + 7 * (month % 5))),
                log);
        assertTrue(process.waitFor(3, TimeUnit.MINUTES));
        assertEquals(Files.readString(log), UpgradeProcess.KILLED, process.exitValue());
        Files.delete(log);
    }

    private void run(Goal goal, GoalArguments arguments) {
        said.clear();
        new Engine(new LocalHost(), Clock.offset(Clock.systemUTC(), ahead), major -> null, hint -> "mvn " + hint.goal())
                .run(new Request(goal, scene.options(), arguments), RequestSecrets.NONE, said);
    }

    private String status() {
        run(Goal.STATUS, new GoalArguments.None());
        return said.text();
    }

    private void assertRuns(String release) {
        String answer = scene.answers();
        assertTrue(
                release + " should answer, not " + answer,
                answer != null && answer.startsWith(release.substring(0, release.lastIndexOf('.'))));
    }

    private Path state() {
        return scene.place().state();
    }

    private Path backups() throws IOException {
        return only(scene.backups);
    }

    private static Path only(Path directory) throws IOException {
        List<Path> entries = entries(directory);
        assertEquals(entries.toString(), 1, entries.size());
        return entries.get(0);
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> found = new TreeMap<>();
        Path data = scene.server.directory().resolve("data");
        try (Stream<Path> all = Files.walk(data)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(data.relativize(file).toString(), Digests.sha256(file));
            }
        }
        return found;
    }

    private void assertNothingUnnamed() throws Exception {
        String status = status();
        for (Path sibling : entries(scene.server.directory().getParent())) {
            if (!sibling.equals(scene.server.directory()) && !sibling.toString().endsWith(".console")) {
                assertNamed(sibling.toString(), status);
            }
        }
        for (Path entry : entries(scene.server.directory())) {
            if (entry.toString().contains(".since-")) {
                assertNamed(entry.toString(), status);
            }
        }
        for (String database : databases()) {
            assertNamed(database, status);
        }
        for (Path backup : entries(backups())) {
            assertNamed(backup.getFileName().toString(), status);
        }
        String documented = Files.readString(Path.of("docs/files-on-disk.md"));
        for (Path entry : entries(state())) {
            String name = entry.getFileName() + (Files.isDirectory(entry) ? "/" : "");
            assertTrue(name + " is not documented", documented.contains("`" + name + "`"));
        }
        for (Path entry : entries(scene.root)) {
            assertTrue(
                    entry + " was left",
                    List.of("opt", "state", "backups", "cache", "archives", "catalogue.json")
                            .contains(entry.getFileName().toString()));
        }
        Set<String> temporary = temporaryFiles();
        temporary.removeAll(temporaryBefore);
        assertEquals("left among temporary files", Set.of(), temporary);
    }

    private static void assertNamed(String what, String status) {
        assertTrue(what + " is not in\n" + status, status.contains(what));
    }

    private static Set<String> temporaryFiles() {
        try {
            return entries(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> name.matches("mattermost-.*|mm(base|db|key)\\d+"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an administrator does, once a month: what users have written is nobody else's to remove. */
    private void doWhatStatusAsks() throws IOException {
        JsonNode status = said.result();
        for (JsonNode entry : status.path("setAside")) {
            TreeDelete.delete(Path.of(entry.asText()));
        }
        for (JsonNode entry : status.path("attention")) {
            if (entry.path("goal").asText().equals(Goal.PRUNE_BACKUPS.key())) {
                pruned++;
                run(Goal.PRUNE_BACKUPS, new GoalArguments.PruneBackups(KEPT_BACKUPS, null, Duration.ofHours(24)));
            }
        }
    }

    private List<String> databases() throws Exception {
        List<String> found = new ArrayList<>();
        try (Connection connection = TestPostgres.shared().admin("postgres");
                Statement statement = connection.createStatement();
                ResultSet all = statement.executeQuery("SELECT datname FROM pg_database ORDER BY 1")) {
            while (all.next()) {
                if (all.getString(1).startsWith(scene.database.name() + "_")) {
                    found.add(all.getString(1));
                }
            }
        }
        return found;
    }

    private Month measured(int number, String release) throws Exception {
        long begin = System.nanoTime();
        run(Goal.STATUS, new GoalArguments.None());
        int lines = said.text().split("\n").length;
        run(Goal.LIST_BACKUPS, new GoalArguments.None());
        run(Goal.REPORT, new GoalArguments.Report(null));
        Duration reading = Duration.ofNanos(System.nanoTime() - begin);
        Path newest = entries(backups()).stream()
                .filter(entry -> !entry.getFileName().toString().startsWith("."))
                .reduce((one, other) -> other)
                .orElseThrow();
        return new Month(
                number,
                release,
                bytes(state()),
                bytes(backups()),
                bytes(scene.server.directory().resolve("data")),
                bytes(newest) - bytes(newest.resolve("files")),
                scene.place().journal().events().size(),
                lines,
                reading);
    }

    /** The bytes of all files below a directory; of one that has several names, once. */
    private static long bytes(Path directory) throws IOException {
        Set<Long> seen = new HashSet<>();
        long bytes = 0;
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                FileStat stat = FileStat.of(file);
                bytes += seen.add(stat.inode()) ? stat.size() : 0;
            }
        }
        return bytes;
    }

    /** Files are there once however many backups have them, and the rest once for each backup. */
    private void assertBackupsBounded(Month month) throws IOException {
        long most = month.files() * 3 / 2 + (KEPT_BACKUPS + 1) * month.perBackup() * 3 / 2;
        assertTrue(
                "backups take " + month.backups() + ", not " + most + ": " + entries(backups()),
                month.backups() <= most);
    }

    /** The frozen copy of the last run, and what runs of this month and, until status asks, the last one have set aside. */
    private void assertDatabasesBounded() throws Exception {
        List<String> copies = databases();
        assertTrue(copies.toString(), copies.size() <= 3);
        try (Stream<Path> archives = Files.list(scene.root.resolve("cache"))) {
            List<Path> kept =
                    archives.filter(each -> each.toString().endsWith(".tar.gz")).toList();
            assertTrue(kept.toString(), kept.size() <= 2);
        }
    }

    private void assertEveryBackupIsGood() throws Exception {
        int good = 0;
        for (Path backup : entries(backups())) {
            if (!backup.getFileName().toString().startsWith(".")) {
                run(
                        Goal.VERIFY_BACKUP,
                        new GoalArguments.VerifyBackup(backup.getFileName().toString(), true));
                good++;
            }
        }
        assertTrue("only " + good + " backups", good >= KEPT_BACKUPS);
    }

    /** What rollback.md promises: the last upgrade can be undone, with the data as they were. */
    private void assertTheWayBackWorks() throws Exception {
        Map<String, String> rows = scene.contents();
        Map<String, String> files = files();
        run(Goal.ROLLBACK, new GoalArguments.Rollback(null, false));
        assertRuns(releases.get(months.size() - 1));
        assertEquals(rows, scene.contents());
        assertEquals(files, files());
        assertNothingUnnamed();
    }
}
