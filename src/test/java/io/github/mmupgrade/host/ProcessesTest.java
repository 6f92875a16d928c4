package io.github.mmupgrade.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ProcessesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Processes processes = new Processes(new LocalHost());

    @Test
    public void readsARealProcess() throws Exception {
        Process child =
                new ProcessBuilder("sleep", "50").directory(folder.getRoot()).start();
        try {
            ProcessInfo info = awaitProgram(child.pid(), "sleep");
            assertEquals(List.of("sleep", "50"), info.arguments());
            assertEquals(folder.getRoot().toPath().toRealPath(), info.directory());
            assertEquals(ProcessHandle.current().pid(), info.parent());
            assertEquals(new LocalHost().self(), info.owner());
            assertTrue(Duration.between(info.started(), Instant.now()).abs().toHours() < 1);
            assertTrue(processes.runs(info.id()));
            assertFalse(processes.runs(new ProcessId(info.pid(), info.id().startTicks() + 1)));
            assertTrue(processes
                    .selfAndAncestors()
                    .contains(ProcessHandle.current().pid()));
            assertFalse(processes.selfAndAncestors().contains(child.pid()));
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertEquals(Optional.empty(), processes.find(child.pid()));
    }

    @Test
    public void readsNamesWithParenthesesAndEmptyArgumentsAndUnlinkedPrograms() throws Exception {
        Path proc = fake(7, 1, "a) S (b", 'S', "one\0\0three\0");
        Files.createSymbolicLink(proc.resolve("7/exe"), Path.of("/opt/x/bin/mattermost (deleted)"));
        ProcessInfo info = new Processes(proc).find(7).orElseThrow();
        assertEquals(List.of("one", "", "three"), info.arguments());
        assertEquals(Path.of("/opt/x/bin/mattermost"), info.executable());
        assertNull(info.directory());
        assertEquals(new Owner(1001, 1002), info.owner());
        assertEquals(Instant.ofEpochSecond(1000).plusMillis(5550), info.started());
        assertEquals(Integer.valueOf(0027), info.umask());
        assertEquals("7 (mattermost)", info.toString());
    }

    @Test
    public void takesAProcessThatWasNotReapedForEnded() throws Exception {
        Path proc = fake(7, 1, "x", 'Z', "");
        ProcessInfo info = new Processes(proc).find(7).orElseThrow();
        assertTrue(info.ended());
        assertFalse(new Processes(proc).runs(info.id()));
    }

    @Test
    public void followsAFamilyDownToGrandchildren() throws Exception {
        Path proc = fake(30, 20, "grandchild", 'S', "g\0");
        fake(20, 10, "child", 'S', "c\0");
        fake(10, 1, "parent", 'S', "p\0");
        fake(40, 1, "stranger", 'S', "s\0");
        Set<Long> pids = new java.util.HashSet<>();
        new Processes(proc).descendants(10).forEach(p -> pids.add(p.pid()));
        assertEquals(Set.of(20L, 30L), pids);
    }

    @Test
    public void keepsEqualSignsAndNewLinesInTheEnvironment() throws Exception {
        Path proc = fake(7, 1, "x", 'S', "x\0");
        Files.writeString(proc.resolve("7/environ"), "A=1\0MM_X=postgres://u:p@h/d?a=b\nc\0=odd\0B=\0");
        assertEquals(
                Map.of("A", "1", "MM_X", "postgres://u:p@h/d?a=b\nc", "B", ""),
                new Processes(proc).environment(7).orElseThrow());
    }

    @Test
    public void readsControlGroupsOfBothKinds() throws Exception {
        Path proc = fake(7, 1, "x", 'S', "x\0");
        Files.writeString(
                proc.resolve("7/cgroup"), "12:cpu,cpuacct:/\n1:name=systemd:/system.slice/a.service\n0::/b.slice\n");
        assertEquals(List.of("/system.slice/a.service", "/b.slice"), new Processes(proc).controlGroups(7));
    }

    @Test
    public void readsBackItsOwnPidFilesOnly() {
        ProcessId id = new ProcessId(12, 345678901234L);
        assertEquals(Optional.of(id), ProcessId.tryParse(id + "\n"));
        assertEquals(Optional.empty(), ProcessId.tryParse("12\n"));
        assertEquals(Optional.empty(), ProcessId.tryParse("0 1"));
        assertEquals(Optional.empty(), ProcessId.tryParse("x y"));
    }

    private Path fake(long pid, long parent, String name, char state, String arguments) throws Exception {
        Path proc = folder.getRoot().toPath().resolve("proc");
        Path directory = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(proc.resolve("stat"), "cpu 1 2 3\nbtime 1000\n");
        Files.writeString(
                directory.resolve("stat"),
                pid + " (" + name + ") " + state + " " + parent
                        + " 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 555 1 1 1\n");
        Files.writeString(
                directory.resolve("status"),
                "Name:\tx\nUmask:\t0027\nUid:\t1000\t1001\t1000\t1000\nGid:\t1000\t1002\t1000\t1000\n");
        Files.writeString(directory.resolve("cmdline"), arguments);
        return proc;
    }

    private ProcessInfo awaitProgram(long pid, String program) throws Exception {
        Instant patience = Instant.now().plusSeconds(20);
        while (Instant.now().isBefore(patience)
                && !processes.find(pid).map(ProcessInfo::program).orElse("").equals(program)) {
            Thread.sleep(10);
        }
        return processes.find(pid).orElseThrow();
    }
}
