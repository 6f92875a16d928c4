package io.github.mmupgrade.saving.method;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.time.Duration;
import java.util.List;
import org.junit.Test;

/** Which way to save the database is taken, and how that is told. */
public class MethodChoiceTest {

    @Test
    public void theShortestDowntimeIsTaken() {
        assertEquals(
                DatabaseSaving.BASE_BACKUP,
                MethodChoice.automatic(List.of(
                                possible(DatabaseSaving.FROZEN, 120, 1),
                                possible(DatabaseSaving.BASE_BACKUP, 1, 3000),
                                possible(DatabaseSaving.DUMP, 1800, 3600)))
                        .chosen()
                        .kind());
    }

    @Test
    public void secondsOfDowntimeAreNotPaidForByHoursOfRollback() {
        assertEquals(
                DatabaseSaving.FROZEN,
                MethodChoice.automatic(List.of(
                                possible(DatabaseSaving.FROZEN, 5, 1),
                                possible(DatabaseSaving.BASE_BACKUP, 1, 3000),
                                possible(DatabaseSaving.DUMP, 30, 60)))
                        .chosen()
                        .kind());
    }

    @Test
    public void whatIsNotPossibleIsNotTaken() {
        MethodChoice choice = MethodChoice.automatic(List.of(
                impossible(DatabaseSaving.FROZEN),
                impossible(DatabaseSaving.BASE_BACKUP),
                possible(DatabaseSaving.DUMP, 1800, 3600)));
        assertEquals(DatabaseSaving.DUMP, choice.chosen().kind());
        assertEquals("""
                dump, about 30 min while the server is stopped: because of dump
                  way          down     rollback
                  frozen       -        -        not possible: because of frozen. To allow it: Allow it.
                  base-backup  -        -        not possible: because of base-backup. To allow it: Allow it.
                  dump         30 min   60 min   chosen""", choice.text());
    }

    @Test
    public void theLimitOfTheDowntimeRefusesWithAllWays() {
        MethodChoice choice = MethodChoice.automatic(
                List.of(possible(DatabaseSaving.FROZEN, 90, 1), possible(DatabaseSaving.DUMP, 300, 600)));
        assertTrue(choice.refusal(null).isEmpty());
        assertTrue(choice.refusal(Duration.ofSeconds(90)).isEmpty());
        RefusedException refused = choice.refusal(Duration.ofSeconds(60)).orElseThrow();
        assertEquals("""
                Saving the database takes about 90 s while the server is stopped, more than the 60 s of mattermost.maxDowntime.
                  way          down     rollback
                  frozen       90 s     1.0 s    chosen
                  dump         5 min    10 min   because of dump""", refused.getMessage());
        assertTrue(refused.hint().text().contains("mattermost.backup.database"));
    }

    @Test
    public void aWayThatIsAskedForAndNotPossibleRefusesWithItsOwnHint() {
        MethodForecast wanted = impossible(DatabaseSaving.FROZEN);
        RefusedException refused = new MethodChoice(List.of(wanted, possible(DatabaseSaving.DUMP, 10, 20)), wanted)
                .refusal(null)
                .orElseThrow();
        assertTrue(
                refused.getMessage(),
                refused.getMessage()
                        .startsWith(
                                "The database cannot be saved by mattermost.backup.database=frozen: because of frozen"));
        assertEquals("Allow it.", refused.hint().text());
    }

    private static MethodForecast possible(DatabaseSaving kind, int down, int back) {
        return MethodForecast.possible(kind, Duration.ofSeconds(down), Duration.ofSeconds(back), "because of " + kind);
    }

    private static MethodForecast impossible(DatabaseSaving kind) {
        return MethodForecast.impossible(kind, "because of " + kind, Hint.of("Allow it."));
    }
}
