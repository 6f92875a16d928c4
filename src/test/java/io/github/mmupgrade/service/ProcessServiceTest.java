package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.RunningServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;

public class ProcessServiceTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(1);

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Test
    public void startsWatchesAndStopsAServer() throws Exception {
        fixture.program("echo up in $PWD with $MM_X and \"$1\"; umask\n" + ServiceFixture.OBEDIENT);
        ServiceControl service = service(null);
        assertEquals(ServiceState.STOPPED, service.state());
        LifeWatch life = service.start();
        long pid = service.mainPid().orElseThrow();
        ServiceFixture.await(() -> text(log()).lines().count() == 2);
        assertEquals("up in " + fixture.installation() + " with y z and --with=an argument\n0027\n", text(log()));
        assertEquals(ServiceState.RUNNING, service.state());
        assertEquals(Optional.empty(), life.death());
        service.start();
        assertEquals("a second start starts nothing", Optional.of(pid), service.mainPid());
        service.stop(LONG);
        assertEquals(ServiceState.STOPPED, service.state());
        assertTrue(life.death().isPresent());
        assertFalse(
                new Processes(fixture.host()).find(pid).filter(p -> !p.ended()).isPresent());
        assertFalse(Files.exists(pidFile()));
        service.stop(LONG);
        assertEquals(ServiceState.STOPPED, service.state());
    }

    @Test
    public void aStartRightBehindOneThatWasKilledStartsNoSecondServer() throws Exception {
        Path program = fixture.program(ServiceFixture.OBEDIENT);
        long first = new ProcessBuilder("setsid", "sh", "-c", "sleep 1; exec \"$@\"", "sh", program.toString())
                .directory(fixture.installation().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .pid();
        ServiceControl service = service(null);
        assertEquals("not the server yet", Optional.empty(), service.mainPid());
        service.start();
        assertEquals(Optional.of(first), service.mainPid());
        assertEquals(
                1, RunningServer.find(fixture.host(), fixture.installation()).size());
        service.stop(LONG);
    }

    @Test
    public void runsTheServerAsItsOwner() throws Exception {
        assertEquals(
                "this test changes users, which takes root",
                Owner.ROOT,
                fixture.host().self());
        fixture.program("id -u; id -g\n" + ServiceFixture.OBEDIENT);
        Owner nobody = new Owner(65534, 65534);
        Files.setAttribute(fixture.installation().resolve("logs"), "unix:uid", 65534);
        openTheWay();
        ServiceControl service = Services.process(fixture.context(null), settings(nobody));
        service.start();
        ServiceFixture.await(() -> text(log()).lines().count() == 2);
        assertEquals("65534\n65534\n", text(log()));
        assertEquals(65534, Files.getAttribute(log(), "unix:uid"));
        assertEquals(
                nobody,
                RunningServer.find(fixture.host(), fixture.installation())
                        .get(0)
                        .owner());
        service.stop(LONG);
    }

    @Test
    public void noticesAServerThatEndedByItself() throws Exception {
        fixture.program("echo no; exit 3");
        ServiceControl service = service(null);
        LifeWatch life = service.start();
        ServiceFixture.await(() -> life.death().isPresent());
        assertTrue(life.death().get(), life.death().get().contains("has ended"));
    }

    @Test
    public void failsNamingTheProcessThatDoesNotStopAndLeavesItAlone() throws Exception {
        fixture.program(ServiceFixture.STUBBORN);
        ServiceControl service = service(null);
        service.start();
        long pid = service.mainPid().orElseThrow();
        ServiceFixture.await(
                () -> !new Processes(fixture.host()).descendants(pid).isEmpty());
        StageFailedException e = assertThrows(StageFailedException.class, () -> service.stop(SHORT));
        assertTrue(e.getMessage(), e.getMessage().contains("process " + pid + " ("));
        assertEquals(ServiceState.RUNNING, service.state());
        service.stop(SHORT, true);
        assertEquals(ServiceState.STOPPED, service.state());
    }

    @Test
    public void stopsTheServerThatItsWrapperLeftBehind() throws Exception {
        // the wrapper ends on the signal without handing it on
        fixture.program("if [ \"$1\" != inner ]; then \"$0\" inner & wait; exit; fi\n" + ServiceFixture.OBEDIENT);
        ServiceControl service = service(null);
        service.start();
        ServiceFixture.await(() -> !new Processes(fixture.host())
                .descendants(service.mainPid().orElseThrow())
                .isEmpty());
        List<ProcessInfo> family =
                new Processes(fixture.host()).descendants(service.mainPid().orElseThrow());
        service.stop(LONG);
        assertTrue(family.stream()
                .noneMatch(p -> new Processes(fixture.host()).runs(p.id())
                        && !p.program().equals("sleep")));
    }

    @Test
    public void doesNotTakeARecycledNumberForItsServer() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        Files.writeString(pidFile(), ProcessHandle.current().pid() + " 1\n");
        ServiceControl service = service(null);
        assertEquals(Optional.empty(), service.mainPid());
        assertEquals("it was not stopped, yet it is gone", ServiceState.FAILED, service.state());
        service.stop(SHORT);
        assertEquals(ServiceState.STOPPED, service.state());
    }

    @Test
    public void refusesToStartOnATakenPortAndNamesWhoHasIt() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        try (ServerSocket taken = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ServiceControl service = service(new ListenAddress("", taken.getLocalPort(), false, ""));
            RefusedException e = assertThrows(RefusedException.class, service::start);
            assertTrue(
                    e.getMessage(),
                    e.getMessage().contains("Port " + taken.getLocalPort())
                            && e.getMessage()
                                    .contains("pid " + ProcessHandle.current().pid()));
            assertEquals(ServiceState.STOPPED, service.state());
            assertFalse(Files.exists(log()));
        }
    }

    @Test
    public void saysThatAnotherProgramHoldsThePortAfterTheStop() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        service(null).start();
        try (ServerSocket taken = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ServiceControl service = service(new ListenAddress("127.0.0.1", taken.getLocalPort(), false, ""));
            StageFailedException e = assertThrows(StageFailedException.class, () -> service.stop(LONG));
            assertTrue(e.getMessage(), e.getMessage().contains("has stopped, but port"));
        }
        assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
    }

    @Test
    public void refusesAnInstallationWithoutAProgram() {
        RefusedException e =
                assertThrows(RefusedException.class, () -> service(null).start());
        assertTrue(
                e.getMessage(), e.getMessage().contains(fixture.installation().toString()));
    }

    @Test
    public void stopsAServerWhosePidFileIsLost() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        ServiceControl service = service(null);
        service.start();
        ServiceFixture.await(() ->
                !RunningServer.find(fixture.host(), fixture.installation()).isEmpty());
        Files.delete(pidFile());
        assertEquals(ServiceState.RUNNING, service.state());
        service.stop(LONG);
        assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
    }

    private ServiceControl service(ListenAddress listen) {
        return Services.process(fixture.context(listen), settings(fixture.host().self()));
    }

    private ProcessSettings settings(Owner owner) {
        return new ProcessSettings(owner, List.of("--with=an argument"), Map.of("MM_X", "y z"), 0027, pidFile(), log());
    }

    private void openTheWay() throws Exception {
        for (Path directory = fixture.installation().resolve("bin");
                directory.startsWith(fixture.root());
                directory = directory.getParent()) {
            Files.setPosixFilePermissions(
                    directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private Path pidFile() {
        return fixture.root().resolve("server.pid");
    }

    private Path log() {
        return fixture.installation().resolve("logs/console.log");
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
