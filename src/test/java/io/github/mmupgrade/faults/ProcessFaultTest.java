package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.KillScene;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Upgrades in processes of their own: two at once, and ones that are told to end. */
public class ProcessFaultTest {

    private static final long PATIENCE_SECONDS = 120;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Process> started = new ArrayList<>();
    private Scene scene;
    private OldState old;
    private Path log;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        old = OldState.of(scene, "5.25.7");
        log = folder.newFile("first.log").toPath();
    }

    @After
    public void clear() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        scene.close();
    }

    private Process upgrade(Path output) {
        Process process = UpgradeProcess.start(
                List.of(),
                List.of(
                        scene.root.toString(),
                        scene.server.directory().toString(),
                        scene.archive,
                        "upgrade",
                        "0",
                        "announce"),
                output);
        started.add(process);
        return process;
    }

    private static void awaitIn(Path log, String text, Process process) throws IOException {
        while (!Files.readString(log).contains(text)) {
            assertTrue(Files.readString(log), process.isAlive());
            WaitTimer.real().sleep(Duration.ofMillis(10));
        }
    }

    private static void awaitEnd(Process process, Path log) throws Exception {
        assertTrue(Files.readString(log), process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    @Category(Slow.class)
    public void ofTwoUpgradesAtOnceOneRunsAndTheOtherNamesIt() throws Exception {
        Process first = upgrade(log);
        awaitIn(log, "event run null BEGIN", first);
        Path other = folder.newFile("second.log").toPath();
        Process second = upgrade(other);
        awaitEnd(second, other);
        String said = Files.readString(other);
        assertEquals(said, UpgradeProcess.FAILED, second.exitValue());
        assertTrue(said, said.contains("Another run is working on " + scene.server.directory()));
        assertTrue(said, said.contains("process " + first.pid() + " on " + new LocalHost().name() + " since 20"));
        assertTrue(said, said.contains("(upgrade)"));
        assertTrue(said, said.contains("Nothing was changed"));
        assertFalse("it wrote no event", said.contains("event "));
        awaitEnd(first, log);
        assertEquals(Files.readString(log), 0, first.exitValue());
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void twoStartedInTheSameMomentEndWithOneUpgrade() throws Exception {
        Path other = folder.newFile("second.log").toPath();
        Process first = upgrade(log);
        Process second = upgrade(other);
        awaitEnd(first, log);
        awaitEnd(second, other);
        String said = Files.readString(log) + Files.readString(other);
        assertEquals(said, UpgradeProcess.FAILED, first.exitValue() + second.exitValue());
        assertTrue(said, said.contains("Another run is working"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
    }

    @Test
    @Category(Slow.class)
    public void ctrlCWhileTheServerRunsStopsNothingAndLeavesNoProcess() throws Exception {
        told("INT", "event " + StageName.COPY_AHEAD + " null BEGIN");
        old.assertNeverStopped();
        assertGoesOn();
    }

    @Test
    public void ctrlCBehindTheStopBringsTheOldServerBackAndLeavesNoProcess() throws Exception {
        String said = told("INT", "event " + StageName.BACKUP + " null BEGIN");
        assertTrue(said, said.contains("Mattermost 5.25.7 is running"));
        old.assertBack();
        assertGoesOn();
    }

    @Test
    @Category(Slow.class)
    public void sigtermBehindTheStopBringsTheOldServerBackAndSaysWhatToDo() throws Exception {
        String said = told("TERM", "event " + StageName.BACKUP + " null BEGIN");
        assertTrue(said, said.contains("Interrupted by a signal. The stage"));
        assertTrue(said, said.contains("Mattermost 5.25.7 is running"));
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void sigtermInTheInstallEndsItFirst() throws Exception {
        String said = told("TERM", "event " + StageName.INSTALL + " null BEGIN");
        assertTrue(said, said.contains("event " + StageName.INSTALL + " null DONE"));
        assertTrue(said, said.contains("Mattermost 5.25.7 is running"));
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void ctrlCWhileTheNewServerStartsLeavesOneServer() throws Exception {
        String said = told("INT", "event " + StageName.START + " null BEGIN");
        assertTrue(said, said.contains("Mattermost 5.25.7 is running"));
        old.assertBack();
        assertGoesOn();
    }

    /** Sends a signal to the group, as a terminal does, when a text has come; what the process said. */
    private String told(String signal, String text) throws Exception {
        Process process = upgrade(log);
        awaitIn(log, text, process);
        KillScene.signal(process, signal);
        awaitEnd(process, log);
        String said = Files.readString(log);
        assertTrue(said, said.contains("Interrupted"));
        assertNoOrphans();
        return said;
    }

    /** Nothing is left that works on the scene but its one server. */
    private void assertNoOrphans() {
        List<Long> servers = RunningServer.find(new LocalHost(), scene.server.directory()).stream()
                .map(RunningServer::pid)
                .toList();
        assertEquals(servers.toString(), 1, servers.size());
        Processes processes = new Processes(new LocalHost());
        List<ProcessInfo> left = processes.all().stream()
                .filter(process -> !process.ended() && !servers.contains(process.pid()))
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> concernsTheScene(processes, process))
                .toList();
        assertEquals(List.of(), left);
    }

    private boolean concernsTheScene(Processes processes, ProcessInfo process) {
        String root = scene.root.toString();
        boolean tool = process.program().startsWith("pg_")
                && processes
                        .environment(process.pid())
                        .map(environment -> scene.database.name().equals(environment.get("PGDATABASE")))
                        .orElse(false);
        return tool
                || process.arguments().stream().anyMatch(argument -> argument.contains(root))
                || (process.directory() != null && process.directory().startsWith(scene.root));
    }

    private void assertGoesOn() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
    }
}
