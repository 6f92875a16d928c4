package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A clock that is set while an upgrade is under way. */
public class ClockFaultTest {

    private static final Duration DAY = Duration.ofDays(1);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final JumpingClock clock = new JumpingClock();
    private Scene scene;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
    }

    private static final class JumpingClock extends Clock {
        private Duration offset = Duration.ZERO;

        void jump(Duration by) {
            offset = offset.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(offset);
        }
    }

    private Goals goals() {
        return new Goals(scene.options(), new LocalHost(), scene.said, clock);
    }

    private ProblemException failing(Duration jump, String stage) {
        scene.server.misbehave("5.37 lose-posts");
        Goals goals = goals();
        goals.observe(OldState.at(stage, () -> clock.jump(jump)));
        return assertThrows(ProblemException.class, goals::upgrade);
    }

    @Test
    @Category(Slow.class)
    public void aClockThatJumpsChangesNothingForAnUpgrade() throws Exception {
        Goals goals = goals();
        goals.observe(event -> {
            if (event.kind() == Kind.BEGIN && event.step() == null) {
                clock.jump(event.stage().length() % 2 == 0 ? DAY.negated() : DAY.multipliedBy(2));
            }
        });
        goals.upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
        goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aFailureBehindAJumpInEitherDirectionEndsWithTheOldServer() throws Exception {
        for (Duration jump : List.of(DAY, DAY.negated())) {
            for (StageName stage : List.of(StageName.STOP, StageName.BACKUP, StageName.START, StageName.VERIFY)) {
                ProblemException e = failing(jump, stage.key());
                assertTrue(e.getMessage(), e.getMessage().contains("Rows are missing"));
                assertTrue(e.getMessage(), e.getMessage().contains("is running on its previous data"));
                old.assertBack();
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void postsWrittenByAClockThatWentBackAreNotOverlooked() throws Exception {
        goals().upgrade();
        clock.jump(DAY.negated());
        scene.database.execute(
                "INSERT INTO posts (id, createat, updateat, editat, deleteat, userid, channelid, message)"
                        + " SELECT 'by-yesterdays-clock', " + clock.instant().toEpochMilli()
                        + ", updateat, editat, 0, userid, channelid, 'new' FROM posts LIMIT 1");
        RefusedException e = assertThrows(RefusedException.class, () -> goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("1 post"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        goals().rollback(null, true);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void oldPostsFromTheFutureAreNotTakenForNewOnes() throws Exception {
        scene.database.execute("UPDATE posts SET createat = createat + " + DAY.toMillis()
                + " WHERE id = (SELECT id FROM posts ORDER BY id LIMIT 1)");
        goals().upgrade();
        goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    public void aClockBehindTheJournalIsAWarning() {
        goals().download();
        clock.jump(DAY.negated());
        goals().preflight();
        assertTrue(
                scene.said.text(),
                scene.said.text().lines().anyMatch(line -> line.matches(".*warning +clock .*last goal ran at.*")));
    }
}
