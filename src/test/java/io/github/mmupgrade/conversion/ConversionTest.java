package io.github.mmupgrade.conversion;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.KillScene;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class ConversionTest {

    private static final String RELEASE = "10.11.22";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestDatabase target = TestPostgres.shared().createDatabase("converted", false);

    @Test
    public void movesEveryRowAndGoesBack() throws Exception {
        try (Scene scene = scene()) {
            String config = Files.readString(scene.server.configFile());
            Map<String, List<String>> before = TableContents.of(scene.database, scene.database.name());
            Goals goals = scene.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.CONVERT_CONFIG.key()) && "write".equals(event.step())) {
                    assertFalse("it could be started", Files.exists(bin(scene)));
                }
            });
            goals.convertDatabase(options());
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            assertTrue(Files.readString(scene.server.configFile()).contains("postgres://"));
            Map<String, List<String>> after = TableContents.of(target, target.name());
            assertEquals(before.get("Posts").size(), after.get("public.posts").size());
            assertTrue(scene.said.text(), scene.said.text().contains("Moved the database of"));
            assertFalse(after.containsKey("public.mattermost_conversion"));

            assertTrue(scene.status(), scene.status().contains("move of the database to 127.0.0.1"));

            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            assertEquals(config, Files.readString(scene.server.configFile()));
            assertEquals(
                    before.get("Posts"),
                    TableContents.of(scene.database, scene.database.name()).get("Posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRollbackIsRefusedPastNewPosts() throws Exception {
        try (Scene scene = scene()) {
            scene.goals().convertDatabase(options());
            target.execute(
                    "INSERT INTO posts (id, createat) VALUES ('new', " + (System.currentTimeMillis() + 1000) + ")");
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
            assertTrue(refused.getMessage(), refused.getMessage().contains("1 post"));
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            scene.goals().rollback(null, true);
            assertTrue(
                    scene.said.text(), scene.said.text().contains("keeps what was copied and what was written since"));
        }
    }

    @Test
    public void valuesThatPostgresDoesNotTakeAreNamedBeforeTheStop() throws Exception {
        try (Scene scene = scene()) {
            scene.database.execute("UPDATE Users SET Nickname = concat('a', char(0), 'b') LIMIT 1");
            StageFailedException failed =
                    assertThrows(StageFailedException.class, () -> scene.goals().convertDatabase(options()));
            assertTrue(failed.getMessage(), failed.getMessage().contains("Users.Nickname, 1 value: the character NUL"));
            assertTrue(failed.getMessage(), failed.getMessage().contains("Id="));
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            Run run = Run.open(scene.place().journal()).orElseThrow();
            assertFalse(run.isBegun(1, StageName.STOP));
            RefusedException others = assertThrows(RefusedException.class, () -> scene.goals()
                    .convertDatabase(new ConversionOptions(
                            Optional.of(DataSource.parse(target.dataSource())),
                            List.of("Audits"),
                            ConversionOptions.OnBadValue.REFUSE,
                            2)));
            assertTrue(others.getMessage(), others.getMessage().contains("mattermost.convert.exclude=''"));

            scene.database.execute("UPDATE Users SET Nickname = 'ab'");
            scene.goals().convertDatabase(options());
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        }
    }

    /** It was killed before the journal said that the server ran; the rollback stops it, to be sure. */
    @Test
    @Category(Slow.class)
    public void aServerThatRunsWhenItIsRolledBackRunsAfterwards() throws Exception {
        try (Scene scene = scene()) {
            Goals goals = scene.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.STOP.key()) && event.kind() == JournalEvent.Kind.FACT) {
                    throw new BrokenOff();
                }
            });
            assertThrows(BrokenOff.class, () -> goals.convertDatabase(options()));
            KillScene.tearLastEvent(scene.place().journal().file());
            scene.goals().rollback(null, false);
            assertTrue(scene.said.text(), scene.answers().contains(RELEASE));
        }
    }

    @Test
    @Category(Slow.class)
    public void whatTheOldServerWritesAfterAPowerCutIsMovedToo() throws Exception {
        writtenBetween(
                event -> event.stage().equals(StageName.COPY_ROWS.key())
                        && event.step() == null
                        && event.kind() == JournalEvent.Kind.DONE,
                true);
    }

    @Test
    @Category(Slow.class)
    public void whatTheOldServerWritesBeforeTheConfigurationIsWrittenIsMovedToo() throws Exception {
        writtenBetween(
                event -> event.stage().equals(StageName.CONVERT_CONFIG.key()) && "write".equals(event.step()), false);
    }

    /**
     * Breaks off, and has the server started by hand and written to.
     *
     * @param stop whether it is stopped again before the conversion goes on
     */
    private void writtenBetween(Predicate<JournalEvent> where, boolean stop) throws Exception {
        try (Scene scene = scene()) {
            Goals goals = scene.goals();
            goals.observe(event -> {
                if (where.test(event)) {
                    throw new BrokenOff();
                }
            });
            assertThrows(BrokenOff.class, () -> goals.convertDatabase(options()));
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertEquals("convert-database", refused.hint().goal());
            Files.move(bin(scene).resolveSibling(".bin-of-a-migration"), bin(scene));
            scene.server.start();
            scene.database.execute(
                    "UPDATE Posts SET Message = 'written after the power cut' LIMIT 1",
                    "DELETE FROM Posts WHERE Message <> 'written after the power cut' LIMIT 1");
            if (stop) {
                scene.server.stop();
            }

            scene.goals().convertDatabase(options());
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            List<String> posts = TableContents.of(target, target.name()).get("public.posts");
            assertEquals(
                    TableContents.of(scene.database, scene.database.name())
                            .get("Posts")
                            .size(),
                    posts.size());
            assertTrue(posts.toString(), posts.toString().contains("written after the power cut"));
        }
    }

    @Test
    @Category(Slow.class)
    public void repairsAreWrittenDown() throws Exception {
        try (Scene scene = scene()) {
            scene.database.execute("UPDATE Users SET Nickname = concat('a', char(0), 'b') LIMIT 1");
            assertThrows(StageFailedException.class, () -> scene.goals().convertDatabase(options()));
            scene.goals()
                    .convertDatabase(new ConversionOptions(
                            Optional.of(DataSource.parse(target.dataSource())),
                            List.of(),
                            ConversionOptions.OnBadValue.REPAIR,
                            2));
            assertTrue(scene.said.text(), scene.said.text().contains("repairs      are written down in"));
            Run run = Run.last(scene.place().journal()).orElseThrow();
            JsonNode tables = Json.MAPPER.readTree(
                    Path.of(run.requireFact(1, JournalKeys.TABLES)).toFile());
            for (JsonNode table : tables) {
                boolean users = table.path("table").asText().equals("users");
                assertEquals(
                        table.toString(), users ? 1 : 0, table.path("repairs").asInt());
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void aReleaseThatDoesNotStartOnTheNewDatabaseLeavesTheServerAlone() throws Exception {
        try (Scene scene = scene()) {
            scene.start = Duration.ofSeconds(5);
            scene.server.misbehave("10.11 fail-start");
            StageFailedException failed =
                    assertThrows(StageFailedException.class, () -> scene.goals().convertDatabase(options()));
            assertTrue(failed.getMessage(), failed.getMessage().contains("does not start on"));
            assertTrue(failed.getMessage(), failed.getMessage().contains("The server was not touched."));
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            scene.server.misbehave("");
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        }
    }

    @Test
    @Category(Slow.class)
    public void aNewServerThatFailsPutsTheOldDatabaseBack() throws Exception {
        try (Scene scene = scene()) {
            String config = Files.readString(scene.server.configFile());
            scene.start = Duration.ofSeconds(5);
            Goals goals = scene.goals();
            goals.observe(event -> {
                // the old server is of the same release
                boolean fails = event.stage().equals("start");
                if (fails || event.stage().equals("rollback")) {
                    scene.server.misbehave(fails ? "10.11 fail-start" : "");
                }
            });
            StageFailedException failed =
                    assertThrows(StageFailedException.class, () -> goals.convertDatabase(options()));
            assertTrue(failed.getMessage(), failed.getMessage().contains("Rolled back in"));
            assertTrue(scene.answers(), scene.answers().contains(RELEASE));
            assertEquals(config, Files.readString(scene.server.configFile()));
        }
    }

    @Test
    public void aDatabaseThatIsNotEmptyIsRefused() throws Exception {
        try (Scene scene = scene()) {
            target.execute("CREATE TABLE mine (id int)");
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().convertDatabase(options()));
            assertTrue(refused.getMessage(), refused.getMessage().contains("has 1 table"));
            scene.dryRun = true;
            assertThrows(RefusedException.class, () -> scene.goals().convertDatabase(options()));
            target.execute("DROP TABLE mine");
            scene.goals().convertDatabase(options());
            assertTrue(scene.said.text(), scene.said.text().contains("would copy the rows that have changed since"));
        }
    }

    private static Path bin(Scene scene) {
        return scene.place().installation().bin();
    }

    private ConversionOptions options() {
        return new ConversionOptions(
                Optional.of(DataSource.parse(target.dataSource())), List.of(), ConversionOptions.OnBadValue.REFUSE, 2);
    }

    private Scene scene() throws IOException {
        return new Scene(
                folder.getRoot().toPath(), RELEASE, TestMariaDb.shared().createDatabase("scene", true));
    }
}
