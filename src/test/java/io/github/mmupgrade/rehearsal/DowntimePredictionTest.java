package io.github.mmupgrade.rehearsal;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.SchemaSnapshot;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

public class DowntimePredictionTest {

    private final StageTimes times = new StageTimes();
    private Instant now = Instant.parse("2026-11-23T03:00:00Z");

    @Test
    public void countsWhileTheServersAreDownAndNotWhileTheyAreVerified() {
        hop(1);
        hop(2);
        DowntimePrediction found = DowntimePrediction.of(times, Duration.ZERO, Duration.ZERO, 100, 100)
                .orElseThrow();
        assertEquals(2 * 6000, found.downtimeMilliseconds());
        assertEquals(2 * 6000 + 10_000, found.keptOutMilliseconds());
        assertEquals(8, times.stages().size());
    }

    @Test
    public void addsWhatTheOriginalHasMoreOf() {
        hop(1);
        DowntimePrediction found = DowntimePrediction.of(times, Duration.ofSeconds(3), Duration.ofSeconds(1), 300, 100)
                .orElseThrow();
        assertTrue(found.files() >= 2000);
        // a frozen copy of three times the size: two seconds became six
        assertEquals(4000, found.database());
        assertEquals(6000 + found.files() + 4000, found.downtimeMilliseconds());
    }

    @Test
    public void tellsNothingOfARehearsalThatBrokeOff() {
        hop(1);
        event(2, "stop", null, Kind.BEGIN, 0);
        event(2, "stop", null, Kind.FAILED, 1);
        assertTrue(
                DowntimePrediction.of(times, Duration.ZERO, Duration.ZERO, 1, 1).isEmpty());
        assertEquals("stop", times.failure().orElseThrow().stage());
    }

    @Test
    public void namesWhatIsNewAndChangedButNotTheColumnsOfNewTables() {
        SchemaSnapshot before = new SchemaSnapshot(
                Set.of("posts", "audits"),
                Map.of("posts.id", "varchar(26)", "audits.id", "varchar(26)", "posts.old", "text"),
                Map.of("posts.idx", "(id)"));
        SchemaSnapshot after = new SchemaSnapshot(
                Set.of("posts", "threads"),
                Map.of("posts.id", "varchar(26)", "posts.new", "bigint", "threads.id", "text", "posts.old", "json"),
                Map.of("posts.idx", "(id, new)"));
        SchemaChanges changes = SchemaChanges.between(before, after);
        assertEquals(List.of("- audits", "+ threads"), changes.tables());
        assertEquals(List.of("~ posts.old: text -> json", "+ posts.new: bigint"), changes.columns());
        assertEquals(List.of("~ posts.idx: (id) -> (id, new)"), changes.indexes());
    }

    /** Down for 6 seconds, 2 of them a frozen copy, then verified for 10. */
    private void hop(int hop) {
        event(hop, "stop", null, Kind.BEGIN, 0);
        event(hop, "stop", null, Kind.DONE, 1);
        event(hop, "backup", null, Kind.BEGIN, 0);
        event(hop, "backup", "freeze", Kind.BEGIN, 0);
        event(hop, "backup", "freeze", Kind.DONE, 2);
        event(hop, "backup", null, Kind.DONE, 0);
        event(hop, "start", null, Kind.BEGIN, 0);
        event(hop, "start", null, Kind.DONE, 3);
        event(hop, "verify", null, Kind.BEGIN, 0);
        event(hop, "verify", null, Kind.DONE, 10);
    }

    private void event(int hop, String stage, String step, Kind kind, int secondsLater) {
        now = now.plusSeconds(secondsLater);
        times.add(new JournalEvent(1, now, "20261123T030000Z", hop, stage, step, kind, Map.of()));
    }
}
