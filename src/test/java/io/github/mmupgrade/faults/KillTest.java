package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.testing.Samples;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.KillRun;
import io.github.mmupgrade.testing.scene.KillScene;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/**
 * Some kills, spread over an upgrade and a rollback: a dozen by {@code dev/test-all}; {@code dev/test-faults} does all of
 * them.
 */
public class KillTest {

    private static final int POINTS = Samples.size(9, 2);

    private static final int PAGE_POINTS = Samples.size(6, 2);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void survivesKillsAllAlongTheWay() throws Exception {
        survives(DatabaseSaving.AUTO);
    }

    @Test
    @Category(Slow.class)
    public void survivesThemWithABaseBackup() throws Exception {
        survives(DatabaseSaving.BASE_BACKUP);
    }

    @Test
    @Category(Slow.class)
    public void survivesThemWhileAMaintenancePageHoldsThePort() throws Exception {
        KillRun run;
        try (KillScene scene =
                new KillScene(folder.getRoot().toPath().toRealPath(), DatabaseSaving.AUTO).withMaintenancePage()) {
            run = new KillRun(scene);
            int events = run.undisturbed();
            // from the backup to the new server's start, where the page is up
            for (int point = 0; point < PAGE_POINTS; point++) {
                run.upgrade(
                        events / 3 + (point + 1) * events / 3 / (PAGE_POINTS + 1),
                        false,
                        point % 2 == 0 ? KillRun.Then.AGAIN : KillRun.Then.BACK);
            }
            assertTrue(run.rollback(4, false));
        }
        String lines = String.join("\n", run.lines());
        assertTrue(
                lines,
                Pattern.compile("after upgrade: (backup|install|restore-config)")
                        .matcher(lines)
                        .find());
        assertEquals(lines, List.of(), run.losses());
    }

    private void survives(DatabaseSaving way) throws Exception {
        KillRun run;
        try (KillScene scene = new KillScene(folder.getRoot().toPath().toRealPath(), way)) {
            run = new KillRun(scene);
            int events = run.undisturbed();
            for (int point = 0; point < POINTS; point++) {
                run.upgrade(
                        1 + point * (events - 1) / POINTS,
                        point % 2 == 1,
                        point % 3 == 0 ? KillRun.Then.BACK : KillRun.Then.AGAIN);
            }
            assertTrue(run.rollback(4, false));
            if (Samples.full()) {
                run.atRandom(1, 8_000);
            }
        }
        assertEquals(String.join("\n", run.lines()), List.of(), run.losses());
    }
}
