package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Upgrades and ways back of a server whose data source leads to a real PgBouncer. */
public class PoolerUpgradeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** Upgrades behind a pooler, looks at what was said, and goes back. */
    private void upgradeAndGoBack(String mode, boolean all, String copy) throws Exception {
        try (Scene scene = new Scene(folder.newFolder(mode).toPath(), "5.25.7");
                TestPgBouncer pooler = new TestPgBouncer(TestPostgres.shared(), mode, scene.database, all)) {
            scene.to("5.37.10");
            scene.server.stop();
            scene.server.set(
                    "SqlSettings.DataSource", pooler.through(TestPostgres.shared(), scene.database.dataSource()));
            scene.server.start();
            OldState old = OldState.of(scene, "5.25.7");
            if (mode.equals("transaction")) {
                RefusedException refused =
                        assertThrows(RefusedException.class, () -> scene.goals().backup());
                assertTrue(refused.getMessage(), refused.getMessage().contains("pooler"));
                assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            }
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            String said = scene.said.text();
            assertTrue(said, said.contains(copy));
            assertTrue(said, said.contains("running database is not dumped") == mode.equals("transaction"));
            scene.goals().rollback(null, true);
            old.assertBack();
            assertFalse(scene.said.text(), scene.said.text().contains("prepared statement"));
        }
    }

    @Test
    @Category(Slow.class)
    public void transactionModeAndEveryDatabaseKnown() throws Exception {
        upgradeAndGoBack("transaction", true, "Froze");
    }

    @Test
    public void transactionModeAndOneDatabaseKnown() throws Exception {
        upgradeAndGoBack("transaction", false, "Configure both databases there");
    }

    @Test
    @Category(Slow.class)
    public void sessionModeAndEveryDatabaseKnown() throws Exception {
        upgradeAndGoBack("session", true, "Froze");
    }
}
