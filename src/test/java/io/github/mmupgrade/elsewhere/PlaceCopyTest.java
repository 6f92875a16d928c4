package io.github.mmupgrade.elsewhere;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

public class PlaceCopyTest {

    @Test
    public void aNameThatLeadsOutOfTheBackupsIsNone() {
        for (String name : List.of("", ".", "..", "../x", "a/../../x", "/etc/x", ".hidden", "a\nb", "a b")) {
            assertFalse(name, PlaceCopy.of("chat", name, "1").isPresent());
        }
        assertTrue(PlaceCopy.of("chat", "20261123T031415Z-5.25.6", "1").isPresent());
    }
}
