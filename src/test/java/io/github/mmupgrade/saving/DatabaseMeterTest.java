package io.github.mmupgrade.saving;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DatabaseMeterTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Event.Progress> told = Collections.synchronizedList(new ArrayList<>());

    @Test
    public void tellsHowFarADumpAndItsRestoreAre() throws Exception {
        TestDatabase test = TestPostgres.shared().createDatabase("meter", true);
        test.execute("CREATE TABLE large AS SELECT n, md5(n::text) || md5((n + 1)::text) AS text"
                + " FROM generate_series(1, 400000) n");
        DatabaseMeter meter = new DatabaseMeter(
                event -> told.add((Event.Progress) event), Duration.ofMillis(50), Duration.ofMillis(50));
        Path dump = folder.getRoot().toPath().resolve("dump");
        try (Database database = MattermostTables.open(test)) {
            long bytes = database.sizeBytes();
            meter.dump(database, test.name(), dump, DumpFormat.CUSTOM);
            assertIncreasesUpTo(bytes);
            told.clear();
            String copy = DatabaseNames.restored(test.name(), "20261128T100000Z");
            meter.restoreInto(database, copy, dump, DumpFormat.CUSTOM, DumpOwnership.AS_DUMPED);
            assertIncreasesUpTo(bytes);
            database.drop(copy);
            assertEquals("a session is left", List.of(), database.foreignSessions());
        }
    }

    private void assertIncreasesUpTo(long bytes) {
        assertTrue(told.toString(), told.size() > 1);
        Event.Progress last = told.get(told.size() - 1);
        assertTrue(told.toString(), last.ended());
        assertTrue(told.toString(), last.done() > bytes / 4 && last.done() <= bytes * 5 / 4);
        assertEquals(bytes, last.total());
        for (int i = 1; i < told.size(); i++) {
            assertTrue(told.toString(), told.get(i).done() >= told.get(i - 1).done());
        }
    }
}
