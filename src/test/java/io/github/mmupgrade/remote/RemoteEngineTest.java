package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestSshd;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Against a real OpenSSH server on this machine; dev/test-remote has machines of their own. */
public class RemoteEngineTest {

    private static TestSshd sshd;

    /** What is sent stays for the next test, unless a test is about sending. */
    @ClassRule
    public static final TemporaryFolder SENT = new TemporaryFolder();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TemporaryFolder sent = SENT;
    private final RecordingReporter said = new RecordingReporter();
    private Path knownHosts;

    @BeforeClass
    public static void listen() throws Exception {
        sshd = new TestSshd();
    }

    @AfterClass
    public static void end() {
        sshd.close();
    }

    private RemoteEngine engine() {
        return engine(null);
    }

    private RemoteEngine engine(Path runtime) {
        return SshMachines.of(
                sshd,
                knownHosts == null ? sshd.knownHosts() : knownHosts,
                sent.getRoot().toPath(),
                folder.getRoot().toPath(),
                runtime,
                Duration.ofSeconds(20));
    }

    private void run(RemoteEngine engine, Scene scene, Goal goal, Reporter reporter) {
        try (engine) {
            engine.run(
                    new Request(goal, scene.options(), new GoalArguments.None()),
                    RequestSecrets.NONE,
                    new HintRenderer("g:a:1", Map.of(), Map.of()),
                    new ReportFiles(reports(), reports().resolve("rehearsal.json")),
                    reporter);
        }
    }

    private Path reports() {
        return folder.getRoot().toPath().resolve("reports");
    }

