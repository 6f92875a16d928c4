package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CatchUpResult;
import io.github.mmupgrade.database.CopyContents;
import io.github.mmupgrade.database.CopyContents.Group;
import io.github.mmupgrade.database.CopyContents.Table;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Brings a copy that was loaded from an earlier dump up to what its original holds now: all rows of both are read where
 * they are and compared by checksums of groups; only groups that differ are copied.
 *
 * <p>A row's group is told by the checksum of its key, which is computed much quicker than that of the whole row when rows
 * are looked for; without a key, by that of the whole row. No counter and no time of a server is relied on: what is equal at the
 * end was compared. The copy is changed in one transaction, which is taken back unless both are equal.
 *
 * <p>The names of both databases' tables, columns and indexes must be the same.
 */
final class PostgresCatchUp {

    /** Groups of a table for each page of 8 kB; a few rows each. */
    private static final int GROUPS_PER_PAGE = 16;

    /** More than that are more to remember than is saved by copying less. */
    private static final int MOST_GROUPS = 1 << 16;

    /** The version from which on there is a hash of 64 bits. */
    private static final int HAS_HASH = 11;

    /** With a star, so that no column of that name is meant. */
    private static final String ROW = "(\"the row\".*)";

    private static final String USERS = " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

    /** What rows alone don't make equal, or what would do something of its own when rows come and go. */
    private static final Map<String, String> OBSTACLES = obstacles();

    private final SqlClient original;
    private final SqlClient copy;
    private final boolean longHash;

    /** Compares two databases of servers of one major version; both sessions get settings of their own and are closed. */
    PostgresCatchUp(SqlClient original, SqlClient copy, int majorVersion) {
        this.original = original;
        this.copy = copy;
        this.longHash = majorVersion >= HAS_HASH;
    }

    private static Map<String, String> obstacles() {
        Map<String, String> result = new LinkedHashMap<>();
        result.put("triggers", "SELECT 1 FROM pg_trigger WHERE NOT tgisinternal");
        result.put("rules", "SELECT 1 FROM pg_rules WHERE schemaname NOT LIKE 'pg\\_%'");
        result.put("tables with row security", "SELECT 1" + USERS + " AND c.relrowsecurity");
        result.put(
                "tables that are partitioned, foreign or inherit",
                "SELECT 1" + USERS + " AND (c.relkind IN ('p', 'f') OR c.relkind = 'r' AND c.relhassubclass)");
        result.put("large objects", "SELECT 1 FROM pg_largeobject_metadata");
        return result;
    }

    /** What of a database rows alone can't bring up to date, in words; empty when they can. */
    static Optional<String> obstacle(SqlClient client) {
        return OBSTACLES.entrySet().stream()
                .filter(each -> client.number("SELECT count(*) FROM (" + each.getValue() + " LIMIT 1) found") > 0)
                .map(each -> "it has " + each.getKey())
                .findFirst();
    }

    /** What the copy holds. */
    CopyContents contents() {
        try (original;
                copy) {
            alike(copy);
            return contents(copy, definitions(copy));
        }
    }

