package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.faults.KillTest;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.RunPlan;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.upgrade.Goals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * An installation on which a call was broken off, and other calls after it. A call is broken off by an error that
 * nothing catches, thrown behind an event of the journal; {@link KillTest} kills whole processes.
 */
public final class InterruptedScene implements AutoCloseable {

    static final String OLD = "5.25.7";
    public static final String BETWEEN = "5.31.9";
    public static final String NEW = "5.37.10";

    /** What a second call asks for. */
    public interface Call extends Consumer<Goals> {}

    public final Scene scene;
    private final Map<String, String> rows;
    private RunPlan plan;

    public InterruptedScene(Path folder) throws Exception {
        scene = new Scene(folder, OLD);
        scene.watch = Duration.ofMillis(200);
        rows = scene.contents();
        usual();
    }

    /** The options of the first call. */
    public void usual() {
        scene.to(NEW);
        scene.edition = null;
        scene.targetVersion = null;
        scene.catalogue = null;
        scene.path = "auto";
        scene.acknowledge = "all";
        scene.primaryTeam = null;
        scene.databaseBackup = DatabaseSaving.AUTO;
        scene.keep = 3;
        scene.maxDowntime = null;
        scene.onFailure = OnFailure.ROLLBACK;
        scene.dryRun = false;
        scene.configMode = "auto";
        scene.overlays = List.of();
        scene.dropUnknown = false;
        scene.adoptDefaults = false;
        scene.watch = Duration.ofMillis(200);
    }

    /** Breaks a call off right behind an event of a stage. */
    public void breakOff(Call call, String stage, Kind kind) {
        breakOff(call, event -> event.stage().equals(stage) && event.step() == null && event.kind() == kind);
    }

    public void breakOff(Call call, Predicate<JournalEvent> where) {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (where.test(event)) {
                throw new BrokenOff();
            }
        });
        assertThrows(BrokenOff.class, () -> call.accept(goals));
    }

    /** Remembers the plan of the run under way. */
    public void rememberPlan() {
        plan = RunPlan.of(open());
    }

    public Run open() {
        return scene.place().openRun().orElseThrow(() -> new AssertionError("no run is under way"));
    }

    /** The call goes on with the run under way: it comes to the next stage, where it is broken off again. */
    public void resumes(Call call, String stage, Kind kind) {
        String before = open().id();
        int runs = Run.all(scene.place().journal()).size();
        breakOff(call, stage, kind);
        assertEquals(before, open().id());
        assertEquals(runs, Run.all(scene.place().journal()).size());
    }

    /** The call gives the run up and begins another one, which is broken off behind its download. */
    public void beginsAnother(Call call) {
        String before = open().id();
        breakOff(call, StageName.DOWNLOAD.key(), Kind.DONE);
        assertNotEquals(before, open().id());
        Run given = Run.all(scene.place().journal()).stream()
                .filter(run -> run.id().equals(before))
                .findFirst()
                .orElseThrow();
        assertEquals(Run.State.ROLLED_BACK, given.state());
        assertTrue(scene.said.text(), scene.said.text().contains("It is abandoned, and another run begins"));
    }

    /** The call is refused, changes nothing, and names what goes on. */
    public RefusedException refuses(Call call, String goal, String... texts) {
        List<JournalEvent> before = scene.place().journal().events();
        String answered = scene.answers();
        RefusedException e = assertThrows(RefusedException.class, () -> call.accept(scene.goals()));
        for (String text : texts) {
            assertTrue(e.getMessage(), e.getMessage().contains(text));
        }
        assertEquals(e.getMessage() + " " + e.hint(), goal, e.hint().goal());
        assertEquals(
                e.getMessage(),
                withoutFailures(before),
                withoutFailures(scene.place().journal().events()));
        assertEquals(answered, scene.answers());
        return e;
    }

    /** A stage that refuses writes that it was begun and failed; nothing else. */
    private static List<JournalEvent> withoutFailures(List<JournalEvent> events) {
        return events.stream()
                .filter(event -> event.kind() != Kind.BEGIN && event.kind() != Kind.FAILED)
                .toList();
    }

    /** The call is refused because the run has another plan, and names both. */
    public void refusesWithBothPlans(Call call, String goal, String asked) {
        RefusedException e = refuses(call, goal, "its plan:   " + plan, "asked for:  " + OLD + " -> ");
        String text = e.getMessage().substring(e.getMessage().indexOf("asked for"));
        assertTrue(e.getMessage(), text.contains(asked));
    }

    /** The call does its work beside the run, which stays as it is. */
    public void leavesTheRun(Call call) {
        List<JournalEvent> before = open().events();
        call.accept(scene.goals());
        assertEquals(before, open().events());
    }

    public void assertOldRuns() throws Exception {
        assertRuns(OLD);
    }

    public void assertNewRuns() throws Exception {
        assertRuns(NEW);
    }

    private void assertRuns(String release) throws Exception {
        String answer = scene.answers();
        assertTrue(release + " should answer, not " + answer, answer != null && answer.contains(release));
        assertEquals(
                1, RunningServer.find(new LocalHost(), scene.server.directory()).size());
        assertNothingIsLost();
    }

    public void assertStopped() throws Exception {
        assertEquals(List.of(), RunningServer.find(new LocalHost(), scene.server.directory()));
        assertNothingIsLost();
    }

    private void assertNothingIsLost() throws Exception {
        assertEquals(rows, scene.contents());
    }

    /** The same release packed once more: other bytes, so another checksum. */
    public void anotherArchive() {
        try {
            Path packed = scene.root.resolve("packed");
            Path given = Scene.archiveOf(NEW);
            Path file = packed.resolve(given.getFileName());
            if (!Files.exists(file)) {
                Files.createDirectories(packed);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (var in = new GZIPInputStream(Files.newInputStream(given));
                        var out = new GZIPOutputStream(bytes) {
                            {
                                def.setLevel(Deflater.BEST_COMPRESSION);
                            }
                        }) {
                    in.transferTo(out);
                }
                Files.write(file, bytes.toByteArray());
            }
            scene.archive = file.toString();
            scene.sha256 = Scene.sumOf(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A catalogue of its own that knows a sum for the new release. */
    public void anotherCatalogue(String sha256) {
        write(
                "known.json",
                "{\"extends\": \"built-in\", \"releases\": [{\"version\": \"" + NEW
                        + "\", \"type\": \"esr\", \"team\": {\"sha256\": \"" + sha256 + "\"}}]}");
        scene.catalogue = scene.root.resolve("known.json").toString();
        scene.sha256 = null;
    }

    /** An overlay under a name. */
    public void overlay(String name, String content) {
        write(name, content);
        scene.overlays = List.of(Overlay.forLast(scene.root.resolve(name)));
    }

    public void enterprise() {
        scene.to(NEW, Edition.ENTERPRISE);
    }

    private void write(String name, String content) {
        try {
            Files.writeString(scene.root.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        scene.close();
    }
}
