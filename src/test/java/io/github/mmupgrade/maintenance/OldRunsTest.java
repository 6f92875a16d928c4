package io.github.mmupgrade.maintenance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunHistory;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.runreport.RunReports;
import io.github.mmupgrade.testing.PlainOptions;
import io.github.mmupgrade.testing.RecordingReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class OldRunsTest {

    private static final Instant FIRST = Instant.parse("2024-01-15T03:14:15Z");
    private static final int RUNS = RunHistory.KEPT + 5;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private final List<Run> runs = new ArrayList<>();
    private UpgradeOptions options;
    private GoalContext context;

    @Before
    public void upgradeEveryMonth() throws IOException {
        Path root = folder.getRoot().toPath().toRealPath();
        Files.createDirectories(root.resolve("opt/mattermost/config"));
        options = PlainOptions.of(root.resolve("opt/mattermost"), root);
        context = GoalContext.open(options, new LocalHost(), said, Clock.systemUTC());
        for (int month = 0; month < RUNS; month++) {
            Run run = begin(context.journal(), month);
            run.note(1, StageName.DOWNLOAD, Map.of(JournalKeys.TO, release(month + 1)));
            run.mark(0, StageName.RUN, month % 3 == 1 ? Kind.UNDONE : Kind.DONE, Map.of());
            runs.add(run);
            Files.writeString(context.directoryOf(run.id()).resolve("events.jsonl"), "{}\n");
            file("reports/upgrade-" + run + ".html");
            file("shipped/" + release(month + 1) + "-team.list");
            file("shipped/" + release(month + 1) + ".config.json");
        }
    }

    private static Run begin(Journal journal, int month) {
        return Run.begin(
                journal,
                FIRST.plus(Duration.ofDays(30L * month)),
                Map.of(
                        JournalKeys.FROM,
                        release(month),
                        JournalKeys.TARGET,
                        release(month + 1),
                        JournalKeys.HOPS,
                        "1"));
    }

    private static String release(int month) {
        return "10." + month + ".0";
    }

    private void file(String name) throws IOException {
        Path file = context.state().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
    }

    private void forget() {
        new OldRuns(context).forget();
    }

    private List<String> known() {
        Journal read = Journal.open(context.journal().file(), Clock.systemUTC());
        assertEquals(context.journal().events(), read.events());
        return Run.all(read).stream().map(Run::id).toList();
    }

    private List<String> from(int month) {
        return runs.subList(month, runs.size()).stream().map(Run::id).toList();
    }

    private List<String> names(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(context.state().resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    public void theLastTwentyStayWithAllThatIsTheirs() throws Exception {
        String last = Files.readAllLines(context.journal().file()).get(3 * RUNS - 1);
        forget();
        assertEquals(from(5), known());
        assertEquals(from(5), names("runs"));
        assertEquals(from(5).stream().map(id -> "upgrade-" + id + ".html").toList(), names("reports"));
        assertFalse(names("shipped").contains(release(4) + "-team.list"));
        assertFalse(names("shipped").contains(release(4) + ".config.json"));
        assertTrue("the first that is known began with it", names("shipped").contains(release(5) + "-team.list"));
        assertEquals(2 * (RUNS - 4), names("shipped").size());
        List<String> lines = Files.readAllLines(context.journal().file());
        assertEquals(3 * RunHistory.KEPT, lines.size());
        assertEquals(last, lines.get(lines.size() - 1));
        forget();
        assertEquals(from(5), known());
        context.journal().append("next", 0, "run", null, Kind.BEGIN, Map.of());
        assertEquals(RunHistory.KEPT + 1, known().size());
    }

    @Test
    public void whatSomethingDependsOnStaysWithAllThatCameAfterIt() throws Exception {
        Path previous = folder.newFolder("mattermost.previous-10.2.0").toPath();
        runs.get(2).note(1, StageName.DOWNLOAD, Map.of(JournalKeys.NEXT, previous.toString()));
        forget();
        assertEquals(from(2).size(), known().size());
        assertTrue(known().contains(runs.get(2).id()));
        Files.delete(previous);
        runs.get(3).mark(0, StageName.RUN, Kind.BEGIN, Map.of());
        forget();
        assertEquals("it is in progress again", from(3), known());
        runs.get(3).mark(0, StageName.RUN, Kind.UNDONE, Map.of());
        forget();
        assertEquals(RunHistory.KEPT, known().size());
    }

    @Test
    public void whatWasInterruptedWhileItForgotIsDoneAgain() throws Exception {
        Path blocked = context.state().resolve("reports/upgrade-" + runs.get(1) + ".html");
        Files.delete(blocked);
        Files.createDirectories(blocked.resolve("x"));
        forget();
        assertTrue(
                said.text(), said.text().contains("warn What is known of runs that are long over cannot be removed"));
        assertEquals(RUNS, known().size());
        Files.delete(blocked.resolve("x"));
        forget();
        assertEquals(from(5), known());
    }

    @Test
    public void ofWhatWasDoneWithBackupsStaysWhatSaysThatACopyIsGone() {
        for (int month = 0; month < RUNS; month++) {
            Run run = begin(context.upkeep(), month);
            if (month == 3) {
                run.markStep(0, StageName.PRUNE_BACKUPS, "discard " + runs.get(RUNS - 1), Kind.DONE, Map.of());
            }
            run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        }
        forget();
        assertEquals(RUNS - 3, Run.all(context.upkeep()).size());
    }

    @Test
    public void ofRehearsalsTheLastTwentyReportsStay() throws Exception {
        for (int night = 0; night < RUNS; night++) {
            Clock clock = Clock.fixed(FIRST.plus(Duration.ofDays(night)), ZoneOffset.UTC);
            new RunReports(options, new LocalHost(), clock, hint -> "").ofRehearsal(List.of(), event -> {});
        }
        List<String> rehearsals = names("reports").stream()
                .filter(name -> name.startsWith("rehearsal-"))
                .toList();
        assertEquals(RunHistory.KEPT, rehearsals.size());
        assertTrue(
                rehearsals.toString(),
                rehearsals.contains("rehearsal-" + Run.name(FIRST.plus(Duration.ofDays(RUNS - 1L))) + ".html"));
    }
}
