package io.github.mmupgrade.datasource;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.Test;

public class DatabaseNamesTest {

    @Test
    public void tellOfWhichDatabaseAndRunTheyAre() {
        assertEquals("mattermost_frozen_20261123-031400", DatabaseNames.frozen("mattermost", "20261123-031400"));
        assertEquals("mattermost_discarded_1", DatabaseNames.discarded("mattermost", "1"));
    }

    @Test
    public void neverExceedTheLimitHoweverLongTheDatabasesNameIs() {
        for (String database : new String[] {"x".repeat(63), "\u00fc".repeat(31), "\ud83d\ude00".repeat(15)}) {
            String name = DatabaseNames.making(DatabaseNames.discarded(database, "1234567890123456"));
            assertTrue(name, name.getBytes(StandardCharsets.UTF_8).length <= 63);
            assertTrue(DatabaseNames.isOurs(database, name));
        }
    }

    @Test
    public void ofTwoLongNamesStayApart() {
        assertNotEquals(
                DatabaseNames.frozen("x".repeat(50) + "a", "1"), DatabaseNames.frozen("x".repeat(50) + "b", "1"));
    }

    @Test
    public void areNeverFoundInOthers() {
        for (String other : new String[] {
            "mattermost",
            "mattermost_frozen",
            "mattermost_frozen_",
            "mattermost2_frozen_1",
            "mattermost_frozen_1_",
            "mattermost_frozen_12345678901234567",
            "mattermost_backup_1",
            "x_mattermost_frozen_1",
            "mattermost_frozen_1\n",
        }) {
            assertFalse(other, DatabaseNames.isOurs("mattermost", other));
        }
    }

    @Test
    public void refuseARunThatWouldNotBeRecognised() {
        assertThrows(IllegalArgumentException.class, () -> DatabaseNames.frozen("m", "a_b"));
        assertThrows(IllegalArgumentException.class, () -> DatabaseNames.frozen("m", "12345678901234567"));
    }
}
