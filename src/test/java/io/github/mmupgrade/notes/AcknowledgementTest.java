package io.github.mmupgrade.notes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

public class AcknowledgementTest {

    private static final List<Version> RELEASES = versions("1.3.0", "1.4.0", "5.26.2", "5.37.10", "11.8.5");

    @Test
    public void coversVersionsMinorReleasesAndRanges() {
        assertEquals(versions("1.3.0", "11.8.5"), missing("1.4.0, 5.26.0-5.37.10"));
        assertEquals(versions("1.3.0", "1.4.0"), missing("5.26-5.37, 11.8"));
        assertEquals(versions("1.4.0", "5.26.2", "5.37.10", "11.8.5"), missing("v1.3.0"));
        assertEquals("another patch was not read", RELEASES, missing("11.8.4,5.26.0"));
        assertEquals(List.of(), missing("ALL"));
        assertEquals(List.of(), missing("1.4.0,5.26.0-5.37.10,all"));
    }

    @Test
    public void nothingIsAcknowledgedByDefault() {
        assertEquals(RELEASES, missing(null));
        assertEquals(RELEASES, missing("  , "));
    }

    @Test
    public void refusesWhatItDoesNotUnderstand() {
        for (String text : List.of("yes", "1.4.0-", "-1.4.0", "1.4.0-1.3.0", "1-2-3", "5", "1.4.0;1.5.0")) {
            RefusedException refused =
                    assertThrows(text, RefusedException.class, () -> Acknowledgement.parse("11.8," + text));
            assertTrue(refused.getMessage(), refused.getMessage().contains("'" + text + "'"));
            assertTrue(refused.hint().text().contains("5.26-5.37.10"));
        }
    }

    @Test
    public void refusesToGoOnAndSaysTheExactOptionToPass() {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> Acknowledgement.parse("1.3.0").require(RELEASES));

        assertEquals(
                "The notes of 4 releases are not acknowledged: 1.4.0, 5.26.2, 5.37.10, 11.8.5. Nothing was changed.",
                refused.getMessage());
        assertEquals("upgrade", refused.hint().goal());
        assertEquals(
                List.of("mattermost.acknowledge=1.3.0-11.8.5"), refused.hint().options());
        assertEquals(List.of(), missing("1.3.0-11.8.5"));
    }

    @Test
    public void theOptionThatItNamesIsEnough() {
        for (List<Version> releases : List.of(RELEASES, versions("1.4.0"), versions("1.3.0", "1.4.0"))) {
            String value = Acknowledgement.option(releases).replace("mattermost.acknowledge=", "");
            Acknowledgement.parse(value).require(releases);
            assertEquals(List.of(), Acknowledgement.parse(value).missing(releases));
        }
        assertEquals("mattermost.acknowledge=1.4.0", Acknowledgement.option(versions("1.4.0")));
    }

    private static List<Version> missing(String text) {
        return Acknowledgement.parse(text).missing(RELEASES);
    }

    private static List<Version> versions(String... texts) {
        return Stream.of(texts).map(Version::parse).toList();
    }
}
