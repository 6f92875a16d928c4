package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.BinaryVersion;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.PortWatch;
import io.github.mmupgrade.server.ReadyWait;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import io.github.mmupgrade.testing.standin.StandIns;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;

/** The whole of it on servers that behave like real ones. */
public class StandInServiceTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Rule
    public final StandIns standIns = StandIns.withMd5();

    private final Host host = new LocalHost();
    private StandInInstallation installation;
    private ServiceControl service;

    @After
    public void stop() {
        if (service != null) {
            service.stop(LIMIT, true);
        }
    }

    @Test
    public void startsAsksAndStopsARelease537() throws Exception {
        prepare("5.37.0");
        LifeWatch life = service.start();
        ServerAnswer answer = waitFor(life, "5.37.0");
        assertEquals(Optional.of(Version.parse("5.37.0")), answer.release());
        assertTrue(answer.exact());
        RunningServer server =
                RunningServer.find(host, installation.directory()).get(0);
        assertEquals(service.mainPid(), Optional.of(server.pid()));
        assertEquals(
                server.pid(),
                new PortWatch(host)
                        .owner(installation.port())
                        .orElseThrow()
                        .process()
                        .pid());
        assertTrue(probe().teamPage("any")
                .isClient(Files.readAllBytes(installation.directory().resolve("client/root.html"))));
        service.stop(LIMIT);
        assertFalse(probe().ask().answered());
        assertEquals(Optional.empty(), new PortWatch(host).owner(installation.port()));
        assertEquals(
                Optional.of(Version.parse("5.37.0")),
                binary().withoutDatabase(List.of()).orElseThrow().release());
    }

    @Test
    public void startsAsksAndStopsARelease13() throws Exception {
        prepare("1.3.0");
        ServerAnswer answer = waitFor(service.start(), "1.3.0");
        assertEquals(Optional.of(Version.parse("1.3.0")), answer.release());
        service.stop(LIMIT);
        assertEquals(List.of(), RunningServer.find(host, installation.directory()));
        assertEquals(Optional.empty(), binary().withoutDatabase(List.of()));
        assertEquals(
                Optional.of(Version.parse("1.3.0")),
                binary().migratingDatabase(List.of()).release());
    }

    @Test
    public void failsAtOnceWhenTheServerCannotStart() throws Exception {
        prepare("5.37.0");
        installation.misbehave("5.37 fail-start");
        LifeWatch life = service.start();
        StageFailedException e = assertThrows(StageFailedException.class, () -> waitFor(life, "5.37.0"));
        assertTrue(e.getMessage(), e.getMessage().contains("did not stay up"));
        assertEquals(List.of(), RunningServer.find(host, installation.directory()));
    }

    private void prepare(String release) throws Exception {
        installation = standIns.install(release);
        ServiceContext context =
                ServiceContext.of(host, installation.directory(), listen(), standIns.path("console.log"));
        service = Services.process(
                context,
                new ProcessSettings(
                        host.self(),
                        List.of(),
                        Map.of(),
                        0027,
                        standIns.path("server.pid"),
                        installation.directory().resolve("logs/console.log")));
    }

    private ListenAddress listen() throws Exception {
        return ListenAddress.of(EffectiveConfiguration.of(ConfigDocument.read(installation.configFile()), Map.of()));
    }

    private ServerProbe probe() throws Exception {
        return new ServerProbe(listen(), Duration.ofSeconds(10));
    }

    private BinaryVersion binary() {
        return new BinaryVersion(host, installation.directory(), host.self(), Map.of());
    }

    private ServerAnswer waitFor(LifeWatch life, String release) throws Exception {
        ServerProbe probe = probe();
        Reporter silent = new LineReporter() {
            @Override
            public void info(String line) {}

            @Override
            public void warn(String line) {}

            @Override
            public void debug(String line) {}
        };
        return new ReadyWait(probe::ask, life, () -> "", List::of, silent, WaitTimer.real())
                .waitFor(Version.parse(release), LIMIT);
    }
}
