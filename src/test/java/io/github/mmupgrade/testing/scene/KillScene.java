package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running installation that can be brought back to its beginning in a moment, upgrades of it that are killed, and what
 * must hold afterwards.
 */
public final class KillScene implements AutoCloseable {

    static final String OLD = "5.25.7";
    static final String NEW = "5.37.10";

    private static final long PATIENCE_SECONDS = 180;

    private final Scene scene;
    private final Path saved;
    private final Path log;
    private final String base;
    private final Map<String, String> rows;
    private final String schema;
    private final Map<String, String> oldTree;
    private final byte[] oldConfiguration;
    private Map<String, String> newTree;

    /** A scene whose database is saved in the way that is chosen by itself. */
    public KillScene(Path folder) throws Exception {
        this(folder, DatabaseSaving.AUTO);
    }

    public KillScene(Path folder, DatabaseSaving way) throws Exception {
        Path root = Files.createDirectories(folder.resolve("scene"));
        scene = new Scene(root, OLD).to(NEW);
        scene.watch = Duration.ofMillis(200);
        scene.databaseBackup = way;
        // all scenes of these tests share a server
        scene.sharedServer = true;
        if (way == DatabaseSaving.BASE_BACKUP) {
            TestPostgres.shared().execute("ALTER ROLE " + scene.database.user() + " REPLICATION");
        }
        log = folder.resolve("killed.log");
        if (way == DatabaseSaving.COMMAND) {
            new OwnCommand(scene.root);
            scene.databaseCommand = OwnCommand.of(scene.root);
        }
        rows = scene.contents();
        schema = scene.schema();
        scene.server.stop();
        oldTree = tree();
        oldConfiguration = Files.readAllBytes(scene.server.configFile());
        saved = folder.resolve("saved");
        run("cp", "-a", scene.root.toString(), saved.toString());
        base = "base_of_" + scene.database.name();
        TestPostgres.shared()
                .execute("CREATE DATABASE " + base + " TEMPLATE " + scene.database.name() + " OWNER "
                        + scene.database.user());
    }

    /** The same scene, whose upgrades and rollbacks show a page while the server is down. */
    public KillScene withMaintenancePage() {
        scene.maintenancePage = true;
        return this;
    }

    /** Everything as it was at the beginning, the old server running. */
    void restore() throws Exception {
        endServers();
        for (String slot : asked("SELECT slot_name FROM pg_replication_slots")) {
            // a killed follower is noticed in a moment
            TestPostgres.shared().dropSlot(slot);
        }
        for (String name : databases("_", "-")) {
            TestPostgres.shared().execute("DROP DATABASE \"" + name + "\" WITH (FORCE)");
        }
        TestPostgres.shared()
                .execute("CREATE DATABASE " + scene.database.name() + " TEMPLATE " + base + " OWNER "
                        + scene.database.user());
        for (Path left : entries(scene.root)) {
            TreeDelete.delete(left);
        }
        run("cp", "-a", saved + "/.", scene.root.toString());
        scene.server.start();
    }

    Scene scene() {
        return scene;
    }

