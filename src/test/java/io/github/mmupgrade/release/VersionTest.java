package io.github.mmupgrade.release;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class VersionTest {

    @Test
    public void readsTheFormsThatServersAndPeopleWrite() {
        assertEquals(new Version(5, 37, 10), Version.parse("5.37.10"));
        assertEquals(new Version(5, 37, 0), Version.parse(" v5.37.0\n"));
        assertEquals(new Version(11, 7, 0), Version.parse("11.7"));
    }

    @Test
    public void refusesWhatIsNoVersion() {
        for (String text : List.of("", "5", "5.", "5.1.2.3", "latest", "5.1.2-rc1", "-1.2.3", "1..2", "1.2.999999")) {
            IllegalArgumentException problem =
                    assertThrows(text, IllegalArgumentException.class, () -> Version.parse(text));
            assertTrue(problem.getMessage(), problem.getMessage().contains("'" + text + "'"));
        }
        assertEquals(Optional.empty(), Version.tryParse(null));
        assertThrows(IllegalArgumentException.class, () -> new Version(1, -1, 0));
    }

    @Test
    public void ordersByNumberAndNotByText() {
        assertTrue(Version.parse("5.9.8").below(Version.parse("5.10.0")));
        assertFalse(Version.parse("5.9.8").below(Version.parse("5.9.8")));
        assertTrue(Version.parse("5.9.8").atLeast(Version.parse("5.9.8")));
        assertTrue(Version.parse("10.0.0").atLeast(Version.parse("9.11.18")));
    }

    @Test
    public void knowsItsMinorRelease() {
        assertTrue(Version.parse("5.37.0").sameLine(Version.parse("5.37.10")));
        assertFalse(Version.parse("5.37.0").sameLine(Version.parse("6.37.0")));
        assertEquals(Version.parse("5.25.0"), Version.parse("5.25.6").lineStart());
        assertEquals("5.25", Version.parse("5.25.6").line());
        assertEquals("5.25.6", Version.parse("v5.25.6").toString());
    }

    @Test
    public void readsEditionsByName() {
        assertEquals(Edition.TEAM, Edition.parse("team"));
        assertEquals(Edition.ENTERPRISE, Edition.parse(" Enterprise "));
        assertEquals("enterprise", Edition.ENTERPRISE.toString());
        assertThrows(IllegalArgumentException.class, () -> Edition.parse("professional"));
    }
}
