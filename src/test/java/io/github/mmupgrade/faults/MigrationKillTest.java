package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.MigrationKillRun;
import io.github.mmupgrade.testing.scene.MigrationScene;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Some kills, spread over a migration and its rollback; the main method of {@link MigrationKillRun} does all. */
@Category(Slow.class)
public class MigrationKillTest {

    private static final int POINTS = 3;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aKilledMigrationIsBroughtToItsEndOrUndone() throws Exception {
        Path root = folder.getRoot().toPath().toRealPath();
        try (MigrationKillRun run = new MigrationKillRun(MigrationScene.postgres(root), root.resolve("killed.log"))) {
            int[] events = run.undisturbed();
            assertTrue(events[0] > POINTS);
            for (int point = 1; point <= POINTS; point++) {
                run.migration(point * events[0] / (POINTS + 1), point % 2 == 0, point % 2 == 1);
            }
            run.rollback(events[1] / 2, false);
            assertEquals(List.of(), run.losses());
        }
    }
}