    @Test
    @Category(Slow.class)
    public void theEngineIsSentOnceAndGoalsThatReadShowTheirResult() throws Exception {
        sent = folder;
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            run(engine(), scene, Goal.STATUS, said);
            assertEquals("5.25.7", said.result().path("installedVersion").asText());
            assertTrue(said.text(), said.text().contains("info Sending the engine"));
            said.clear();
            run(engine(), scene, Goal.CHECK_VERSION, said);
            assertEquals("5.37.10", said.result().path("targetVersion").asText());
            assertFalse(said.text(), said.text().contains("Sen"));
        }
    }

    @Test
    public void anUpgradeEndsThereAlthoughTheConnectionIsCutAndItsReportIsHere() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = scene.contents();
            run(engine(), scene, Goal.UPGRADE, event -> {
                said.report(event);
                if (event instanceof Event.StageBegun stage
                        && List.of("stop", "install").contains(stage.stage())) {
                    sshd.cut();
                }
            });
            assertTrue(scene.answers(), scene.answers().contains(".5.37.10."));
            assertTrue(said.text(), said.text().contains("upgrade goes on there. Connecting again"));
            Path report = Path.of(said.result().path("reportFile").asText());
            assertEquals(reports(), report.getParent());
            assertTrue(Files.readString(report).contains("Succeeded"));
            assertEquals(before.keySet(), scene.contents().keySet());
        }
    }

    @Test
    @Category(Slow.class)
    public void twoCallsAtOnceDoNotSendIntoOneFile() throws Exception {
        sent = folder;
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            RecordingReporter other = new RecordingReporter();
            Thread second = new Thread(() -> run(engine(), scene, Goal.STATUS, other));
            second.start();
            run(engine(), scene, Goal.STATUS, said);
            second.join();
            assertEquals("5.25.7", said.result().path("installedVersion").asText());
            assertEquals(
                    said.text(),
                    "5.25.7",
                    other.result().path("installedVersion").asText());
        }
    }

    @Test
    @Category(Slow.class)
    public void whatIsSentGoesOnWhenTheConnectionIsCut() throws Exception {
        sent = folder;
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Thread cutter = new Thread(() -> {
                while (parts() == 0) {
                    Thread.onSpinWait();
                }
                sshd.cut();
            });
            cutter.setDaemon(true);
            cutter.start();
            run(engine(), scene, Goal.STATUS, said);
            cutter.join();
            assertEquals("5.25.7", said.result().path("installedVersion").asText());
            assertTrue(said.text(), said.text().contains("Going on where it ended"));
        }
    }

    private long parts() {
        try (Stream<Path> entries = Files.list(folder.getRoot().toPath().resolve("sent/objects"))) {
            return entries.filter(entry -> entry.toString().endsWith(".part")).count();
        } catch (IOException notYet) {
            return 0;
        }
    }

    @Test
    @Category(Slow.class)
    public void aGoalThatHasEndedIsCarriedOutAgainWhenItIsCalledAgain() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            for (int i = 0; i < 3; i++) {
                said.clear();
                run(engine(), scene, Goal.DOWNLOAD, said);
                assertFalse(said.text(), said.text().contains("has ended meanwhile"));
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void whoIsLeftAloneIsJoinedFromWhereTheViewerWas() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            // it must not have ended before the second one has connected
            scene.server.misbehave("5.37 slow-migration 30");
            AtomicReference<RemoteEngine> first = new AtomicReference<>(engine());
            StageFailedException left = assertThrows(
                    StageFailedException.class,
                    () -> run(first.get(), scene, Goal.UPGRADE, event -> {
                        said.report(event);
                        if (event instanceof Event.StageBegun stage
                                && stage.stage().equals("stop")) {
                            first.get().leave();
                        }
                    }));
            assertTrue(left.getMessage(), left.getMessage().contains("upgrade goes on on"));
            String seen = said.text();
            said.clear();
            RefusedException other =
                    assertThrows(RefusedException.class, () -> run(engine(), scene, Goal.BACKUP, said));
            assertTrue(other.getMessage(), other.getMessage().startsWith("backup was not begun, because upgrade"));
            assertEquals("5.37.10", said.result().path("installedVersion").asText());
            assertFalse(
                    said.text(), said.text().contains(seen.lines().findFirst().orElseThrow()));
            assertTrue(scene.answers(), scene.answers().contains(".5.37.10."));
        }
    }

    @Test
    @Category(Slow.class)
    public void aFailureThereIsAFailureHereWithItsHint() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            StageFailedException failed =
                    assertThrows(StageFailedException.class, () -> run(engine(), scene, Goal.UPGRADE, said));
            assertTrue(failed.getMessage(), failed.getMessage().contains("5.25.7 is running on its previous data"));
            try (Stream<Path> pages = Files.list(reports())) {
                assertEquals(1, pages.count());
            }
            assertTrue(scene.answers(), scene.answers().contains(".5.25.7."));
        }
    }

    @Test
    @Category(Slow.class)
    public void anUnknownKeyIsRefusedWithItsFingerprintAndTheLineToAdd() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            knownHosts = folder.newFile().toPath();
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> run(engine(), scene, Goal.STATUS, said));
            assertTrue(refused.getMessage(), refused.getMessage().contains("SHA256:"));
            String line = refused.hint().text().lines().reduce((a, b) -> b).orElseThrow();
            assertEquals(Files.readString(sshd.knownHosts()).strip(), line.strip());
            assertEquals("", Files.readString(knownHosts));
            Files.writeString(knownHosts, line + "\n");
            run(engine(), scene, Goal.STATUS, said);
            Files.writeString(
                    knownHosts,
                    "[127.0.0.1]:" + sshd.port()
                            + " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpq6JbGmkMKyB1QfMwSLEoSTMVhDk8ZSmgZBC8xFC3s\n");
            refused = assertThrows(RefusedException.class, () -> run(engine(), scene, Goal.STATUS, said));
            assertTrue(refused.getMessage(), refused.getMessage().contains("is not the one that is known for it"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aJavaThatIsMadeForAMachineWithoutOneCarriesAnUpgrade() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Path runtime = new RuntimeImage(
                            new LocalHost(), Path.of("target/runtimes").toAbsolutePath(), said)
                    .archive(new RemoteHost(null, "elsewhere", 0), Map.of("machine", "x86_64", "libc", "glibc"));
            run(engine(runtime), scene, Goal.PREFLIGHT, said);
            run(engine(runtime), scene, Goal.UPGRADE, said);
            assertTrue(scene.answers(), scene.answers().contains(".5.37.10."));
        }
    }
}
