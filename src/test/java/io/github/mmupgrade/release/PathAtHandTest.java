package io.github.mmupgrade.release;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import org.junit.Test;

/** Paths through releases whose archives were handed over, and through releases that were named. */
public class PathAtHandTest {

    @Test
    public void isPlannedFromTheArchivesThatAreThereAndSaysWhatItPassesBy() {
        UpgradePath path = Requests.from("5.18.2")
                .to("5.37.0")
                .atHand("5.25.6", "5.31.7", "5.37.0")
                .plan();
        assertEquals("5.18.2 -> 5.25.6 -> 5.31.7 -> 5.37.0", path.toString());
        String lines = String.join("\n", path.lines());
        assertTrue(lines, lines.contains("skips the extended support releases 5.19"));
    }

    @Test
    public void takesTheNewestPatchThatIsThere() {
        assertEquals(
                "5.25.7 -> 5.31.7 -> 5.37.3",
                Requests.from("5.25.7")
                        .to("5.37")
                        .atHand("5.31.1", "5.31.7", "5.37.0", "5.37.3")
                        .plan()
                        .toString());
    }

    @Test
    public void leavesOutNothingThatAServerOrTheVendorAsksFor() {
        assertEquals(
                "9.11.18 -> 10.5.14 -> 10.11.23 -> 11.7.9",
                Requests.from("9.11.18").to("11.7.9").atHand("11.7.9").plan().toString());
        assertEquals(
                "4.5.2 -> 4.10.10 -> 5.9.8 -> 5.19.3 -> 5.25.7 -> 5.31.9 -> 5.37.10",
                Requests.from("4.5.2").to("5.37.10").atHand("5.37.10").plan().toString());
        assertEquals(
                "1.3.0 -> 1.4.0 -> 2.0.0 -> 2.1.0 -> 2.2.0 -> 3.0.3",
                Requests.from("1.3.0").to("3.0.3").atHand("3.0.3").plan().toString());
    }

    @Test
    public void goesThroughTheReleasesThatWereNamed() {
        assertEquals(
                "5.18.2 -> 5.25.6 -> 5.31.9 -> 5.37.0",
                Requests.from("5.18.2")
                        .to("5.37.0")
                        .by("5.25.6, 5.31, 5.37.0")
                        .plan()
                        .toString());
        // one that was passed already is not passed again
        assertEquals(
                "5.25.6 -> 5.31.9 -> 5.37.10",
                Requests.from("5.25.6")
                        .to("5.37.10")
                        .by("5.18.2,5.25.6,5.31.9")
                        .plan()
                        .toString());
    }

    @Test
    public void refusesReleasesOutOfOrderBeyondTheTargetOrUnknown() {
        for (List<String> wrong : List.of(
                List.of("5.31.9,5.25.7", "5.25.7 after 5.31.9"),
                List.of("6.3.10,5.37.10", "5.37.10 after 6.3.10"),
                List.of("5.31.9,5.31,5.37.10", "5.31.9 twice"),
                List.of("5.31.9,6.3.10", "6.3.10, which is newer than the target 5.37.10"),
                List.of("5.25.7,esr", "'esr' is not a release"),
                List.of("5.25.7,,5.31.9", "'' is not a release"),
                List.of("5.25.7,7.77.1", "does not have 7.77.1"),
                List.of("fast", "mattermost.path is 'fast'"))) {
            RefusedException e = assertThrows(
                    wrong.get(0),
                    RefusedException.class,
                    () -> Requests.from("5.18.2").to("5.37.10").by(wrong.get(0)).plan());
            assertTrue(e.getMessage(), e.getMessage().contains(wrong.get(1)));
        }
    }
}
