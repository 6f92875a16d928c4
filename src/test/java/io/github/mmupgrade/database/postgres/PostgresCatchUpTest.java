package io.github.mmupgrade.database.postgres;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CatchUpResult;
import io.github.mmupgrade.database.CopyContents;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Optional;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PostgresCatchUpTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestDatabase original = TestPostgres.shared().createDatabase("original", true);
    private final TestDatabase other = TestPostgres.shared().createDatabase("other", true);
    private Database source;
    private Database destination;
    private String copy;

    @Before
    public void load() throws Exception {
        MattermostTables.fill(original);
        original.execute(
                "CREATE TABLE keyless (a int, b text)",
                "INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (2, NULL)",
                "CREATE TABLE parent (id serial PRIMARY KEY, name text)",
                "INSERT INTO parent (name) SELECT 'n' || n FROM generate_series(1, 2000) n",
                "CREATE TABLE child (id int PRIMARY KEY, of int REFERENCES parent ON DELETE CASCADE,"
                        + " twice int GENERATED ALWAYS AS (id * 2) STORED)",
                "INSERT INTO child SELECT n, n FROM generate_series(1, 500) n",
                "CREATE TABLE emptied AS SELECT n FROM generate_series(1, 10) n",
                "CREATE TABLE nothing (a int)",
                "CREATE TABLE awkward (\"the row\" text, b bytea, j jsonb, t timestamptz)",
                "INSERT INTO awkward VALUES ('x', 'y', '{\"a\": [1]}', now())",
                "CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM parent");
        source = MattermostTables.open(original);
        destination = MattermostTables.open(other);
        copy = DatabaseNames.restored(other.name(), "r1");
        Path dump = folder.getRoot().toPath().resolve("dump");
        source.dump(dump, source.preferredFormat());
        destination.restoreInto(copy, dump, source.preferredFormat(), null, DumpOwnership.OWN_ROLE);
    }

    @After
    public void close() {
        source.close();
        destination.close();
    }

    private CatchUpResult catchUp() {
        return source.catchUp().orElseThrow().run(destination.dataSource(), copy, null);
    }

    private void assertSame() throws Exception {
        assertEquals(TableContents.of(original, original.name()), TableContents.of(other, copy));
    }

    private String copied(String query) throws Exception {
        try (Connection connection = other.connect(copy);
                ResultSet row = connection.createStatement().executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    public void copiesOnlyTheRowsThatChangedAndComparesAll() throws Exception {
        assertEquals(Optional.empty(), source.catchUp().orElseThrow().obstacle());
        CatchUpResult nothing = catchUp();
        assertEquals(0, nothing.changed());
        assertEquals(source.allCounts().total(), nothing.rows());
        assertSame();

        original.execute(
                "INSERT INTO keyless VALUES (1, 'x'), (3, 'y')",
                "DELETE FROM keyless WHERE a = 2",
                "UPDATE parent SET name = NULL WHERE id = 7",
                "DELETE FROM parent WHERE id = 8",
                "INSERT INTO parent (name) VALUES ('new')",
                "UPDATE child SET of = 9 WHERE id = 11",
                "INSERT INTO child VALUES (501, 2001)",
                "DELETE FROM emptied",
                "INSERT INTO nothing VALUES (NULL)",
                "UPDATE awkward SET b = decode('00', 'hex')");
        CatchUpResult result = catchUp();
        assertEquals(6, result.changed());
        assertTrue(result.toString(), result.copied() < 200);
        assertSame();
        assertEquals("2000", copied("SELECT n FROM total"));
        assertEquals("2002", copied("SELECT nextval('parent_id_seq')"));
        assertEquals(
                "FOREIGN KEY (of) REFERENCES parent(id) ON DELETE CASCADE",
                copied("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"));
        assertEquals(other.user(), copied("SELECT tableowner FROM pg_tables WHERE tablename = 'child'"));
        assertEquals(0, catchUp().changed());
    }

    @Test
    public void whatTheCopyHoldsMayBeKnownBeforehand() throws Exception {
        CopyContents known = source.catchUp().orElseThrow().contents(destination.dataSource(), copy);
        original.execute(
                "UPDATE parent SET name = 'changed' WHERE id % 100 = 3",
                "DELETE FROM child WHERE id = 20", "INSERT INTO keyless VALUES (9, 'z')");
        CatchUpResult result = source.catchUp().orElseThrow().run(destination.dataSource(), copy, known);
        assertEquals(3, result.changed());
        assertSame();

        // somebody has written to it
        StageFailedException e = assertThrows(
                StageFailedException.class,
                () -> source.catchUp().orElseThrow().run(destination.dataSource(), copy, known));
        assertTrue(e.getMessage(), e.getMessage().contains("has changed meanwhile in"));
        assertSame();
    }

    @Test
    public void aCopyThatCanNotBeMadeTheSameStaysAsItIs() throws Exception {
        var before = TableContents.of(other, copy);
        original.execute("UPDATE parent SET name = 'both' WHERE id < 3");
        try (Connection connection = other.connect(copy)) {
            connection.createStatement().execute("CREATE UNIQUE INDEX one ON parent (name)");
        }
        assertThrows(StageFailedException.class, this::catchUp);
        assertEquals(before, TableContents.of(other, copy));
        assertEquals("1", copied("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"));
        original.execute("CREATE TABLE further (a int)");
        StageFailedException e = assertThrows(StageFailedException.class, this::catchUp);
        assertTrue(e.getMessage(), e.getMessage().contains("does not have the same tables"));
    }

    @Test
    public void whatRowsDoNotTellIsNoticed() throws Exception {
        String definitions = source.catchUp().orElseThrow().definitions();
        original.execute("UPDATE parent SET name = 'x'");
        assertEquals(definitions, source.catchUp().orElseThrow().definitions());
        original.execute("CREATE INDEX further ON parent (name)");
        assertNotEquals(definitions, source.catchUp().orElseThrow().definitions());
        original.execute(
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE TRIGGER further BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION nothing()");
        assertEquals(
                Optional.of("it has triggers"), source.catchUp().orElseThrow().obstacle());
    }
}
