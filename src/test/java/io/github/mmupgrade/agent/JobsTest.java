package io.github.mmupgrade.agent;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.PlainOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class JobsTest {

    private static final Path INSTALLATION = Path.of("/opt/mattermost");
    private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Jobs jobs;

    @Before
    public void open() throws Exception {
        jobs = at(NOW);
        jobs.lock().close();
    }

    private Jobs at(Instant now) {
        return new Jobs(folder.getRoot().toPath(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static AgentRequest.Run call(Goal goal, String fingerprint) {
        return new AgentRequest.Run(
                new Request(goal, PlainOptions.of(INSTALLATION, Path.of("/")), new GoalArguments.None()),
                Json.tree(RequestSecrets.NONE
                        .knowing(Map.of("PASSWORD", "pl4nted"))
                        .toJson()),
                fingerprint,
                "anna on runner",
                new HintRenderer("g:a:1", Map.of(), Map.of()),
                null);
    }

    /** It is used from another directory. */
    private static String classpath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Job begun(String fingerprint) throws IOException {
        return jobs.create(call(Goal.UPGRADE, fingerprint), "engine", "1");
    }

    @Test
    public void aJobIsRunningWhileItsProcessIsAndIsForItsOwnerAlone() throws Exception {
        Job job = begun("one");
        assertTrue(jobs.running(INSTALLATION).isEmpty());
        job.belongsToThisProcess();
        assertEquals(job.directory(), jobs.running(INSTALLATION).orElseThrow().directory());
        assertTrue(jobs.running(Path.of("/elsewhere")).isEmpty());
        String process = Files.readString(job.directory().resolve("process"));
        Files.writeString(job.directory().resolve("process"), process.replaceFirst("\\n.*", "\nanother boot"));
        assertTrue("of another boot", jobs.running(INSTALLATION).isEmpty());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(job.directory())));
    }

    @Test
    public void noSecretIsWrittenDown() throws Exception {
        Job job = begun("one");
        assertFalse(Files.readString(job.directory().resolve("job.json")).contains("pl4nted"));
        assertEquals(
                "upgrade, begun by anna on runner at 2026-11-28T10:00:00Z",
                Job.read(job.directory()).toString());
    }

    @Test
    public void howItEndedIsShownOnceAndOnlyForAnHour() throws Exception {
        Job job = begun("one");
        Files.write(job.events(), List.of("{}", "{}"));
        assertTrue("it runs or was killed", jobs.unseen(INSTALLATION).isEmpty());
        job.end(AgentReply.Outcome.DONE);
        job.end(AgentReply.Outcome.INTERRUPTED);
        assertEquals(AgentReply.Outcome.DONE, job.end().orElseThrow());
        Files.setLastModifiedTime(job.directory().resolve("end"), FileTime.from(NOW));
        assertTrue(jobs.unseen(INSTALLATION).isPresent());
        assertTrue(at(NOW.plus(Duration.ofMinutes(61))).unseen(INSTALLATION).isEmpty());
        job.shown(1);
        assertTrue(jobs.unseen(INSTALLATION).isPresent());
        job.shown(2);
        job.shown(1);
        assertEquals(2, job.shown());
        assertTrue(jobs.unseen(INSTALLATION).isEmpty());
        assertTrue(job.isFor(call(Goal.UPGRADE, "one")));
        assertFalse(job.isFor(call(Goal.UPGRADE, "two")));
    }

    @Test
    public void whoLostTheConnectionIsShownItsOwnJobWhateverOthersHaveSeen() throws Exception {
        Job job = begun("one");
        Files.write(job.events(), List.of("{}"));
        AgentRequest.Run again = call(Goal.UPGRADE, "one").joining(job.name(), 1);
        assertTrue("its process was killed", jobs.lost(again).isEmpty());
        job.end(AgentReply.Outcome.DONE);
        job.shown(1);
        jobs = at(NOW.plus(Duration.ofDays(1)));
        assertEquals(job.directory(), jobs.lost(again).orElseThrow().directory());
        StageFailedException gone = assertThrows(
                StageFailedException.class,
                () -> jobs.lost(call(Goal.UPGRADE, "one").joining("another", 1)));
        assertTrue(gone.getMessage(), gone.getMessage().contains("is not known any more"));
    }

    @Test
    public void whatFollowedAKilledJobIsShownInstead() throws Exception {
        Job killed = begun("one");
        jobs = at(NOW.plusSeconds(60));
        Job resumed = begun("one");
        resumed.end(AgentReply.Outcome.DONE);
        AgentRequest.Run again = call(Goal.UPGRADE, "one").joining(killed.name(), 1);
        assertEquals(resumed.directory(), jobs.lost(again).orElseThrow().directory());
    }

    @Test
    public void aJobOfAnotherVersionIsRunningAsLongAsItsProcessIs() throws Exception {
        Job job = begun("one");
        job.belongsToThisProcess();
        Path description = job.directory().resolve("job.json");
        Files.writeString(
                description,
                Files.readString(description)
                        .replace("\"goal\":\"upgrade\"", "\"goal\":\"levitate\",\"new\":{\"x\":[1]}"));
        assertEquals(
                "levitate",
                jobs.running(INSTALLATION).orElseThrow().description().goal());
        for (String unknown : List.of("{}", "[7]", "{\"goal\":", "")) {
            Files.writeString(description, unknown);
            assertEquals(
                    unknown,
                    job.directory(),
                    jobs.running(INSTALLATION).orElseThrow().directory());
        }
        Files.delete(job.directory().resolve("process"));
        assertTrue(jobs.running(INSTALLATION).isEmpty());
        assertTrue("torn", jobs.last(INSTALLATION).isEmpty());
    }

    @Test
    public void thereIsRoomForTheEndFromTheBeginning() throws Exception {
        Job job = begun("one");
        assertTrue(job.end().isEmpty());
        long size = Files.size(job.directory().resolve("end"));
        job.end(AgentReply.Outcome.INTERRUPTED);
        assertEquals(AgentReply.Outcome.INTERRUPTED, job.end().orElseThrow());
        assertEquals(size, Files.size(job.directory().resolve("end")));
    }

    @Test
    public void aLineThatADiskFullHasCutIsNoEndOfWhatIsShown() throws Exception {
        Job job = begun("one");
        Files.write(job.events(), List.of("{\"event\":\"one\"}", "{\"event\":\"mes", "{\"event\":\"three\"}"));
        job.end(AgentReply.Outcome.DONE);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        new JobViewer(job, new AgentOutput(new PrintStream(said, true, StandardCharsets.UTF_8))).follow(0);
        List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(lines.toString(), 4, lines.size());
        assertTrue(lines.get(1), lines.get(1).contains("was the disk full?"));
        assertTrue(lines.get(2), lines.get(2).contains("three"));
        assertTrue(lines.get(3), lines.get(3).contains("\"done\""));
    }

    @Test
    public void whatBeginsTooLateDoesNothing() throws Exception {
        Job job = begun("one");
        StageFailedException failed = assertThrows(
                StageFailedException.class, () -> new JobProcess(new LocalHost(), classpath(), Duration.ZERO)
                        .start(job, call(Goal.UPGRADE, "one")));
        assertTrue(failed.getMessage(), failed.getMessage().contains("0 s"));
        assertEquals(AgentReply.Outcome.INTERRUPTED, job.end().orElseThrow());

        Job late = at(NOW.plusSeconds(1)).create(call(Goal.UPGRADE, "two"), "engine", "1");
        late.end(AgentReply.Outcome.INTERRUPTED);
        new JobProcess(new LocalHost(), classpath()).start(late, call(Goal.UPGRADE, "two"));
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (late.process().isPresent() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertTrue("it goes on", late.process().isEmpty());
        assertEquals("", Files.readString(late.events()));
        assertEquals(AgentReply.Outcome.INTERRUPTED, late.end().orElseThrow());
    }

    @Test
    public void twentyJobsAreKept() throws Exception {
        for (int i = 0; i < 25; i++) {
            jobs = at(NOW.plusSeconds(i));
            begun("" + i);
        }
        try (var entries = Files.list(folder.getRoot().toPath().resolve("jobs"))) {
            assertEquals(20, entries.filter(Files::isDirectory).count());
        }
        assertEquals("24", jobs.last(INSTALLATION).orElseThrow().description().fingerprint());
        jobs = at(NOW.minusSeconds(3600));
        assertTrue(
                "the clock was set back", Files.exists(begun("25").directory().resolve("job.json")));
    }

    @Test
    public void whatIsOldAndNotUsedIsRemovedFromTheCache() throws Exception {
        Path cache = folder.newFolder("cache").toPath();
        FileTime old = FileTime.from(NOW.minus(Duration.ofDays(31)));
        for (String engine : List.of("mine", "needed", "gone")) {
            Files.createDirectories(cache.resolve("engines"));
            Files.writeString(cache.resolve("engines").resolve(engine), engine + "1/a.jar\nboth/b.jar\n");
            Files.setLastModifiedTime(cache.resolve("engines").resolve(engine), old);
        }
        for (String object : List.of("mine1", "needed1", "gone1", "both", "fresh")) {
            Files.createDirectories(cache.resolve("objects").resolve(object));
            if (!object.equals("fresh")) {
                Files.setLastModifiedTime(cache.resolve("objects").resolve(object), old);
            }
        }
        for (String java : List.of("former", "current")) {
            Files.createDirectories(cache.resolve("runtimes").resolve(java).resolve("bin"));
            Files.setLastModifiedTime(cache.resolve("runtimes").resolve(java), old);
        }
        String home = System.setProperty(
                "java.home", cache.resolve("runtimes/current").toString());
        try {
            new CacheCleaning(cache, Clock.fixed(NOW, ZoneOffset.UTC)).run("mine", List.of("needed"));
            CacheCleaning.useOwnRuntime(cache);
        } finally {
            System.setProperty("java.home", home);
        }
        assertFalse(Files.exists(cache.resolve("runtimes/former")));
        assertTrue(Files.getLastModifiedTime(cache.resolve("runtimes/current")).compareTo(old) > 0);
        assertTrue(Files.exists(cache.resolve("engines/needed")));
        assertFalse(Files.exists(cache.resolve("engines/gone")));
        for (String object : List.of("mine1", "needed1", "both", "fresh")) {
            assertTrue(object, Files.exists(cache.resolve("objects").resolve(object)));
        }
        assertFalse(Files.exists(cache.resolve("objects/gone1")));
    }
}
