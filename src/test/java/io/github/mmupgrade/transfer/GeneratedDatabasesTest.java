package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.transfer.value.BadValues;
import java.sql.Connection;
import java.util.Random;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Copies generated databases: whatever is in them arrives, or is named. */
public class GeneratedDatabasesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void fifteenDatabases() throws Exception {
        copy(15);
    }

    @Test
    @Category(Slow.class)
    public void twoHundredDatabases() throws Exception {
        copy(200);
    }

    private void copy(int databases) throws Exception {
        long first = Long.getLong("seed", System.nanoTime());
        for (long seed = first; seed < first + databases; seed++) {
            TransferScene scene = new TransferScene(folder.getRoot().toPath().resolve("seed" + seed));
            try {
                one(scene, seed);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            TestMariaDb.shared().execute("DROP DATABASE " + scene.source.name());
            TestPostgres.shared().execute("DROP DATABASE " + scene.target.name() + " WITH (FORCE)");
        }
    }

    private void one(TransferScene scene, long seed) throws Exception {
        Random random = new Random(~seed);
        GeneratedDatabase generated = new GeneratedDatabase(seed);
        scene.target.execute(generated.target().toArray(String[]::new));
        try (Connection source = GeneratedDatabase.open(scene)) {
            try (var statement = source.createStatement()) {
                for (String sql : generated.source()) {
                    statement.execute(sql);
                }
            }
            int bad = generated.fill(source, random.nextInt(3) == 0);
            Transfer transfer = scene.withSmallRanges(1 + random.nextInt(25));
            BadValues found = transfer.findBadValues(transfer.plan());
            assertEquals(found.lines(false).toString(), bad, found.count());
            if (bad > 0) {
                StageFailedException refused =
                        assertThrows(StageFailedException.class, () -> TransferScene.whole(transfer));
                assertTrue(refused.getMessage(), refused.getMessage().matches("(?s).*t\\d+\\.\\w+, 1 value: .*"));
                return;
            }
            TransferPlan plan = TransferScene.ahead(transfer);
            scene.requireSame("ahead");
            generated.change(source);
            if (random.nextBoolean()) {
                transfer.catchUp(plan);
                generated.change(source);
            }
            transfer.complete(plan);
            scene.requireSame("completed");
        }
    }
}
