package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.table.TargetTable;
import io.github.mmupgrade.transfer.value.Repairs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Copies what has changed since everything was copied. */
final class CatchUp {

    /** The SQLSTATEs of rows that are in one another's way; the second is that of a deadlock. */
    private static final Set<String> BLOCKED = Set.of(OneTimeStep.UNIQUE_VIOLATION, "40P01");

    private final List<TableMapping> tables;
    private final TransferOptions options;
    private final Path directory;
    private final Repairs repairs;
    private final Workers workers;
    private final Reporter reporter;
    private final boolean live;
    private final Map<TableMapping, TableTotals> totals = new ConcurrentHashMap<>();

    /**
     * What has changed of some tables.
     *
     * @param live whether the server runs meanwhile
     */
    CatchUp(
            List<TableMapping> tables,
            TransferOptions options,
            Path directory,
            Repairs repairs,
            Workers workers,
            Reporter reporter,
            boolean live) {
        this.tables = tables;
        this.options = options;
        this.directory = directory;
        this.repairs = repairs;
        this.workers = workers;
        this.reporter = reporter;
        this.live = live;
    }

    /** Copies changed rows and remembers which; rows that are gone, or in one another's way, are left for later. */
    void ahead() {
        Map<TableMapping, RecentRows> since = new ConcurrentHashMap<>();
        Set<TableMapping> blocked = ConcurrentHashMap.newKeySet();
        List<Workers.Task> tasks = new ArrayList<>();
        workers.run(List.of(new Workers.Named("Looking for what has changed", connections -> {
            tasks.clear();
            TransferState state = new TransferState(connections.target());
            for (TableMapping table : tables) {
                String name = table.target().name();
                if (!state.isFollowed(name)) {
                    continue;
                }
                RecentRows.of(table, connections).ifPresent(recent -> since.put(table, recent));
                KeyMap unknown = state.touched(name);
                for (KeyRange range : state.ranges(name)) {
                    tasks.add(orBlocked(table, blocked::add, each -> new RangeCatchUp(
                                    table, repairs, Optional.empty(), unknown, live)
                            .run(each, range, file(name, range))));
                }
            }
        })));
        workers.run(tasks);
        since.keySet().removeAll(blocked);
        workers.run(List.of(new Workers.Named("Noting what was copied", connections -> {
            for (Map.Entry<TableMapping, RecentRows> each : since.entrySet()) {
                new TransferState(connections.target())
                        .follow(each.getKey().target().name(), each.getValue());
            }
        })));
    }

    /** Copies all that is new or changed, removes what is gone, and counts. */
    Map<TableMapping, TableTotals> complete() {
        Set<TableMapping> blocked = ConcurrentHashMap.newKeySet();
        try (Reporter.Meter meter = reporter.meter("copying what has changed", 0, "bytes")) {
            copy(tables, blocked::add, meter);
            workers.run(blocked.stream()
                    .map(table -> new Workers.Named(
                            "Dropping unique indexes of table " + table, each -> takeAwayUnique(table, each)))
                    .toList());
            copy(blocked, null, meter);
        }
        workers.run(tables.stream()
                .map(table ->
                        new Workers.Named("Comparing table " + table, each -> finish(each, table, totals.get(table))))
                .toList());
        return totals;
    }

    private RangeFile file(String table, KeyRange range) {
        return new RangeFile(directory, table, range.number());
    }

    /**
     * Copies what has changed of some tables: recent rows first, then what is left of each range.
     *
     * @param blocked is told of a table whose rows are in one another's way; null when that is a failure
     */
    private void copy(Collection<TableMapping> some, Consumer<TableMapping> blocked, Reporter.Meter meter) {
        List<Workers.Task> first = new ArrayList<>();
        List<Workers.Task> others = new ArrayList<>();
        workers.run(List.of(new Workers.Named("Looking for what has changed", connections -> {
            first.clear();
            others.clear();
            for (TableMapping table : some) {
                plan(new TransferState(connections.target()), table, blocked, meter, first, others);
            }
        })));
        workers.run(first);
        workers.run(others);
    }

    private void plan(
            TransferState state,
            TableMapping table,
            Consumer<TableMapping> blocked,
            Reporter.Meter meter,
            List<Workers.Task> first,
            List<Workers.Task> others)
            throws SQLException {
        TableTotals total = new TableTotals();
        totals.put(table, total);
        String name = table.target().name();
        total.touched(state.touched(name));
        Optional<RecentRows> recent = state.recent(name);
        for (int i = 0; recent.isPresent() && i < options.jobs(); i++) {
            int part = i;
            first.add(orBlocked(
                    table,
                    blocked,
                    each -> total.recent(recent.get().copy(each, table, repairs, part, options.jobs()))));
        }
        boolean followed = state.isFollowed(name);
        for (KeyRange range : state.ranges(name)) {
            others.add(orBlocked(
                    table,
                    blocked,
                    followed
                            ? each -> total.add(new RangeCatchUp(table, repairs, recent, total.unknown(), live)
                                    .run(each, range, file(name, range)))
                            : each -> total.again(
                                    new TableCopy(table, repairs).copyAgain(each, file(name, range), meter))));
        }
    }

    /** Rows of several ranges that have exchanged a value that must be unique are in one another's way. */
    private static Workers.Task orBlocked(TableMapping table, Consumer<TableMapping> blocked, Workers.Task task) {
        return new Workers.Named("Copying what has changed of table " + table, connections -> {
            try {
                task.run(connections);
            } catch (SQLException e) {
                if (blocked == null || !BLOCKED.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                blocked.accept(table);
            }
        });
    }

    private static void takeAwayUnique(TableMapping table, WorkerConnections connections) throws SQLException {
        Connection there = connections.target();
        there.setAutoCommit(false);
        new TargetDefinitions(there).takeAwayUnique(table.target());
        there.commit();
        there.setAutoCommit(true);
    }

    private void finish(WorkerConnections connections, TableMapping table, TableTotals total) throws SQLException {
        GoneRows.remove(connections.target(), table, total.gone());
        long there = count(connections.target(), table.target().quoted());
        // what is written meanwhile is counted on one side only
        if (!live && there != total.rows()) {
            throw new StageFailedException(
                    "Table " + table + " has " + Amount.of(there, "row") + " in PostgreSQL and "
                            + Amount.of(total.rows(), "row") + " in MySQL.",
                    Hint.of("Check that nobody writes to the MySQL database, then run the goal again."));
        }
        setSequences(connections, table);
    }

    private static long count(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void setSequences(WorkerConnections connections, TableMapping table) throws SQLException {
        String name = table.target().quoted();
        for (TargetTable.Column column : table.target().columns()) {
            if (column.type().startsWith("int")) {
                connections.inTarget(
                        "SELECT setval(s, greatest(1, most), most IS NOT NULL) FROM pg_get_serial_sequence('"
                                + name.replace("'", "''") + "', '"
                                + column.name().replace("'", "''")
                                + "') s, LATERAL (SELECT max(" + TargetTable.quoted(column.name()) + ") most FROM "
                                + name
                                + " WHERE s IS NOT NULL) of WHERE s IS NOT NULL");
            }
        }
    }
}
