package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestMount;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A disk of the new PostgreSQL server that fills up during a move from MariaDB. Small file systems take root. */
@Category(Slow.class)
public class ConversionDiskTest {

    private static final String RELEASE = "10.11.22";
    private static final String FULL = "No space left on device";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestPostgres server = TestPostgres.shared();
    private final TestDatabase target = server.createDatabase("small", false);
    private TestMount disk;
    private Scene scene;

    /** Only the tables are on the small disk: without room for its log the whole server would end. */
    @Before
    public void setTheScene() throws Exception {
        Path root = folder.getRoot().toPath().toRealPath();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        disk = new TestMount(root.resolve("disk"));
        Files.setAttribute(disk.directory(), "unix:uid", Files.getAttribute(server.dataDirectory(), "unix:uid"));
        String space = target.name() + "_space";
        server.execute(
                "CREATE TABLESPACE " + space + " LOCATION '" + disk.directory() + "'",
                "ALTER DATABASE " + target.name() + " SET TABLESPACE " + space);
        scene = new Scene(
                Files.createDirectories(root.resolve("scene")),
                RELEASE,
                TestMariaDb.shared().createDatabase("scene", true));
    }

    @After
    public void clear() throws SQLException {
        scene.close();
        disk.roomy();
        server.execute(
                "DROP DATABASE " + target.name() + " WITH (FORCE)", "DROP TABLESPACE " + target.name() + "_space");
        disk.close();
    }

    private static ConversionOptions options(TestDatabase target) {
        return new ConversionOptions(
                Optional.of(DataSource.parse(target.dataSource())), List.of(), ConversionOptions.OnBadValue.REFUSE, 2);
    }

    private ProblemException failing(StageName stage, long bytes) {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(stage.key()) && event.step() == null && event.kind() == JournalEvent.Kind.BEGIN) {
                disk.leaveBytes(bytes);
            }
        });
        ProblemException failed = assertThrows(ProblemException.class, () -> goals.convertDatabase(options(target)));
        assertTrue(failed.getMessage(), failed.getMessage().contains(FULL));
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        return failed;
    }

    private void convertWithRoom() throws Exception {
        disk.roomy();
        scene.goals().convertDatabase(options(target));
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        assertTrue(Files.readString(scene.server.configFile()).contains("postgres://"));
        assertEquals(
                TableContents.of(scene.database, scene.database.name())
                        .get("Posts")
                        .size(),
                TableContents.of(target, target.name()).get("public.posts").size());
    }

    @Test
    public void aDiskThatIsFullBeforeTheStopStopsNothingAndItGoesOnWithRoom() throws Exception {
        failing(StageName.MAKE_SCHEMA, 0);
        disk.roomy();
        failing(StageName.COPY_ROWS_AHEAD, 16384);
        convertWithRoom();
    }

    @Test
    public void aDiskThatIsFullAfterTheStopLeadsBackToTheOldServer() throws Exception {
        String config = Files.readString(scene.server.configFile());
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(StageName.STOP.key())
                    && event.step() == null
                    && event.kind() == JournalEvent.Kind.DONE) {
                write("INSERT INTO Posts (Id, CreateAt, UpdateAt, Message) SELECT concat('late', seq), 1, 1,"
                        + " repeat('x', 3000) FROM seq_1_to_500");
                disk.leaveBytes(0);
            }
        });
        ProblemException failed = assertThrows(ProblemException.class, () -> goals.convertDatabase(options(target)));
        assertTrue(failed.getMessage(), failed.getMessage().contains(FULL));
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        assertEquals(config, Files.readString(scene.server.configFile()));
    }

    private void write(String sql) {
        try {
            scene.database.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
