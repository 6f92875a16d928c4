package io.github.mmupgrade.transfer.table;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.transfer.SameRows;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.TransferPlan;
import io.github.mmupgrade.transfer.TransferScene;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tables that no release makes, and sources that are set up in odd ways. */
public class PluginTablesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene() {
        return scene(TestMariaDb.shared());
    }

    private TransferScene scene(TestMariaDb mariaDb) {
        return new TransferScene(mariaDb, folder.getRoot().toPath().resolve("copy"));
    }

    private static void plugins(TransferScene scene) throws SQLException {
        scene.source.execute(
                """
                CREATE TABLE IR_Incident (ID varchar(26) NOT NULL PRIMARY KEY, Name varchar(1024) NOT NULL, IsActive tinyint(1) NOT NULL,
                  CreateAt bigint NOT NULL DEFAULT 0, ChecklistsJSON longtext NOT NULL, Retrospective text DEFAULT NULL,
                  CurrentStatus varchar(1024) NOT NULL DEFAULT 'Active', INDEX IR_Incident_CreateAt (CreateAt))""",
                "CREATE TABLE IR_System (SKey varchar(64) PRIMARY KEY, SValue varchar(1024))",
                """
                CREATE TABLE focalboard_blocks (id varchar(36) NOT NULL, insert_at datetime(6) NOT NULL DEFAULT current_timestamp(6),
                  parent_id varchar(36), `schema` bigint, type text, title text, fields longtext, create_at bigint, delete_at bigint,
                  board_id varchar(36), PRIMARY KEY (id))""",
                "CREATE TABLE calls (id varchar(26) PRIMARY KEY, channelid varchar(32) NOT NULL, startat bigint, props longtext, UNIQUE KEY"
                        + " idx_calls_channel (channelid, startat))",
                "CREATE TABLE calls_channel (id varchar(26) PRIMARY KEY, v int, KEY idx_calls_channel (v))",
                """
                CREATE TABLE Unknown_Plugin (n bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, small int AUTO_DEFAULT, note text,
                  flag tinyint(1) NOT NULL DEFAULT 1, big bit(64), some set('a','b') DEFAULT 'a,b', quoted varchar(20) DEFAULT 'it''s (so)',
                  amount decimal(10,2) DEFAULT 1.50, t time, y year, body longtext, KEY by_note (note(20)), UNIQUE KEY uq (body(30), flag))""".replace("AUTO_DEFAULT", "DEFAULT -5"),
                "CREATE TABLE counted (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, v text)",
                "CREATE TABLE without_key (a text, b int)");
        scene.source.execute(
                "INSERT INTO IR_Incident VALUES ('i1', 'Fire', 1, 5, '[{\"title\":\"x\"}]', NULL, 'Active')",
                "INSERT INTO IR_System VALUES ('DatabaseVersion', '0.63.0')",
                "INSERT INTO focalboard_blocks VALUES ('b1', '2024-01-02 03:04:05.6', '', 1, 'card', 'é😀', '{ \"b\":1, \"a\":2}', 1, 0, 'x')",
                "INSERT INTO calls VALUES ('c1', 'ch', 1, '{\"b\":1,\"a\":[]}')",
                "INSERT INTO calls_channel VALUES ('x', 1)",
                "INSERT INTO Unknown_Plugin (note, big, body, t, y) VALUES (repeat('note', 5000), b'1', repeat('é\\t', 9000), '-12:30:00', 2024),"
                        + " (NULL, 0xFFFFFFFFFFFFFFFF, NULL, NULL, 1999)",
                "INSERT INTO counted (v) VALUES ('one'), ('two'), ('three')",
                "INSERT INTO without_key VALUES ('a', 1), ('a', 1), (NULL, NULL)");
    }

    @Test
    public void tablesOfPluginsAreMadeWithKeysIndexesAndDefaults() throws SQLException {
        TransferScene scene = scene();
        plugins(scene);
        Transfer transfer = scene.transfer(false);
        TransferPlan plan = transfer.plan();
        assertEquals(8, plan.plugins().size());
        TransferScene.whole(transfer);
        for (String table : List.of(
                "IR_Incident", "IR_System", "focalboard_blocks", "calls", "calls_channel", "without_key", "counted")) {
            try (SameRows rows = new SameRows(scene.source, scene.target)) {
                rows.require(table, table, table.toLowerCase(java.util.Locale.ROOT), "");
            }
        }
        assertEquals(
                List.of("1 18446744073709551615"),
                TransferScene.column(scene.target, "SELECT string_agg(big::text, ' ' ORDER BY n) FROM unknown_plugin"));
        String all = String.join("\n", scene.definitions());
        for (String part : List.of(
                "ir_incident ir_incident_pkey PRIMARY KEY (id)",
                "INDEX ir_incident_createat ON public.ir_incident USING btree (createat)",
                "column ir_incident checklistsjson json ",
                "column ir_incident currentstatus character varying(1024) true 'Active'",
                "column ir_incident createat bigint true 0",
                "column ir_incident retrospective character varying(65536) false",
                "focalboard_blocks_pkey PRIMARY KEY (id)",
                "column focalboard_blocks fields json ",
                "column focalboard_blocks insert_at timestamp without time zone true CURRENT_TIMESTAMP",
                "column calls props jsonb",
                "UNIQUE INDEX idx_calls_channel ON public.calls USING btree (channelid, startat)",
                "ON public.calls_channel USING btree (v)",
                "column unknown_plugin flag boolean true true",
                "column unknown_plugin small integer false '-5'::integer",
                "column unknown_plugin quoted character varying(20) false 'it''s (so)'",
                "column unknown_plugin some text false 'a,b'",
                "column unknown_plugin amount numeric(10,2) false 1.50",
                "column unknown_plugin n bigint true",
                "ON public.unknown_plugin USING btree (\"left\"(note, 20))",
                "UNIQUE INDEX unknown_plugin_uq ON public.unknown_plugin USING btree (\"left\"(body, 30), flag)")) {
            assertTrue(part + " in\n" + all, all.contains(part));
        }
        scene.target.execute("INSERT INTO counted (v) VALUES ('four')");
        assertEquals(List.of("4"), TransferScene.column(scene.target, "SELECT id FROM counted WHERE v = 'four'"));
    }

    @Test
    public void whatIsLeftOutIsNamed() throws SQLException {
        TransferScene scene = scene();
        plugins(scene);
        scene.source.execute(
                "CREATE TABLE `odd$name+1` (id int PRIMARY KEY)",
                "CREATE TABLE Users (Id varchar(26) PRIMARY KEY, OldColumn int)",
                "CREATE TABLE Versioned (Id varchar(26) PRIMARY KEY) WITH SYSTEM VERSIONING",
                "INSERT INTO Versioned VALUES ('kept'), ('gone')",
                "DELETE FROM Versioned WHERE Id = 'gone'",
                "CREATE VIEW names AS SELECT Id FROM Users",
                "CREATE TRIGGER counts BEFORE INSERT ON Users FOR EACH ROW SET NEW.OldColumn = 1",
                "CREATE FUNCTION one() RETURNS int DETERMINISTIC RETURN 1");
        scene.target.execute("CREATE TABLE users (id varchar(26) PRIMARY KEY)", "CREATE TABLE teams (id varchar(26))");
        Transfer transfer = scene.transfer(false, "focalboard_*", "ir_System", "odd$name+1", "callsx", "c.unted");
        TransferPlan plan = transfer.plan();
        assertEquals(
                Set.of("focalboard_blocks", "IR_System", "odd$name+1"),
                plan.leftOut().keySet());
        assertEquals(List.of("Users.OldColumn"), plan.leftOverColumns());
        assertEquals(List.of("teams"), plan.missing());
        assertEquals(List.of("function one", "trigger counts", "view names"), plan.besides());
        TransferScene.whole(transfer);
        assertEquals(List.of("kept"), TransferScene.column(scene.target, "SELECT id FROM versioned"));
        assertEquals(
                List.of("0"),
                TransferScene.column(
                        scene.target,
                        "SELECT count(*) FROM pg_tables WHERE tablename IN ('focalboard_blocks', 'ir_system')"));
    }

    @Test
    public void aPluginThatIsEnabledAfterTheCopyIsCopiedToo() throws SQLException {
        TransferScene scene = scene();
        scene.source.execute("CREATE TABLE Users (Id varchar(26) PRIMARY KEY)");
        scene.target.execute("CREATE TABLE users (id varchar(26) PRIMARY KEY)");
        TransferScene.ahead(scene.transfer(false));
        plugins(scene);
        Transfer later = scene.transfer(false);
        assertEquals(9, later.complete(later.plan()).size());
        assertEquals(List.of("3"), TransferScene.column(scene.target, "SELECT count(*) FROM counted"));
        assertTrue(scene.definitions().toString().contains("counted_pkey"));
    }

    @Test
    public void twoTablesThatDifferInCaseOnlyAreRefused() throws SQLException {
        TransferScene scene = scene();
        scene.source.execute("CREATE TABLE Notes (id int PRIMARY KEY)", "CREATE TABLE notes (id int PRIMARY KEY)");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.transfer(false).plan());
        assertTrue(refused.getMessage(), refused.getMessage().contains("two tables"));
    }

    @Test
    public void namesInLowerCaseAreFound() throws SQLException {
        try (TestMariaDb mariaDb = new TestMariaDb(Map.of(), List.of("--lower-case-table-names=1"))) {
            TransferScene scene = scene(mariaDb);
            scene.source.execute(
                    "CREATE TABLE PostsPriority (PostId varchar(26) PRIMARY KEY, V text)",
                    "INSERT INTO PostsPriority VALUES ('1', 'é')");
            scene.target.execute("CREATE TABLE postspriority (postid varchar(26) PRIMARY KEY, v text)");
            Transfer transfer = scene.transfer(false);
            assertEquals(List.of(), transfer.plan().plugins());
            TransferScene.whole(transfer);
            scene.requireSame("lower case");
        }
    }

    @Test
    public void oddModesOfTheServerChangeNoValue() throws SQLException {
        try (TestMariaDb mariaDb =
                new TestMariaDb(Map.of(), List.of("--default-time-zone=+05:00", "--character-set-server=latin1"))) {
            TransferScene scene = scene(mariaDb);
            mariaDb.execute(
                    "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT,"
                            + "STRICT_ALL_TABLES,NO_ZERO_DATE'");
            scene.source.execute(
                    "CREATE TABLE t (id varchar(26) CHARACTER SET utf8mb4 PRIMARY KEY, c char(10), m timestamp NULL, v text CHARACTER SET utf8mb4)",
                    "INSERT INTO t VALUES ('a\\', 'x', '2024-01-01 00:00:00', '\\N'), ('b''', '', NULL, 'q\"\\\"')",
                    "CREATE TABLE f (id varchar(26) CHARACTER SET utf8mb4 PRIMARY KEY, v text CHARACTER SET utf8mb4)",
                    "INSERT INTO f SELECT id, v FROM t");
            scene.target.execute(
                    "CREATE TABLE t (id varchar(26) PRIMARY KEY, c varchar(10), m timestamp, v text)",
                    "CREATE TABLE f (id varchar(26) PRIMARY KEY, v text)");
            Transfer transfer = scene.withSmallRanges(1);
            TransferPlan plan = TransferScene.ahead(transfer);
            scene.source.execute("UPDATE f SET v = v || '\\n'", "INSERT INTO f VALUES ('new\\''', 'x')");
            transfer.complete(plan);
            assertEquals(
                    List.of("a\\:x:2023-12-31 19:00:00:\\N", "b'::NULL:q\"\\\""),
                    TransferScene.column(
                            scene.target,
                            "SELECT concat_ws(':', id, c, coalesce(m::text, 'NULL'), v) FROM t ORDER BY id"));
            assertEquals(
                    List.of("a\\:\\N\\n", "b':q\"\\\"\\n", "new\\':x"),
                    TransferScene.column(scene.target, "SELECT concat_ws(':', id, v) FROM f ORDER BY id"));
        }
    }

    @Test
    public void aTableThatTheRoleMayNotReadIsMissedOrNamed() throws SQLException {
        TransferScene scene = scene();
        scene.source.execute(
                "CREATE TABLE Users (Id varchar(26) PRIMARY KEY)", "CREATE TABLE Hidden (Id varchar(26) PRIMARY KEY)");
        scene.target.execute(
                "CREATE TABLE users (id varchar(26) PRIMARY KEY)", "CREATE TABLE hidden (id varchar(26) PRIMARY KEY)");
        String user = scene.source.user() + "@'%'";
        String database = scene.source.name();
        TestMariaDb.shared()
                .execute(
                        "REVOKE ALL ON " + database.replace("_", "\\_").transform(n -> "`" + n + "`") + ".* FROM "
                                + user,
                        "GRANT SELECT ON " + database + ".Users TO " + user);
        assertEquals(List.of("hidden"), scene.transfer(false).plan().missing());
        TestMariaDb.shared().execute("GRANT INSERT ON " + database + ".Hidden TO " + user);
        Transfer transfer = scene.transfer(false);
        StageFailedException refused =
                assertThrows(StageFailedException.class, () -> transfer.findBadValues(transfer.plan()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Reading table Hidden failed"));
    }

    @Test
    public void aTypeThatPostgresHasNotIsRefusedWithItsColumn() throws SQLException {
        TransferScene scene = scene();
        scene.source.execute("CREATE TABLE places (id int PRIMARY KEY, `where` point)");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.transfer(false).plan());
        assertTrue(refused.getMessage(), refused.getMessage().contains("Column where of table places is 'point'"));
        assertEquals(1, scene.transfer(false, "places").plan().leftOut().size());
    }
}
