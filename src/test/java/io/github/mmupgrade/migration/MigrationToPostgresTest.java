package io.github.mmupgrade.migration;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.conversion.ConversionOptions.OnBadValue;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** From a source on MariaDB to a destination on PostgreSQL. */
public class MigrationToPostgresTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void everyRowIsConvertedAndTheDestinationComesBackWithTheRollback() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.leaveSourceStopped = true;
            State destination = State.of(scene.destination);
            boolean[] written = new boolean[1];
            Goals goals = scene.destination.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.READ_SOURCE.key()) && !written[0]) {
                    written[0] = true;
                    write(scene.source, "UPDATE Posts SET Message = 'written before the stop' LIMIT 1");
                }
            });
            goals.migrate(scene.options());
            assertNull(scene.source.answers());
            scene.assertRunsWithTheSourcesFiles();
            assertEquals(rows(scene.source, "Posts"), rows(scene.destination, "public.posts"));
            assertTrue(messages(scene.destination).contains("written before the stop"));
            assertTrue(scene.said(), scene.said().contains("Every table has the rows of MySQL"));
            Run run = Run.all(scene.destination.place().journal()).get(0);
            assertTrue(Files.exists(Path.of(run.fact(1, JournalKeys.TABLES).orElseThrow())));
            Backup backup = Backup.open(Path.of(run.fact(1, "sourceBackup").orElseThrow()));
            assertEquals(BackupState.COMPLETE, backup.manifest().state());
            assertFalse(contents(scene.destination).contains("mattermost_conversion"));

            scene.destination.goals().rollback(null, false);
            assertTrue(scene.said(), scene.destination.answers().contains(MigrationScene.RELEASE));
            assertEquals(destination.contents(), scene.destination.contents());
            assertEquals(destination.rows(), State.of(scene.destination).rows());
            assertTrue(scene.said(), scene.source.answers().contains(MigrationScene.RELEASE));
        }
    }

    @Test
    @Category(Slow.class)
    public void aSourceThatDoesNotRunIsConvertedAsItIs() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.source.goals().stop();
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            assertEquals(rows(scene.source, "Posts"), rows(scene.destination, "public.posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void whatBrokeOffIsResumedAndASourceThatRanMeanwhileIsCopiedToo() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.leaveSourceStopped = true;
            breakOff(scene, StageName.LOAD_SOURCE_AHEAD);
            breakOff(scene, StageName.LOAD_SOURCE);
            scene.source.server.start();
            write(scene.source, "UPDATE Posts SET Message = 'written after a power cut' LIMIT 1");
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            assertTrue(messages(scene.destination).contains("written after a power cut"));
            assertEquals(rows(scene.source, "Posts"), rows(scene.destination, "public.posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void whatCannotBeIsRefusedWhileBothRun() throws Exception {
        try (MigrationScene scene = scene(true)) {
            RefusedException refused = assertThrows(RefusedException.class, scene::migrate);
            assertTrue(refused.getMessage(), refused.getMessage().contains("the source must stay stopped"));
            assertEquals(
                    List.of("mattermost.migrate.leaveSourceStopped=true"),
                    refused.hint().options());

            scene.leaveSourceStopped = true;
            scene.source.database.execute("UPDATE Users SET Nickname = concat('a', char(0), 'b') LIMIT 1");
            ProblemException failed = assertThrows(ProblemException.class, scene::migrate);
            assertTrue(failed.getMessage(), failed.getMessage().contains("Users.Nickname, 1 value: the character NUL"));
            assertTrue(scene.source.answers().contains(MigrationScene.RELEASE));
            assertTrue(scene.destination.answers().contains(MigrationScene.RELEASE));
            scene.destination.goals().rollback(null, false);
            assertTrue(scene.destination.answers().contains(MigrationScene.RELEASE));
        }
    }

    /** As the failure advises. */
    @Test
    @Category(Slow.class)
    public void whatWasRefusedForItsValuesGoesOnWithTheRepair() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.leaveSourceStopped = true;
            scene.source.database.execute("UPDATE Users SET Nickname = concat('a', char(0), 'b') LIMIT 1");
            ProblemException failed = assertThrows(ProblemException.class, scene::migrate);
            assertEquals(
                    List.of("mattermost.convert.onBadValue=repair"),
                    failed.hint().options());
            scene.conversion = new ConversionOptions(Optional.empty(), List.of(), OnBadValue.REPAIR, 2);
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            Run run = Run.all(scene.destination.place().journal()).get(0);
            assertTrue(Files.exists(Path.of(run.fact(1, JournalKeys.REPAIRS).orElseThrow())));
        }
    }

    @Test
    @Category(Slow.class)
    public void otherTablesAreNotLeftOutWhenItIsResumed() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.leaveSourceStopped = true;
            breakOff(scene, StageName.LOAD_SOURCE_AHEAD);
            scene.conversion = new ConversionOptions(Optional.empty(), List.of("posts"), OnBadValue.REFUSE, 2);
            RefusedException refused = assertThrows(RefusedException.class, scene::migrate);
            assertTrue(refused.getMessage(), refused.getMessage().contains("mattermost.convert.exclude was '' and"));
        }
    }

    /** No server may write into tables that were partly copied, nor would one start on them. */
    @Test
    @Category(Slow.class)
    public void whatBrokeOffWhileRowsWereCopiedGoesOnThere() throws Exception {
        try (MigrationScene scene = scene(true)) {
            scene.leaveSourceStopped = true;
            Path[] inTheWay = new Path[1];
            Goals goals = scene.destination.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.LOAD_SOURCE_AHEAD.key())
                        && event.kind() == JournalEvent.Kind.BEGIN) {
                    Run run = scene.destination.place().openRun().orElseThrow();
                    inTheWay[0] =
                            scene.destination.place().directoryOf(run.id()).resolve("conversion");
                    block(inTheWay[0]);
                }
            });
            ProblemException failed = assertThrows(ProblemException.class, () -> goals.migrate(scene.options()));
            assertTrue(failed.getMessage(), failed.getMessage().contains("What was copied cannot be noted"));
            Files.delete(inTheWay[0]);
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            assertEquals(rows(scene.source, "Posts"), rows(scene.destination, "public.posts"));
            assertEquals(rows(scene.source, "Systems"), rows(scene.destination, "public.systems"));
        }
    }

    private static void block(Path directory) {
        try {
            Files.createDirectories(directory.getParent());
            Files.createFile(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Category(Slow.class)
    public void withADataSourceForAdministrationEverythingBelongsToTheServersRole() throws Exception {
        try (MigrationScene scene = scene(false)) {
            scene.leaveSourceStopped = true;
            scene.source.database.execute("CREATE TABLE of_a_plugin (id int PRIMARY KEY, v text)");
            scene.destination.administration = DataSource.parse("postgres://postgres:admin@127.0.0.1:"
                    + TestPostgres.shared().port() + "/postgres?sslmode=disable");
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            try (Connection admin = TestPostgres.shared().admin(scene.destination.database.name());
                    Statement statement = admin.createStatement();
                    ResultSet row = statement.executeQuery("SELECT string_agg(owner || ' ' || name, ', ') FROM ("
                            + "SELECT pg_get_userbyid(datdba) AS owner, datname AS name FROM pg_database"
                            + " WHERE datname = current_database() UNION ALL"
                            + " SELECT pg_get_userbyid(relowner), relname FROM pg_class"
                            + " WHERE relnamespace = 'public'::regnamespace) x WHERE owner <> '"
                            + scene.destination.database.user() + "'")) {
                row.next();
                assertNull(row.getString(1));
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void aDestinationBehindAPoolerNeedsTheAdministratorsWay() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (MigrationScene scene = scene(true);
                TestPgBouncer pooler = new TestPgBouncer(postgres, "transaction", scene.destination.database, false)) {
            scene.leaveSourceStopped = true;
            scene.destination.server.stop();
            scene.destination.server.set(
                    "SqlSettings.DataSource", pooler.through(postgres, scene.destination.database.dataSource()));
            scene.destination.server.start();
            RefusedException refused = assertThrows(RefusedException.class, scene::migrate);
            assertTrue(
                    refused.hint().text(),
                    refused.hint().text().contains("data source for administration that leads to PostgreSQL itself"));
            scene.destination.administration = DataSource.parse(
                    "postgres://postgres:admin@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable");
            scene.migrate();
            scene.assertRunsWithTheSourcesFiles();
            assertEquals(rows(scene.source, "Posts"), rows(scene.destination, "public.posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRoleThatMayNotCreateDatabasesIsRefused() throws Exception {
        try (MigrationScene scene = scene(false)) {
            scene.leaveSourceStopped = true;
            RefusedException refused = assertThrows(RefusedException.class, scene::migrate);
            assertTrue(refused.getMessage(), refused.getMessage().contains("cannot create databases"));
            assertTrue(refused.hint().text(), refused.hint().text().contains("CREATEDB"));
        }
    }

    private static void breakOff(MigrationScene scene, StageName stage) {
        Goals goals = scene.destination.goals();
        goals.observe(event -> {
            if (event.stage().equals(stage.key()) && event.step() == null && event.kind() == JournalEvent.Kind.DONE) {
                throw new BrokenOff();
            }
        });
        assertThrows(BrokenOff.class, () -> goals.migrate(scene.options()));
    }

    private static void write(Scene scene, String sql) {
        try {
            scene.database.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int rows(Scene scene, String table) throws Exception {
        return TableContents.of(scene.database, scene.database.name())
                .get(table)
                .size();
    }

    private static String messages(Scene scene) throws Exception {
        return TableContents.of(scene.database, scene.database.name())
                .get("public.posts")
                .toString();
    }

    private static String contents(Scene scene) throws Exception {
        return TableContents.of(scene.database, scene.database.name()).keySet().toString();
    }

    private MigrationScene scene(boolean createdb) throws Exception {
        return MigrationScene.toPostgres(folder.getRoot().toPath(), createdb);
    }
}
