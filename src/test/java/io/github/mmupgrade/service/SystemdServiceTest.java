package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.RunningServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;

public class SystemdServiceTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String UNIT = "mattermost.service";

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Before
    public void standIn() throws Exception {
        fixture.systemctl();
        fixture.program(ServiceFixture.OBEDIENT);
    }

    @Test
    public void tellsEveryState() throws Exception {
        assertEquals(ServiceState.UNKNOWN, service().state());
        assertState(ServiceState.RUNNING, "active", "running");
        assertState(ServiceState.RUNNING, "reloading", "reload");
        assertState(ServiceState.STOPPED, "inactive", "dead");
        assertState(ServiceState.FAILED, "failed", "failed");
        assertState(ServiceState.STARTING, "activating", "auto-restart");
        assertState(ServiceState.STOPPING, "deactivating", "stop-sigterm");
        fixture.unit(UNIT, "LoadState=masked", "ActiveState=inactive");
        assertEquals(ServiceState.MASKED, service().state());
        fixture.unit(UNIT, "LoadState=masked", "ActiveState=active", "UnitFileState=masked");
        assertEquals("a masked unit can run", ServiceState.RUNNING, service().state());
    }

    @Test
    public void startsAFailedServiceAfterMakingSystemdForget() throws Exception {
        unit("failed", "failed");
        fixture.on("start", become("active", "running"));
        LifeWatch life = service().start();
        List<String> acted = fixture.calls().stream()
                .filter(call -> call.contains("reset-failed") || call.contains(" start "))
                .toList();
        assertEquals(2, acted.size());
        assertTrue(acted.get(0), acted.get(0).endsWith("reset-failed " + UNIT));
        assertTrue(acted.get(1), acted.get(1).endsWith("start --no-block " + UNIT));
        assertEquals(Optional.empty(), life.death());
        assertEquals(ServiceState.RUNNING, service().state());
    }

    @Test
    public void saysHowOftenAUnitMayBeStarted() throws Exception {
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=active", "StartLimitBurst=5", "StartLimitIntervalUSec=10s");
        assertEquals(
                Optional.of(new StartLimit(5, Duration.ofSeconds(10))),
                service().startLimit());
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=active", "StartLimitBurst=3", "StartLimitInterval=1min");
        assertEquals(
                Optional.of(new StartLimit(3, Duration.ofSeconds(60))),
                service().startLimit());
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=active", "StartLimitBurst=5", "StartLimitIntervalUSec=0");
        assertEquals(Optional.empty(), service().startLimit());
    }

    @Test
    public void doesNotStartWhatRuns() throws Exception {
        unit("active", "running");
        service().start();
        assertFalse(fixture.calls().stream().anyMatch(call -> call.contains(" start ")));
    }

    @Test
    public void refusesAMaskedAndAnUnknownService() throws Exception {
        RefusedException unknown =
                assertThrows(RefusedException.class, () -> service().start());
        assertTrue(unknown.getMessage(), unknown.getMessage().contains("not-found"));
        assertThrows(RefusedException.class, () -> service().stop(LONG));
        fixture.unit(UNIT, "LoadState=masked", "ActiveState=inactive");
        RefusedException masked =
                assertThrows(RefusedException.class, () -> service().start());
        assertTrue(masked.hint().text(), masked.hint().text().contains("systemctl unmask " + UNIT));
        assertFalse(fixture.calls().stream().anyMatch(call -> call.contains(" start ") || call.contains(" stop ")));
    }

    @Test
    public void saysWhatSystemdSaysWhenItWillNotStart() throws Exception {
        unit("inactive", "dead");
        fixture.on("start", "echo 'Access denied' >&2; exit 4");
        StageFailedException e =
                assertThrows(StageFailedException.class, () -> service().start());
        assertTrue(e.getMessage(), e.getMessage().contains("Access denied"));
        assertEquals(ServiceState.STOPPED, service().state());
    }

    @Test
    public void noticesDeathAfterAStartThatSystemdCalledGood() throws Exception {
        unit("inactive", "dead");
        fixture.on("start", become("active", "running"));
        LifeWatch life = service().start();
        assertEquals(Optional.empty(), life.death());
        fixture.unit(
                UNIT,
                "LoadState=loaded",
                "ActiveState=failed",
                "SubState=failed",
                "Result=exit-code",
                "ExecMainCode=1",
                "ExecMainStatus=234");
        assertTrue(life.death().orElseThrow(), life.death().orElseThrow().contains("exit-code, exit status 234"));
    }

    @Test
    public void noticesDeathBehindARestart() throws Exception {
        unit("active", "running");
        LifeWatch life = service().start();
        fixture.unit(
                UNIT,
                "LoadState=loaded",
                "ActiveState=activating",
                "SubState=auto-restart",
                "Result=signal",
                "ExecMainCode=2",
                "ExecMainStatus=9");
        assertTrue(life.death().orElseThrow(), life.death().orElseThrow().contains("signal 9"));
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=active", "SubState=running", "NRestarts=1");
        assertTrue("it runs again, but it died", life.death().isPresent());
    }

    @Test
    public void stopsTheProcessAndWaitsUntilItIsGone() throws Exception {
        long pid = fixture.startByHand(Map.of());
        running(pid);
        fixture.on("stop", "kill " + pid + "\n" + become("inactive", "dead"));
        service().stop(LONG);
        assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
        assertEquals(ServiceState.STOPPED, service().state());
    }

    @Test
    public void stopsAServiceThatWaitsToBeStartedAgain() throws Exception {
        unit("activating", "auto-restart");
        fixture.on("stop", become("inactive", "dead"));
        service().stop(LONG);
        assertTrue(fixture.calls().stream().anyMatch(call -> call.endsWith("stop --no-block " + UNIT)));
        assertEquals(ServiceState.STOPPED, service().state());
    }

    @Test
    public void failsWhenSystemdSaysStoppedButTheProcessStays() throws Exception {
        long pid = fixture.startByHand(Map.of());
        running(pid);
        fixture.on("stop", become("inactive", "dead"));
        StageFailedException e =
                assertThrows(StageFailedException.class, () -> service().stop(Duration.ofSeconds(1)));
        assertTrue(e.getMessage(), e.getMessage().contains("process " + pid));
        assertEquals(
                1, RunningServer.find(fixture.host(), fixture.installation()).size());
    }

    @Test
    public void failsWhenTheUnitDoesNotComeDown() throws Exception {
        unit("active", "running");
        fixture.on("stop", become("deactivating", "stop-sigterm"));
        StageFailedException e =
                assertThrows(StageFailedException.class, () -> service().stop(Duration.ofSeconds(1)));
        assertTrue(e.getMessage(), e.getMessage().contains("stopping"));
    }

    @Test
    public void doesNothingToAStoppedService() throws Exception {
        unit("inactive", "dead");
        service().stop(LONG);
        assertFalse(fixture.calls().stream().anyMatch(call -> call.contains(" stop ")));
    }

    @Test
    public void refusesToTakeAServerStartedByHandForItsOwn() throws Exception {
        long pid = fixture.startByHand(Map.of());
        unit("inactive", "dead");
        RefusedException e =
                assertThrows(RefusedException.class, () -> service().stop(LONG));
        assertTrue(
                e.getMessage(),
                e.getMessage().contains("process " + pid) && e.getMessage().contains(UNIT));
        assertEquals(
                1, RunningServer.find(fixture.host(), fixture.installation()).size());
    }

    @Test
    public void describesAStoppedUnitWithDropInsAndEnvironmentFiles() throws Exception {
        fixture.etc("default/mattermost", "MM_B='from the file'\nMM_C=\"c\"\n");
        fixture.etc("mm/1.env", "MM_D=1\n");
        fixture.etc("mm/2.env", "MM_D=2\nMM_GONE=x\n");
        fixture.unit(
                UNIT,
                "LoadState=loaded",
                "ActiveState=inactive",
                "FragmentPath=/lib/systemd/system/mattermost.service",
                "DropInPaths=/etc/systemd/system/mattermost.service.d/a.conf",
                "NeedDaemonReload=yes",
                "Environment=MM_A=1 \"MM_B=two words\" MM_SQL=postgres://u:p@h/d",
                "UnsetEnvironment=MM_GONE",
                "EnvironmentFiles=/etc/default/mattermost (ignore_errors=no)",
                "EnvironmentFiles=/etc/mm/*.env (ignore_errors=no)",
                "EnvironmentFiles=/etc/not/there (ignore_errors=yes)",
                "EnvironmentFiles=/etc/missing (ignore_errors=no)",
                "ExecStart={ path=/opt/mm/bin/mattermost ; argv[]=/opt/mm/bin/mattermost -c a b.json ; ignore_errors=no"
                        + " ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }",
                "User=mattermost",
                "Group=mattermost",
                "WorkingDirectory=/opt/mm",
                "Restart=always",
                "UMask=0027",
                "LimitNOFILE=49152",
                "TimeoutStartUSec=1h");
        fixture.on("cat", "printf '[Service]\\nExecStart=/opt/mm/bin/mattermost -c \"a b.json\"\\n'");
        UnitDescription unit = service().unit();
        assertEquals(
                Map.of("MM_A", "1", "MM_B", "from the file", "MM_C", "c", "MM_D", "2", "MM_SQL", "postgres://u:p@h/d"),
                unit.environment());
        assertEquals(List.of("/opt/mm/bin/mattermost", "-c", "a b.json"), unit.command());
        assertEquals(Optional.of("a b.json"), unit.configLocation());
        assertEquals("mattermost", unit.user());
        assertEquals(Path.of("/opt/mm"), unit.directory());
        assertEquals("always", unit.restart());
        assertEquals(Integer.valueOf(0027), unit.umask());
        assertEquals("49152", unit.openFiles());
        assertEquals(Duration.ofHours(1), unit.startLimit());
        assertEquals(2, unit.problems().size());
        assertTrue(unit.problems().toString(), unit.problems().toString().contains("/etc/missing"));
        assertTrue(unit.problems().toString(), unit.problems().toString().contains("daemon-reload"));
        assertFalse(unit.toString(), unit.toString().contains("u:p"));
    }

    private ServiceControl service() {
        return Services.systemd(fixture.context(null), "mattermost");
    }

    private void assertState(ServiceState expected, String active, String sub) throws Exception {
        unit(active, sub);
        assertEquals(expected, service().state());
    }

    private void unit(String active, String sub) throws Exception {
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=" + active, "SubState=" + sub, "MainPID=0", "NRestarts=0");
    }

    private void running(long pid) throws Exception {
        fixture.unit(UNIT, "LoadState=loaded", "ActiveState=active", "SubState=running", "MainPID=" + pid);
    }

    private static String become(String active, String sub) {
        return "printf 'LoadState=loaded\\nActiveState=" + active + "\\nSubState=" + sub
                + "\\nMainPID=0\\nNRestarts=0\\n' > $d/units/" + UNIT;
    }
}