    /** What the newest killed process wrote. */
    String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Calls a goal in a process of its own; its exit status. */
    int call(String goal, int killedBehind) throws Exception {
        Process process = UpgradeProcess.start(before(), arguments(goal, killedBehind), log);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            throw new AssertionError("The goal " + goal + " hangs:\n" + log());
        }
        return process.exitValue();
    }

    /** How long an upgrade takes in a process of its own, in milliseconds. */
    long millisecondsOfAnUpgrade() throws Exception {
        restore();
        long start = System.nanoTime();
        assertEquals(log(), 0, call("upgrade", 0));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        rollBack();
        assertOld();
        return took;
    }

    /** Starts a goal in a process of its own. */
    Process launch(String goal) {
        List<String> arguments = arguments(goal, 0);
        arguments.add("announce");
        return UpgradeProcess.start(before(), arguments, log);
    }

    /**
     * Sends a signal to the whole group of a process that {@link #launch} started. Its children may lead groups of their
     * own, a server above all, which a terminal's Ctrl-C does not reach either.
     */
    public static void signal(Process process, String signal) throws Exception {
        // setsid does not fork when it is no group's leader itself, and it is none here
        int status = new ProcessBuilder("kill", "-" + signal, "--", "-" + process.pid())
                .start()
                .waitFor();
        assertTrue("process " + process.pid() + " leads no group", status == 0 || !process.isAlive());
    }

    private List<String> before() {
        return List.of(
                "env",
                UpgradeProcess.DATABASE + "=" + scene.databaseBackup.name(),
                UpgradeProcess.PAGE + "=" + scene.maintenancePage);
    }

    private List<String> arguments(String goal, int killedBehind) {
        return new ArrayList<>(List.of(
                scene.root.toString(),
                scene.server.directory().toString(),
                scene.archive,
                goal,
                Integer.toString(killedBehind)));
    }

    /** Takes back half of the journal's last line, as a machine does that lost its power while it was written. */
    void tearLastEvent() throws IOException {
        tearLastEvent(scene.place().journal().file());
    }

    /** The same with any journal. */
    public static void tearLastEvent(Path journal) throws IOException {
        String text = Files.readString(journal);
        int start = text.lastIndexOf('\n', text.length() - 2) + 1;
        try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
            file.setLength(start + (text.length() - start) / 2L);
        }
    }

    /** The journal's last event, as the name of a fault. */
    String lastEvent() {
        return lastEvent(scene.place().journal());
    }

    /** The same of any journal. */
    static String lastEvent(Journal journal) {
        List<JournalEvent> events = journal.events();
        if (events.isEmpty()) {
            return "nothing";
        }
        JournalEvent last = events.get(events.size() - 1);
        String step = last.step() == null ? "" : last.step().startsWith("/") ? " rename" : " " + last.step();
        return last.stage() + step + " " + last.kind();
    }

    void upgradeAgain() {
        scene.goals().upgrade();
    }

    /** Goes back, where there is anything to go back from. */
    void rollBack() {
        try {
            scene.goals().rollback(null, false);
        } catch (RefusedException e) {
            assertTrue(e.getMessage(), e.getMessage().contains("There is no run"));
        }
    }

    void assertOld() throws Exception {
        assertRuns(OLD);
        assertEquals(rows, scene.contents());
        assertEquals(schema, scene.schema());
        assertArrayEquals(oldConfiguration, Files.readAllBytes(scene.server.configFile()));
        assertTree(oldTree);
        assertNothingUnnamed();
    }

    void assertNew() throws Exception {
        assertRuns(NEW);
        assertEquals(rows, scene.contents());
        if (newTree == null) {
            // the first upgrade is one that nobody disturbed
            newTree = tree();
        }
        assertTree(newTree);
        assertNothingUnnamed();
    }

    private void assertTree(Map<String, String> expected) throws IOException {
        Map<String, String> now = tree();
        Map<String, String> difference = new TreeMap<>();
        expected.forEach((name, sum) -> {
            if (!sum.equals(now.get(name))) {
                difference.put(name, now.containsKey(name) ? "is not as it was" : "is missing");
            }
        });
        now.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> difference.put(name, "should not be there"));
        assertEquals(Map.of(), difference);
    }

    private void assertRuns(String release) {
        String answer = scene.answers();
        for (int i = 0; answer == null && i < 100; i++) {
            WaitTimer.real().sleep(Duration.ofMillis(100));
            answer = scene.answers();
        }
        assertTrue(release + " should answer, not " + answer, answer != null && answer.contains(release));
        assertEquals(
                1, RunningServer.find(new LocalHost(), scene.server.directory()).size());
    }

    /** Siblings, databases and backups are what somebody would stumble over a year later. */
    private void assertNothingUnnamed() throws Exception {
        assertEquals("slots keep the log", List.of(), asked("SELECT slot_name FROM pg_replication_slots"));
        String status = scene.status();
        for (Path sibling : entries(scene.server.directory().getParent())) {
            if (!sibling.equals(scene.server.directory()) && !sibling.toString().endsWith(".console")) {
                assertTrue(sibling + " is not in\n" + status, status.contains(sibling.toString()));
            }
        }
        for (Path entry : entries(scene.server.directory())) {
            assertTrue(
                    entry + " is not in\n" + status,
                    !entry.toString().contains(".since-") || status.contains(entry.toString()));
        }
        for (String name : databases("_")) {
            assertTrue(name + " is not in\n" + status, status.contains(name));
            assertTrue(name + " is unfinished", !name.endsWith("_making"));
        }
        Path backups = scene.root.resolve("backups");
        if (Files.isDirectory(backups)) {
            for (Path installation : entries(backups)) {
                for (Path backup : entries(installation)) {
                    String name = backup.getFileName().toString().replaceAll("^\\.|\\.lock$", "");
                    assertTrue(backup + " is not in\n" + status, status.contains(name));
                }
            }
        }
        for (Path entry : entries(scene.root)) {
            String name = entry.getFileName().toString();
            assertTrue(
                    entry + " was left",
                    List.of("opt", "state", "backups", "cache").contains(name));
        }
    }

    private List<String> databases(String... separators) throws Exception {
        return asked("SELECT datname FROM pg_database ORDER BY 1").stream()
                .filter(name -> name.equals(scene.database.name())
                        || Stream.of(separators).anyMatch(each -> name.startsWith(scene.database.name() + each)))
                .toList();
    }

    private static List<String> asked(String query) throws Exception {
        List<String> found = new ArrayList<>();
        try (Connection connection = TestPostgres.shared().admin("postgres");
                Statement statement = connection.createStatement();
                ResultSet all = statement.executeQuery(query)) {
            while (all.next()) {
                found.add(all.getString(1));
            }
        }
        return found;
    }

    /** Every file of the installation with its checksum; but for its log, its configuration, and what is set aside. */
    private Map<String, String> tree() throws IOException {
        Map<String, String> found = new TreeMap<>();
        Path root = scene.server.directory();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                String name = root.relativize(path).toString();
                if (name.startsWith("logs") || name.equals("config/config.json") || name.contains(".since-")) {
                    continue;
                }
                found.put(
                        name,
                        Files.isSymbolicLink(path)
                                ? Files.readSymbolicLink(path).toString()
                                : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? "" : Digests.sha256(path));
            }
        }
        return found;
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.waitFor());
    }

    private void endServers() {
        for (RunningServer running : RunningServer.find(new LocalHost(), scene.server.directory())) {
            ProcessHandle.of(running.pid()).ifPresent(process -> {
                process.destroyForcibly();
                process.onExit().join();
            });
        }
    }

    @Override
    public void close() {
        scene.close();
        try {
            TreeDelete.delete(saved);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
