package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;

/** Upstart, init scripts and the administrator's own commands. */
public class OtherServicesTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(1);

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Test
    public void tellsEveryStateOfAnUpstartJob() throws Exception {
        assertUpstart(ServiceState.RUNNING, "mattermost start/running, process 4711");
        assertUpstart(ServiceState.STOPPED, "mattermost stop/waiting");
        assertUpstart(ServiceState.STARTING, "mattermost start/spawned, process 4711");
        assertUpstart(ServiceState.STOPPING, "mattermost stop/killed, process 4711");
        fixture.tool("initctl", "echo 'initctl: Unknown job: mattermost' >&2; exit 1");
        assertEquals(ServiceState.UNKNOWN, upstart().state());
        RefusedException e =
                assertThrows(RefusedException.class, () -> upstart().start());
        assertTrue(e.getMessage(), e.getMessage().contains("no job mattermost"));
    }

    @Test
    public void startsAndStopsAnUpstartJob() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        Path pid = fixture.root().resolve("pid");
        fixture.tool("initctl", """
                case $1 in
                    start) setsid @PROGRAM@ >/dev/null 2>&1 & echo $! > @PID@ ;;
                    stop) kill $(cat @PID@); rm @PID@ ;;
                    status) if [ -f @PID@ ]; then echo "mattermost start/running, process $(cat @PID@)"
                            else echo "mattermost stop/waiting"; fi ;;
                esac
                """.replace(
                        "@PROGRAM@",
                        fixture.installation().resolve("bin/mattermost").toString())
                .replace("@PID@", pid.toString()));
        LifeWatch life = upstart().start();
        assertEquals(ServiceState.RUNNING, upstart().state());
        assertEquals(Optional.empty(), life.death());
        upstart().stop(LONG);
        assertEquals(ServiceState.STOPPED, upstart().state());
        assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
        assertTrue(life.death().isPresent());
    }

    @Test
    public void readsAnUpstartJobAndItsOverride() throws Exception {
        fixture.etc("init/mattermost.conf", """
                start on runlevel [2345]
                respawn
                limit nofile 50000 50000
                chdir /opt/mattermost
                setuid mattermost
                env MM_A="one two"
                env MM_B=1
                exec bin/platform -config=x.json | logger
                """);
        fixture.etc("init/mattermost.override", "env MM_B=2\n");
        UnitDescription unit = upstart().unit();
        assertEquals(Map.of("MM_A", "one two", "MM_B", "2"), unit.environment());
        assertEquals(List.of("bin/platform", "-config=x.json"), unit.command());
        assertEquals(Optional.of("x.json"), unit.configLocation());
        assertEquals("mattermost", unit.user());
        assertEquals(Path.of("/opt/mattermost"), unit.directory());
        assertEquals("always", unit.restart());
        assertEquals("50000", unit.openFiles());
    }

    @Test
    public void startsAndStopsThroughAnInitScriptThatLeavesItsServerBehind() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        Path pid = fixture.root().resolve("pid");
        // the server inherits the script's streams, as many scripts let it
        fixture.tool(
                "service",
                "[ \"$1\" = mattermost ] || exit 4\ncase $2 in\n"
                        + "start) setsid " + fixture.installation().resolve("bin/mattermost") + " & echo $! > " + pid
                        + "; echo Starting ;;\nstop) kill $(cat " + pid + ") ;;\nstatus) exit 3 ;;\nesac");
        ServiceControl service = Services.sysv(fixture.context(null), "mattermost");
        assertEquals(ServiceState.STOPPED, service.state());
        LifeWatch life = service.start();
        ServiceFixture.await(() -> service.mainPid().isPresent());
        assertEquals("the process counts, not what the script says", ServiceState.RUNNING, service.state());
        assertEquals(Optional.empty(), life.death());
        service.stop(LONG);
        assertEquals(ServiceState.STOPPED, service.state());
        ServiceFixture.await(() -> life.death().isPresent());
    }

    @Test
    public void tellsWhatAnInitScriptSaysOfAServerThatIsNotThere() throws Exception {
        int[] statuses = {0, 1, 2, 3, 4};
        ServiceState[] states = {
            ServiceState.STARTING, ServiceState.FAILED, ServiceState.FAILED, ServiceState.STOPPED, ServiceState.UNKNOWN
        };
        for (int i = 0; i < statuses.length; i++) {
            fixture.tool("service", "exit " + statuses[i]);
            assertEquals(
                    states[i],
                    Services.sysv(fixture.context(null), "mattermost").state());
        }
    }

    @Test
    public void readsAnInitScriptAndItsDefaults() throws Exception {
        fixture.etc("init.d/mattermost", """
                #!/bin/sh
                HOME_DIR=/opt/mattermost
                USER="chat"
                export MM_A='a b'
                cd $HOME_DIR
                start-stop-daemon --start --exec "${HOME_DIR}/bin/mattermost"
                """);
        fixture.etc("default/mattermost", "MM_B=2\n# MM_C=3\n");
        UnitDescription unit =
                Services.sysv(fixture.context(null), "mattermost").unit();
        assertEquals(Map.of("MM_A", "a b", "MM_B", "2"), unit.environment());
        assertEquals(List.of("/opt/mattermost/bin/mattermost"), unit.command());
        assertEquals("chat", unit.user());
        assertEquals(Path.of("/opt/mattermost"), unit.directory());
    }

    @Test
    public void runsTheAdministratorsOwnCommandsWithoutAShell() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        fixture.tool(
                "my-start",
                "printf '%s|' \"$@\" > " + fixture.root().resolve("arguments") + "\nsetsid "
                        + fixture.installation().resolve("bin/mattermost") + " >/dev/null 2>&1 &");
        ServiceControl service = Services.command(
                fixture.context(null),
                "my-start 'a b' $HOME",
                "sh -c 'kill $(cat " + fixture.root().resolve("pid") + ")'",
                null,
                Map.of("MM_A", "1"));
        assertEquals(ServiceState.STOPPED, service.state());
        service.start();
        ServiceFixture.await(() -> service.mainPid().isPresent());
        assertEquals("a b|$HOME|", Files.readString(fixture.root().resolve("arguments")));
        assertEquals(ServiceState.RUNNING, service.state());
        Files.writeString(
                fixture.root().resolve("pid"), service.mainPid().orElseThrow().toString());
        service.stop(LONG);
        assertEquals(ServiceState.STOPPED, service.state());
        assertEquals(Map.of("MM_A", "1"), service.unit().environment());
    }

    @Test
    public void showsWhatAStartCommandThatFailedSaid() {
        ServiceControl service = Services.command(
                fixture.context(null), "sh -c 'echo no such thing >&2; exit 9'", "true", null, Map.of());
        StageFailedException e = assertThrows(StageFailedException.class, service::start);
        assertTrue(
                e.getMessage(),
                e.getMessage().contains("status 9") && e.getMessage().contains("no such thing"));
        assertEquals(ServiceState.STOPPED, service.state());
    }

    @Test
    public void doesNotBelieveAStopCommandThatStopsNothing() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        long pid = fixture.startByHand(Map.of());
        ServiceControl service = Services.command(fixture.context(null), "true", "true", "true", Map.of());
        StageFailedException e = assertThrows(StageFailedException.class, () -> service.stop(SHORT));
        assertTrue(e.getMessage(), e.getMessage().contains("process " + pid));
        assertEquals(ServiceState.RUNNING, service.state());
        service.stop(SHORT, true);
        assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
    }

    @Test
    public void refusesCommandsThatAreMissing() {
        assertThrows(
                RefusedException.class, () -> Services.command(fixture.context(null), "true", " ", null, Map.of()));
    }

    private ServiceControl upstart() {
        return Services.upstart(fixture.context(null), "mattermost");
    }

    private void assertUpstart(ServiceState expected, String answer) throws Exception {
        fixture.tool("initctl", "echo '" + answer + "'");
        assertEquals(expected, upstart().state());
        assertEquals(
                answer.contains("process") ? Optional.of(4711L) : Optional.empty(),
                upstart().mainPid());
    }
}
