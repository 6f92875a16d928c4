package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CatchUpResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.math.BigDecimal;
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
 * <p>A row's group is told by the checksum of the whole row, so that no key is needed, and a changed row makes the group
 * differ that it left and the one that it came to. No counter and no time of a server is relied on: what is equal at the
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

    private static final String USERS = " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

    /** What rows alone don't make equal, or what would do something of its own when rows come and go. */
    private static final Map<String, String> OBSTACLES = obstacles();

    private final SqlClient original;
    private final SqlClient copy;
    private final String hash;

    private record Table(String name, String columns, int groups) {}

    private record Group(long rows, BigDecimal sum) {}

    /** Compares two databases of servers of one major version; both sessions get settings of their own and are closed. */
    PostgresCatchUp(SqlClient original, SqlClient copy, int majorVersion) {
        this.original = original;
        this.copy = copy;
        // with a star, so that no column of that name is meant
        String row = "(\"the row\".*)::text COLLATE \"C\"";
        this.hash = majorVersion >= HAS_HASH
                ? "hashtextextended(" + row + ", 0)"
                : "('x' || left(md5(" + row + "), 16))::bit(64)::bigint";
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

    CatchUpResult run() {
        try (original;
                copy) {
            List.of(original, copy).forEach(PostgresCatchUp::alike);
            return original.inTransaction(
                    Connection.TRANSACTION_REPEATABLE_READ,
                    () -> copy.inTransaction(Connection.TRANSACTION_READ_COMMITTED, this::compareAndCopy));
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

    private CatchUpResult compareAndCopy() throws SQLException {
        List<Table> tables = tables();
        CompletableFuture<List<Map<Integer, Group>>> reading =
                CompletableFuture.supplyAsync(() -> groups(original, tables));
        List<Map<Integer, Group>> have = groups(copy, tables);
        List<Map<Integer, Group>> wanted = joined(reading);
        List<Integer> changed = IntStream.range(0, tables.size())
                .filter(i -> !wanted.get(i).equals(have.get(i)))
                .boxed()
                .toList();
        long rows = 0;
        if (!changed.isEmpty()) {
            List<Table> differing = changed.stream().map(tables::get).toList();
            List<String> constraints = dropForeignKeys(differing);
            for (int i : changed) {
                rows += exchange(tables.get(i), wanted.get(i), have.get(i));
            }
            for (String constraint : constraints) {
                copy.execute(constraint);
            }
            requireEqual(differing, changed.stream().map(wanted::get).toList());
            refreshViews();
        }
        setSequences();
        return new CatchUpResult(
                tables.size(),
                changed.size(),
                rows,
                wanted.stream()
                        .flatMap(table -> table.values().stream())
                        .mapToLong(Group::rows)
                        .sum());
    }

    private List<Table> tables() {
        String query =
                "SELECT c.oid::regclass::text, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)"
                        + " FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                        // a column that the server computes; only newer ones know any
                        + " AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = ''), pg_relation_size(c.oid) / 8192"
                        + USERS + " AND c.relkind = 'r' ORDER BY 1";
        List<Table> here = read(original, query);
        List<Table> there = read(copy, query);
        if (!here.stream()
                .map(table -> table.name() + table.columns())
                .toList()
                .equals(there.stream()
                        .map(table -> table.name() + table.columns())
                        .toList())) {
            throw failed("does not have the same tables");
        }
        return here;
    }

    private static List<Table> read(SqlClient client, String query) {
        return client.query(
                query,
                row -> new Table(row.getString(1), row.getString(2), (int)
                        Math.min(MOST_GROUPS, Long.highestOneBit(Math.max(1, row.getLong(3) * GROUPS_PER_PAGE)))));
    }

    private List<Map<Integer, Group>> groups(SqlClient client, List<Table> tables) {
        return tables.stream().map(table -> groups(client, table)).toList();
    }

    private Map<Integer, Group> groups(SqlClient client, Table table) {
        Map<Integer, Group> result = new TreeMap<>();
        client.query(
                "SELECT (h & " + (table.groups() - 1) + ")::int, count(*), sum(h) FROM (SELECT " + hash + " AS h FROM "
                        + table.name() + " AS \"the row\") hashes GROUP BY 1",
                row -> result.put(row.getInt(1), new Group(row.getLong(2), row.getBigDecimal(3))));
        return result;
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
                names(tables),
                names(tables));
        for (String drop : drops) {
            copy.execute(drop);
        }
        return again;
    }

    private static String[] names(List<Table> tables) {
        return tables.stream().map(Table::name).toArray(String[]::new);
    }

    /** Takes the rows of the groups that differ out of the copy, and brings those of the original; says how many. */
    private long exchange(Table table, Map<Integer, Group> wanted, Map<Integer, Group> have) throws SQLException {
        String outdated = differing(table, have, wanted);
        String missing = differing(table, wanted, have);
        if (missing.isEmpty()) {
            copy.execute("DELETE FROM " + table.name() + " AS \"the row\"" + outdated);
            return 0;
        }
        CopyOut out = original.copies()
                .copyOut("COPY (SELECT " + table.columns() + " FROM " + table.name() + " AS \"the row\"" + missing
                        + ") TO STDOUT");
        try {
            // meanwhile the original's server looks for the rows
            if (!outdated.isEmpty()) {
                copy.execute("DELETE FROM " + table.name() + " AS \"the row\"" + outdated);
            }
            CopyIn in = copy.copies().copyIn("COPY " + table.name() + " (" + table.columns() + ") FROM STDIN");
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                in.writeToCopy(row, 0, row.length);
            }
            return in.endCopy();
        } finally {
            if (out.isActive()) {
                out.cancelCopy();
            }
        }
    }

    /** The condition for the rows of one side in groups that the other side has otherwise; empty for none. */
    private String differing(Table table, Map<Integer, Group> side, Map<Integer, Group> other) {
        String groups = side.entrySet().stream()
                .filter(group -> !group.getValue().equals(other.get(group.getKey())))
                .map(group -> group.getKey().toString())
                .collect(Collectors.joining(","));
        return groups.isEmpty()
                ? ""
                : " WHERE (" + hash + " & " + (table.groups() - 1) + ")::int IN (SELECT unnest('{" + groups
                        + "}'::int[]))";
    }

    private void requireEqual(List<Table> tables, List<Map<Integer, Group>> wanted) {
        List<Map<Integer, Group>> now = groups(copy, tables);
        List<String> wrong = IntStream.range(0, tables.size())
                .filter(i -> !now.get(i).equals(wanted.get(i)))
                .mapToObj(i -> tables.get(i).name())
                .toList();
        if (!wrong.isEmpty()) {
            throw failed("has other rows after they were copied in " + String.join(", ", wrong));
        }
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