    /**
     * Makes both the same.
     *
     * @param known what the copy holds; empty to find it out
     */
    CatchUpResult run(Optional<CopyContents> known) {
        try (original;
                copy) {
            List.of(original, copy).forEach(PostgresCatchUp::alike);
            return original.inTransaction(
                    Connection.TRANSACTION_REPEATABLE_READ,
                    () -> copy.inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> compareAndCopy(known)));
        }
    }

    /** The same row must have the same text on both sides. */
    private static void alike(SqlClient client) {
        client.query(
                "SELECT set_config(name, value, false) FROM (VALUES ('search_path', ''), ('datestyle', 'ISO'),"
                        + " ('timezone', 'UTC'), ('intervalstyle', 'postgres'), ('bytea_output', 'hex'),"
                        + " ('extra_float_digits', '3'), ('lc_monetary', 'C')) settings (name, value)",
                row -> row.getString(1));
    }

    private CatchUpResult compareAndCopy(Optional<CopyContents> known) throws SQLException {
        List<Table> defined = definitions(copy);
        requireSame(definitions(original), defined);
        known.ifPresent(before -> requireSame(before.tables(), defined));
        // both are divided alike
        List<Table> tables = known.map(CopyContents::tables).orElse(defined);
        CompletableFuture<CopyContents> reading = CompletableFuture.supplyAsync(() -> contents(original, tables));
        CopyContents have = known.orElseGet(() -> contents(copy, tables));
        CopyContents wanted = joined(reading);
        List<Integer> changed = IntStream.range(0, tables.size())
                .filter(i -> !wanted.tables()
                        .get(i)
                        .rows()
                        .equals(have.tables().get(i).rows()))
                .boxed()
                .toList();
        long rows = 0;
        if (!changed.isEmpty()) {
            List<String> constraints =
                    dropForeignKeys(changed.stream().map(tables::get).toList());
            for (int i : changed) {
                rows += exchange(wanted.tables().get(i), have.tables().get(i));
            }
            for (String constraint : constraints) {
                copy.execute(constraint);
            }
            refreshViews();
        }
        setSequences();
        return new CatchUpResult(
                tables.size(),
                changed.size(),
                rows,
                wanted.tables().stream()
                        .flatMap(table -> table.rows().values().stream())
                        .mapToLong(Group::rows)
                        .sum());
    }

    private static List<Table> definitions(SqlClient client) {
        String query =
                "SELECT c.oid::regclass::text, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)"
                        + " FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                        // a column that the server computes; only newer ones know any
                        + " AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = ''), coalesce((SELECT"
                        + " string_agg('\"the row\".' || quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_index i JOIN pg_attribute a"
                        + " ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND"
                        + " i.indisprimary), ''), pg_relation_size(c.oid) / 8192" + USERS
                        + " AND c.relkind = 'r' ORDER BY 1";
        return client.query(
                query,
                row -> new Table(
                        row.getString(1), row.getString(2), row.getString(3), groupsOf(row.getLong(4)), Map.of()));
    }

    private static int groupsOf(long pages) {
        return (int) Math.min(MOST_GROUPS, Long.highestOneBit(Math.max(1, pages * GROUPS_PER_PAGE)));
    }

    private void requireSame(List<Table> some, List<Table> others) {
        if (!names(some).equals(names(others))) {
            throw failed("does not have the same tables");
        }
    }

    private static List<String> names(List<Table> tables) {
        return tables.stream()
                .map(table -> table.name() + " (" + table.columns() + "), " + table.key())
                .toList();
    }

    private CopyContents contents(SqlClient client, List<Table> tables) {
        return new CopyContents(tables.stream()
                .map(table -> new Table(
                        table.name(), table.columns(), table.key(), table.groups(), groups(client, table, "")))
                .toList());
    }

    private Map<Integer, Group> groups(SqlClient client, Table table, String condition) {
        Map<Integer, Group> result = new TreeMap<>();
        client.query(
                "SELECT g, count(*), sum(h) FROM (SELECT " + group(table) + " AS g, " + hash(ROW) + " AS h FROM "
                        + table.name() + " AS \"the row\"" + condition + ") hashes GROUP BY 1",
                row -> result.put(row.getInt(1), new Group(row.getLong(2), row.getBigDecimal(3))));
        return result;
    }

    private String group(Table table) {
        String of = table.key().isEmpty() ? ROW : "ROW(" + table.key() + ")";
        return "(" + hash(of) + " & " + (table.groups() - 1) + ")::int";
    }

    /** The checksum of a row, 64 bits. */
    private String hash(String row) {
        String text = row + "::text COLLATE \"C\"";
        return longHash ? "hashtextextended(" + text + ", 0)" : "('x' || left(md5(" + text + "), 16))::bit(64)::bigint";
    }

    /** Drops what would look at rows that come later; returns the statements that bring it back. */
    private List<String> dropForeignKeys(List<Table> tables) throws SQLException {
        List<String> again = new ArrayList<>();
        List<String> drops = copy.query(
                "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
                        + " WHERE contype = 'f' AND (conrelid::regclass::text = ANY (?) OR confrelid::regclass::text"
                        + " = ANY (?)) ORDER BY oid",
                row -> {
                    String alter = "ALTER TABLE " + row.getString(1);
                    again.add(alter + " ADD CONSTRAINT " + row.getString(2) + " " + row.getString(3));
                    return alter + " DROP CONSTRAINT " + row.getString(2);
                },
                tableNames(tables),
                tableNames(tables));
        for (String drop : drops) {
            copy.execute(drop);
        }
        return again;
    }

    private static String[] tableNames(List<Table> tables) {
        return tables.stream().map(Table::name).toArray(String[]::new);
    }

    /** Takes the rows of the groups that differ out of the copy, and brings those of the original; says how many. */
    private long exchange(Table wanted, Table have) throws SQLException {
        Map<Integer, Group> outdated = differing(have, wanted);
        Map<Integer, Group> missing = differing(wanted, have);
        if (missing.isEmpty()) {
            delete(have, outdated);
            return 0;
        }
        CopyOut out = original.copies()
                .copyOut("COPY (SELECT " + wanted.columns() + " FROM " + wanted.name() + " AS \"the row\""
                        + in(wanted, missing) + ") TO STDOUT");
        try {
            // meanwhile the original's server looks for the rows
            delete(have, outdated);
            CopyIn in = copy.copies().copyIn("COPY " + wanted.name() + " (" + wanted.columns() + ") FROM STDIN");
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                in.writeToCopy(row, 0, row.length);
            }
            long rows = in.endCopy();
            // of the others none was touched
            Map<Integer, Group> now =
                    groups(copy, have, " WHERE xmin::text = (txid_current() % (2 ^ 32)::bigint)::text");
            if (!now.equals(missing)) {
                throw failed("has other rows after they were copied in " + have.name());
            }
            return rows;
        } finally {
            if (out.isActive()) {
                out.cancelCopy();
            }
        }
    }

    private void delete(Table table, Map<Integer, Group> groups) {
        if (groups.isEmpty()) {
            return;
        }
        long rows = groups.values().stream().mapToLong(Group::rows).sum();
        if (copy.update("DELETE FROM " + table.name() + " AS \"the row\"" + in(table, groups)) != rows) {
            throw failed("has changed meanwhile in " + table.name());
        }
    }

    /** The groups of one side that the other side has otherwise, or not. */
    private static Map<Integer, Group> differing(Table side, Table other) {
        Map<Integer, Group> found = new TreeMap<>(side.rows());
        found.entrySet().removeAll(other.rows().entrySet());
        return found;
    }

    /** The condition for the rows of some groups. */
    private String in(Table table, Map<Integer, Group> groups) {
        return " WHERE " + group(table) + " IN (SELECT unnest('{"
                + groups.keySet().stream().map(String::valueOf).collect(Collectors.joining(",")) + "}'::int[]))";
    }

    /** As a restore does it: what was computed from the rows is computed again. */
    private void refreshViews() throws SQLException {
        for (String view : copy.query(
                "SELECT c.oid::regclass::text" + USERS + " AND c.relkind = 'm' AND c.relispopulated ORDER BY c.oid",
                row -> row.getString(1))) {
            copy.execute("REFRESH MATERIALIZED VIEW " + view);
        }
    }

    private void setSequences() {
        for (String sequence : original.query(
                "SELECT c.oid::regclass::text" + USERS + " AND c.relkind = 'S'", row -> row.getString(1))) {
            original.query(
                    "SELECT last_value, is_called FROM " + sequence,
                    row -> copy.first(
                            "SELECT setval(?::regclass, ?, ?)",
                            set -> set.getLong(1),
                            sequence,
                            row.getLong(1),
                            row.getBoolean(2)));
        }
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private StageFailedException failed(String what) {
        return new StageFailedException(
                "The copy " + copy.source() + " of " + original.source() + " " + what + ".",
                Hint.of("Run the goal again."));
    }
}
