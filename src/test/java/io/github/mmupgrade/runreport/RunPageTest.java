package io.github.mmupgrade.runreport;

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
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.testing.PlainOptions;
import io.github.mmupgrade.testing.RecordingReporter;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.xml.sax.InputSource;

public class RunPageTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Ticking clock = new Ticking();
    private final List<Stamped> events = new ArrayList<>();
    private GoalContext context;
    private Journal journal;
    private Run run;

    @Before
    public void begin() throws IOException {
        Path root = folder.getRoot().toPath().toRealPath();
        Files.createDirectories(root.resolve("opt/mattermost/config"));
        UpgradeOptions options = PlainOptions.of(root.resolve("opt/mattermost"), root);
        context = GoalContext.open(options, new LocalHost(), new RecordingReporter(), clock);
        journal = context.journal();
        run = Run.begin(
                journal,
                clock.instant(),
                Map.of(
                        JournalKeys.FROM,
                        "5.25.7",
                        JournalKeys.TARGET,
                        "5.37.10",
                        JournalKeys.EDITION,
                        "team",
                        JournalKeys.HOPS,
                        "2",
                        JournalKeys.ACKNOWLEDGED,
                        "5.26.0-5.37.10"));
        run.note(1, StageName.DOWNLOAD, Map.of(JournalKeys.TO, "5.31.9"));
        run.note(2, StageName.DOWNLOAD, Map.of(JournalKeys.TO, "5.37.10"));
    }

    @Test
    public void showsEachStageOfEachHopWithTheDowntimeAndEndsAsTheJournalSays() throws Exception {
        stage(0, StageName.DOWNLOAD, 3600, Kind.DONE);
        // the next goal is called a day later
        clock.pass(86_400);
        run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, "true"));
        for (int hop = 1; hop <= 2; hop++) {
            stage(hop, StageName.STOP, 1, Kind.DONE);
            stage(hop, StageName.BACKUP, 2, Kind.DONE);
            stage(hop, StageName.INSTALL, 1, Kind.DONE);
            stage(hop, StageName.RESTORE_CONFIG, 1, Kind.DONE);
            stage(hop, StageName.START, 5, Kind.DONE);
            stage(hop, StageName.VERIFY, 4, Kind.DONE);
        }
        run.note(1, StageName.BACKUP, Map.of(JournalKeys.COUNTS, "{\"Posts\":12,\"Users\":3}"));
        run.note(
                2,
                StageName.VERIFY,
                Map.of(JournalKeys.COUNTS_AFTER, "{\"Posts\":13,\"Users\":3}", JournalKeys.SETTINGS, "2 added"));
        run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        String page = page();
        assertEquals(
                "kind=Upgrade of " + context.installation()
                        + "\nh1=Mattermost 5.25.7 → 5.31.9 → 5.37.10\noutcome=Succeeded"
                        + "\nh2=Stages\nh2=Before and after\nh2=The way back\nh2=Configuration\nh2=Checks and warnings"
                        + "\nh2=Notes\nh2=Everything that was said",
                structure(page));
        assertContains(page, "<dt>Downtime</dt>\n<dd>20 s</dd>", "Hop 2", "While the server was down");
        assertContains(page, "<th scope=\"row\">Rows of Posts</th>\n<td>12</td>\n<td>13</td>");
        assertContains(page, "the notes of 5.26.0-5.37.10", "<span>rollback</span> <span>-Dx=y</span>");
        // the download of an hour takes most of the room, the day of waiting little
        Matcher first =
                Pattern.compile("bar done\" style=\"left:0.00%;width:([0-9]+)").matcher(page);
        assertTrue(first.find());
        assertTrue(first.group(), Integer.parseInt(first.group(1)) > 90);
    }

    @Test
    public void whatIsDoneBeforeTheOrderToStopIsNoDowntime() throws Exception {
        run.mark(1, StageName.STOP, Kind.BEGIN, Map.of());
        run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, "true"));
        clock.pass(300);
        run.note(1, StageName.STOP, Map.of(JournalKeys.STOP_ORDERED, "true"));
        clock.pass(2);
        run.mark(1, StageName.STOP, Kind.DONE, Map.of());
        stage(1, StageName.START, 5, Kind.DONE);
        run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        assertContains(page(), "<dt>Downtime</dt>\n<dd>7.0 s</dd>");
        assertEquals(
                Duration.ofSeconds(2),
                Duration.between(
                        run.stopOrderedAt(1).orElseThrow(),
                        run.doneAt(1, StageName.STOP).orElseThrow()));
    }

    @Test
    public void aFailureAndWhatFollowedItComeFirst() throws Exception {
        run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, "true"));
        stage(1, StageName.STOP, 1, Kind.DONE);
        stage(1, StageName.START, 5, Kind.FAILED);
        run.mark(0, StageName.ROLLBACK, Kind.BEGIN, Map.of());
        clock.pass(2);
        run.step(0, StageName.ROLLBACK, "start", Map.of(), () -> clock.pass(1));
        run.mark(0, StageName.ROLLBACK, Kind.DONE, Map.of());
        run.mark(0, StageName.RUN, Kind.UNDONE, Map.of());
        said(new Event.Failed("It did not start.", Hint.run("Look.", Goal.STATUS)));
        String page = page();
        assertTrue(
                structure(page),
                structure(page).contains("outcome=Failed at start and rolled back\nh2=What went wrong"));
        assertContains(page, "<dd>9.0 s</dd>", "bar failed", "5.0 s, failed", "<span>status</span>");
        assertContains(page, "Mattermost 5.25.7 is installed again");
    }

    @Test
    public void aRunThatWasKilledIsNotFinishedAndStillDown() throws Exception {
        run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, "true"));
        stage(1, StageName.STOP, 1, Kind.DONE);
        run.mark(1, StageName.BACKUP, Kind.BEGIN, Map.of());
        clock.pass(3);
        run.markStep(1, StageName.BACKUP, "freeze", Kind.BEGIN, Map.of());
        String page = page();
        assertContains(
                page, "class=\"outcome\">Not finished", "4.0 s and not over", "bar interrupted", "3.0 s, interrupted");
    }

    @Test
    public void aMigrationShowsItsSourceAndNamesLaterRunsThatItsWayBackUndoes() {
        run = Run.begin(
                journal,
                clock.instant(),
                Map.of(
                        JournalKeys.SOURCE,
                        "/srv/old",
                        JournalKeys.FROM,
                        "5.37.10",
                        JournalKeys.TARGET,
                        "5.37.10",
                        JournalKeys.EDITION,
                        "team",
                        JournalKeys.HOPS,
                        "1"));
        run.note(
                1,
                StageName.VERIFY,
                Map.of(
                        JournalKeys.COUNTS,
                        "{\"Posts\":1}",
                        JournalKeys.SOURCE_COUNTS,
                        "{\"Posts\":7}",
                        JournalKeys.COUNTS_AFTER,
                        "{\"Posts\":8}"));
        run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        String page = page();
        assertContains(page, "<h1>Mattermost 5.37.10 from /srv/old</h1>", "<td>1</td>\n<td>7</td>\n<td>8</td>");
        assertFalse(page.contains("undoes the later runs"));
        Run.begin(journal, clock.instant(), Map.of(JournalKeys.FROM, "5.37.10"));
        assertContains(page(), "undoes the later runs");
    }

    @Test
    public void whateverIsSaidIsTextAndNothingIsFetched() throws Exception {
        String markup = "<script>alert(1)</script><img src=x onerror=\"a('b')\">&amp;\u0007\u202e";
        said(new Event.Message(Event.Level.WARNING, markup, null));
        said(new Event.Message(Event.Level.INFO, markup, null));
        said(CheckResult.refused(markup, markup, Hint.run(markup, Goal.STATUS)));
        said(CheckResult.ok("room", "a table\n  " + markup));
        said(new Event.Refused(markup, Hint.of(markup)));
        run.note(0, StageName.RUN, Map.of(JournalKeys.ACKNOWLEDGED, markup));
        String page = page();
        assertFalse(page.contains("<script"));
        assertFalse(page.contains("<img"));
        assertFalse(page.contains("\u0007"));
        assertFalse(page.contains("\u202e"));
        assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;", "content=\"default-src &#39;none&#39;;");
        assertFalse(page.replaceAll("&[a-z]+;", "").matches("(?s).*(src|href|url\\(|@import).*=.*http.*"));
        // every element that begins also ends: what browsers forgive could swallow what follows
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(
                        page.replace("<!DOCTYPE html>", "").replaceAll("<(meta|col)( [^>]*)?>", "<$1$2/>"))));
    }

    @Test
    public void aRehearsalShowsItsPredictionAndWhatItWouldChange() {
        said(new Event.Result(Goal.REHEARSE, Json.tree("""
                        {"from":"5.25.7","to":"5.37.10","hops":["5.31.9","5.37.10"],"succeeded":true,
                         "stages":[{"hop":1,"stage":"stop","milliseconds":1000},
                                   {"hop":1,"stage":"start","milliseconds":4000}],
                         "prediction":{"measured":5000,"downtimeMilliseconds":7000,"keptOutMilliseconds":9000},
                         "schema":{"tables":["+ threads"]},"settings":["3 settings added"],
                         "notes":["5.30.0: read <this>"],"errors":{"5.37.10":["it complained"]},
                         "databaseBytesBefore":1000,"databaseBytesAfter":2000000,"remarks":["no files"]}"""), List.of()));
        String page = new RehearsalPage("a copy", clock.instant(), events, RunPageTest::command).text();
        assertContains(page, "Mattermost 5.25.7 → 5.31.9 → 5.37.10", "The upgrade would succeed", "7.0 s", "9.0 s");
        assertContains(page, "+ threads", "5.30.0: read &lt;this&gt;", "it complained", "no files", "2.0 MB");
        events.clear();
        said(new Event.Failed("There is no room.", Hint.of("Make some.")));
        page = new RehearsalPage("a copy", clock.instant(), events, RunPageTest::command).text();
        assertContains(page, "did not come to its end", "There is no room.", "Make some.");
    }

    private void stage(int hop, StageName stage, int seconds, Kind end) {
        run.mark(hop, stage, Kind.BEGIN, Map.of());
        clock.pass(seconds);
        run.mark(hop, stage, end, Map.of());
    }

    private void said(Event event) {
        events.add(new Stamped(clock.instant(), event));
    }

    private String page() {
        return new RunPage(context, run, events, RunPageTest::command).text();
    }

    private static String command(Hint hint) {
        return hint.goal() + " -Dx=y";
    }

    /** The title, the outcome and the headings, a line each. */
    private static String structure(String page) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile("<(h1|h2|p class=\"(?:kind|outcome)\")>([^<]*)<")
                .matcher(page);
        while (matcher.find()) {
            found.add(matcher.group(1).replaceAll("p class=|\"", "") + "=" + matcher.group(2));
        }
        return String.join("\n", found);
    }

    private static void assertContains(String page, String... texts) {
        for (String text : texts) {
            assertTrue(text + " in " + page, page.contains(text));
        }
    }

    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-11-28T10:00:00Z");

        void pass(int seconds) {
            now = now.plusSeconds(seconds);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
