package io.github.mmupgrade.release;

import static java.util.stream.Collectors.joining;
import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** The table of paths: from, to, how, and the releases to pass. */
@RunWith(Parameterized.class)
public class UpgradePathTest {

    @Parameters(name = "{0} to {1} ({2}): {3}")
    public static List<Object[]> paths() {
        return List.of(new Object[][] {
            // below 3.0 none is left out, and 3.0 is never passed by
            {"1.2.1", "1.4.0", "auto", "1.3.0 1.4.0"},
            {"1.2.0", "1.4", "auto", "1.3.0 1.4.0"},
            {"0.6.0", "2.0.0", "auto", "0.7.0 1.0.0 1.1.1 1.2.1 1.3.0 1.4.0 2.0.0"},
            {"1.3.0", "3.0.3", "auto", "1.4.0 2.0.0 2.1.0 2.2.0 3.0.3"},
            {"2.1.0", "3.10.3", "auto", "2.2.0 3.0.3 3.10.3"},
            {"2.2.0", "3.0.0", "auto", "3.0.0"},
            {"2.2.0", "3.1.0", "auto", "3.0.3 3.1.0"},
            {"1.4.0", "6.0.4", "auto", "2.0.0 2.1.0 2.2.0 3.0.3 4.10.10 5.9.8 5.19.3 5.25.7 5.31.9 5.37.10 6.0.4"},
            // from ESR to ESR
            {"3.0.3", "3.10.3", "auto", "3.10.3"},
            {"4.5.2", "5.37.10", "auto", "4.10.10 5.9.8 5.19.3 5.25.7 5.31.9 5.37.10"},
            {
                "5.25.7",
                "11.7.9",
                "auto",
                "5.31.9 5.37.10 6.3.10 7.1.9 7.8.15 8.1.13 9.5.14 9.11.18 10.5.14 10.11.23 11.7.9"
            },
            {"10.11.23", "11.10.0", "auto", "11.7.9 11.10.0"},
            {"10.11.23", "11.7.9", "auto", "11.7.9"},
            {"10.11.23", "11.7.3", "auto", "11.7.3"},
            {"10.11.16", "11.6.6", "auto", "11.6.6"},
            {"10.11.3", "10.11.23", "auto", "10.11.23"},
            {"10.12.4", "11.6.6", "auto", "11.6.6"},
            {"7.6.0", "8.1.13", "auto", "7.8.15 8.1.13"},
            {"11.7.9", "11.7.9", "auto", ""},
            // targets by name
            {"10.11.23", "latest", "auto", "11.7.9 11.10.0"},
            {"10.5.14", "latest-esr", "auto", "10.11.23 11.7.9"},
            {"1.3.0", "next", "auto", "1.4.0"},
            {"5.37.10", "next", "auto", "5.38.4"},
            {"5.39.3", "next", "auto", "6.0.4"},
            {"10.11.23", "next", "auto", "11.7.9"},
            {"10.11.5", "next", "auto", "10.12.4"},
            {"11.7.1", "11.7", "auto", "11.7.9"},
            {"11.7.1", "v11.7.4", "auto", "11.7.4"},
            // other ways
            {"4.9.4", "5.2.2", "every-release", "4.10.10 5.0.3 5.1.2 5.2.2"},
            {"10.10.3", "11.8.5", "every-release", "10.11.23 11.7.9 11.8.5"},
            {"10.12.4", "11.1.3", "every-release", "11.0.7 11.1.3"},
            {"1.2.1", "1.4.0", "every-release", "1.3.0 1.4.0"},
            {"2.2.0", "3.2.0", "every-release", "3.0.3 3.1.0 3.2.0"},
            {"9.5.14", "10.6.6", "esr", "9.11.18 10.5.14 10.6.6"},
            {"3.0.3", "5.0.3", "esr", "4.10.10 5.0.3"},
            {"5.25.7", "11.7.9", "direct", "11.7.9"},
            {"1.3.0", "2.0.0", "direct", "2.0.0"},
            {"5.2.2", "5.37.10", "direct", "5.37.10"},
        });
    }

    @Parameter(0)
    public String from;

    @Parameter(1)
    public String to;

    @Parameter(2)
    public String mode;

    @Parameter(3)
    public String expected;

    @Test
    public void passesTheseReleases() {
        UpgradePath path = Requests.from(from).to(to).by(mode).plan();

        assertEquals(
                expected, path.hops().stream().map(hop -> hop.to().toString()).collect(joining(" ")));
        assertEquals(expected.isEmpty(), path.isEmpty());
        for (Hop hop : path.hops()) {
            assertEquals(
                    "only the way from 2.x into 3.0 needs the command",
                    hop.from().line().equals("2.2") && hop.to().line().equals("3.0"),
                    hop.needsUpgradeDb30());
        }
    }
}
