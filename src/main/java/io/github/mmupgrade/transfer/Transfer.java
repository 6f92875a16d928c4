package io.github.mmupgrade.transfer;

import io.github.mmupgrade.connection.ServerLogin;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.table.PluginTables;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.table.TargetTable;
import io.github.mmupgrade.transfer.value.BadValue;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import io.github.mmupgrade.transfer.value.BadValues;
import io.github.mmupgrade.transfer.value.Repairs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies a MySQL or MariaDB database into PostgreSQL, where the release has made its tables: most of it while the server
 * runs, what has changed since after it was stopped. MySQL is only read. Everything can be called again after it broke off
 * anywhere.
 */
public final class Transfer {

    /** The list of repairs in the copy's directory, a JSON object a line; not there when nothing was repaired. */
    public static final String REPAIRS = "repairs.jsonl";

    private static final String MADE = "made";
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private final DataSource source;
    private final DataSource target;
    private final TransferOptions options;
    private final Path directory;
    private final Reporter reporter;
    private final Workers workers;
    private final Repairs repairs;

    /**
     * A copy.
     *
     * @param directory a directory of one's own for what is remembered of the rows
     */
    public Transfer(DataSource source, DataSource target, TransferOptions options, Path directory, Reporter reporter) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.directory = directory;
        this.reporter = reporter;
        this.workers = new Workers(source, target, options.jobs());
        this.repairs = new Repairs(directory.resolve(REPAIRS), options.repair());
    }

    /** Which table goes where. */
    public TransferPlan plan() {
        try (SqlClient here = new SqlClient(source);
                SqlClient there = new SqlClient(ServerLogin.of(target))) {
            return TransferPlan.of(here, there, options);
        }
    }

    /** Reads every row and finds the values that PostgreSQL does not take. Writes nothing. */
    public BadValues findBadValues(TransferPlan plan) {
        BadValues found = new BadValues();
        BadValueHandler handler = new BadValueHandler() {
            @Override
            public void found(BadValue value, byte[] before, byte[] after) {
                found.add(value);
            }

            @Override
            public boolean looksForDoubleEncoding() {
                return true;
            }

            @Override
            public void doubleEncoded(String table, String column, String key) {
                found.addDoubleEncoded(table, column, key);
            }
        };
        try (Reporter.Meter meter = reporter.meter("reading", plan.rows(), "rows")) {
            workers.run(plan.tables().stream()
                    .map(table -> new Workers.Named("Reading table " + table.source(), connections -> {
                        RowConverter converter = new RowConverter(table, false, handler);
                        try (SourceRows rows =
                                new SourceRows(connections.source(), table, table.selected(), KeyRange.WHOLE)) {
                            while (rows.next()) {
                                converter.convert(rows.rows());
                                meter.advance(1);
                            }
                        }
                    }))
                    .toList());
        }
        return found;
    }

    /**
     * Makes ready what the release has not made: the tables of plugins, and the table that says how far the copy is.
     *
     * @param run the name of the run
     */
    public void begin(TransferPlan plan, String run) {
        try (WorkerConnections connections = new WorkerConnections(source, target);
                SqlClient here = new SqlClient(source)) {
            try {
                TransferState.make(connections.target(), run);
                makePluginTables(plan, here, connections);
            } catch (SQLException e) {
                throw connections.failed("Making the tables of plugins", e);
            }
        }
    }

    private static void makePluginTables(TransferPlan plan, SqlClient here, WorkerConnections connections)
            throws SQLException {
        requireSameColumns(plan, new TransferState(connections.target()));
        PluginTables plugins = new PluginTables();
        Set<String> taken = TargetDefinitions.names(connections.target());
        plan.plugins().forEach(table -> taken.add(table.lowerName()));
        for (SourceTable table : plan.plugins()) {
            new OneTimeStep(table.lowerName(), MADE, "Making a table of a plugin", each -> {
                        for (String sql : plugins.statements(table, here, taken)) {
                            each.inTarget(sql);
                        }
                    })
                    .run(connections);
        }
    }

    /** A table of a plugin was made with all its columns; one that came with the plugin's next release has no place. */
    private static void requireSameColumns(TransferPlan plan, TransferState state) throws SQLException {
        for (TableMapping table : plan.tables()) {
            if (!table.leftOver().isEmpty() && state.isDone(table.target().name(), MADE)) {
                throw new StageFailedException(
                        "Table " + table.source() + " of a plugin has columns that it did not have when it was copied: "
                                + table.leftOver() + ".",
                        Hint.run(
                                "Roll back, empty the new database, and begin again. The MySQL database was not changed.",
                                Goal.ROLLBACK));
            }
        }
    }

    /** The run whose copy the database holds; empty when it holds none. */
    public static Optional<String> runIn(DataSource target) {
        try (WorkerConnections connections = new WorkerConnections(target, target)) {
            try {
                return TransferState.run(connections.target());
            } catch (SQLException e) {
                throw connections.failed("Looking for an earlier copy", e);
            }
        }
    }

    /**
     * Finds rows of which a unique index of PostgreSQL allows only one, such as two users whose names differ in case.
     * Writes nothing that stays; to be called before the copy begins, and after what {@link #findBadValues} found.
     *
     * @return a sentence for each such index; empty when there are none
     */
    public List<String> findDuplicates(TransferPlan plan) {
        Map<TableMapping, List<String>> found = new ConcurrentHashMap<>();
        workers.run(plan.tables().stream()
                .map(table -> new Workers.Named(
                        "Looking for duplicates in table " + table.source(),
                        connections -> found.put(table, new DuplicateCheck(table).find(connections))))
                .toList());
        return plan.tables().stream()
                .flatMap(table -> found.get(table).stream())
                .toList();
    }

    /**
     * Copies and compares all rows while the server runs.
     *
     * @param run the name of the run
     */
    public void copyAhead(TransferPlan plan, String run) {
        begin(plan, run);
        copyRows(plan);
        compareRows(plan);
        // what was written while that was done need not be copied while the server is stopped
        catchUp(plan);
    }

    /** Copies all rows and makes the indexes; the server may run meanwhile. */
    public void copyRows(TransferPlan plan) {
        workers.run(List.of(
                new OneTimeStep("", "foreign keys", "Dropping the foreign keys", connections -> new TargetDefinitions(
                                connections.target())
                        .takeAwayForeignKeys())));
        Map<TableMapping, List<KeyRange>> ranges = new ConcurrentHashMap<>();
        workers.run(plan.tables().stream()
                .map(table -> new Workers.Named(
                        "Preparing table " + table,
                        connections -> ranges.put(table, new TableCopy(table, repairs).prepare(connections, options))))
                .toList());
        copyRanges(plan, ranges);
        makeIndexes(plan, true);
    }

    private void copyRanges(TransferPlan plan, Map<TableMapping, List<KeyRange>> ranges) {
        List<Workers.Task> tasks = new ArrayList<>();
        try (Reporter.Meter meter = reporter.meter("copying", plan.bytes(), "bytes")) {
            for (TableMapping table : plan.tables()) {
                for (KeyRange range : ranges.get(table)) {
                    tasks.add(new Workers.Named("Copying table " + table, connections -> {
                        String name = table.target().name();
                        if (!new TransferState(connections.target())
                                .copied(name)
                                .contains(range.number())) {
                            new TableCopy(table, repairs)
                                    .copy(connections, range, new RangeFile(directory, name, range.number()), meter);
                        }
                    }));
                }
            }
            workers.run(tasks);
        }
    }

    /**
     * Makes the indexes and constraints that are not there yet.
     *
     * @param ahead whether rows were read at different times, so that a value may be there twice that never was
     */
    private void makeIndexes(TransferPlan plan, boolean ahead) {
        List<Workers.Task> constraints = new ArrayList<>();
        List<Workers.Task> indexes = new ArrayList<>();
        try (WorkerConnections connections = new WorkerConnections(source, target)) {
            for (TableMapping table : plan.tables()) {
                for (String sql : new TargetDefinitions(connections.target()).toMake(table.target())) {
                    Workers.Task task = new OneTimeStep(
                            table.target().name(),
                            sql,
                            "Making an index of table " + table,
                            each -> each.inTarget(sql));
                    // a constraint locks its table, so those of all tables come first
                    (sql.startsWith("ALTER") ? constraints : indexes).add(ahead ? orLater(task, sql) : task);
                }
            }
        } catch (SQLException e) {
            throw new WorkerConnections(source, target).failed("Reading the indexes", e);
        }
        constraints.addAll(indexes);
        reporter.debug("Making " + constraints.size() + " indexes and constraints");
        workers.run(constraints);
    }

    private Workers.Task orLater(Workers.Task task, String sql) {
        return new Workers.Named(task.doing(), connections -> {
            try {
                task.run(connections);
            } catch (SQLException e) {
                if (!OneTimeStep.UNIQUE_VIOLATION.equals(e.getSQLState())) {
                    throw e;
                }
                reporter.debug("Left for after the stop: " + sql);
            }
        });
    }

    /**
     * Compares every row that was copied with what PostgreSQL gives back, has PostgreSQL look at its tables, and fills its
     * materialized views.
     *
     * @throws StageFailedException when one differs; names its key
     */
    public void compareRows(TransferPlan plan) {
        try (Reporter.Meter meter = reporter.meter("comparing", plan.bytes(), "bytes")) {
            workers.run(plan.tables().stream()
                    .map(table -> new Workers.Named("Comparing table " + table, connections -> {
                        TransferState state = new TransferState(connections.target());
                        if (!state.isDone(table.target().name(), "compared")) {
                            List<KeyRange> ranges = state.ranges(table.target().name());
                            new TableComparison(table).require(connections, sent(table, ranges), repairs);
                            // so that rows are counted by an index, after the stop and when servers look at them
                            connections.inTarget(
                                    "VACUUM (ANALYZE) " + table.target().quoted());
                            state.done(table.target().name(), "compared");
                        }
                        meter.advance(table.source().bytes());
                    }))
                    .toList());
        }
        workers.run(List.of(new OneTimeStep("", "views", "Refreshing the materialized views", connections -> {
            for (String view : TargetDefinitions.materializedViews(connections.target())) {
                connections.inTarget("REFRESH MATERIALIZED VIEW " + TargetTable.quoted(view));
            }
        })));
    }

    private TableDigest sent(TableMapping table, List<KeyRange> ranges) {
        TableDigest sent = new TableDigest();
        ranges.forEach(
                range -> sent.addAll(new RangeFile(directory, table.target().name(), range.number()).digest()));
        return sent;
    }

    /**
     * Copies what has changed since, while the server goes on running, so that less is left for after the stop. May be done
     * several times.
     */
    public void catchUp(TransferPlan plan) {
        takeAwayForeignKeysAgain();
        catchUp(plan, true).ahead();
    }

    /**
     * Brings what was copied ahead up to what MySQL holds, and makes sure that it is; nobody may write any more.
     *
     * @return what each table has
     */
    public List<TableReport> complete(TransferPlan plan) {
        return complete(plan, false);
    }

    /** The same of a server that runs on, to see how it goes: what is written meanwhile may be missing. */
    public List<TableReport> rehearseCompletion(TransferPlan plan) {
        try {
            return complete(plan, true);
        } catch (StageFailedException e) {
            if (!(e.getCause() instanceof SQLException cause && FOREIGN_KEY_VIOLATION.equals(cause.getSQLState()))) {
                throw e;
            }
            // a row that came together with the one it refers to, whose table was read before, is not alone then
            return complete(plan, true);
        }
    }

    private List<TableReport> complete(TransferPlan plan, boolean live) {
        begin(plan);
        takeAwayForeignKeysAgain();
        Map<TableMapping, TableTotals> totals = catchUp(plan, live).complete();
        makeIndexes(plan, live);
        workers.run(List.of(new Workers.Named("Making the foreign keys", Transfer::makeForeignKeys)));
        return reports(plan, totals);
    }

    private CatchUp catchUp(TransferPlan plan, boolean live) {
        return new CatchUp(plan.tables(), options, directory, repairs, workers, reporter, live);
    }

    private List<TableReport> reports(TransferPlan plan, Map<TableMapping, TableTotals> totals) {
        Map<String, Long> repaired = repairs.byTable();
        List<TableReport> all = new ArrayList<>();
        try (WorkerConnections connections = new WorkerConnections(source, target)) {
            try {
                TransferState state = new TransferState(connections.target());
                for (TableMapping table : plan.tables()) {
                    all.add(totals.get(table)
                            .report(
                                    table,
                                    state.took(table.target().name()),
                                    repaired.getOrDefault(table.source().name(), 0L)));
                }
                return all;
            } catch (SQLException e) {
                throw connections.failed("Reading how long the copy took", e);
            }
        }
    }

    /** A plugin may have been enabled since. */
    private void begin(TransferPlan plan) {
        try (WorkerConnections connections = new WorkerConnections(source, target);
                SqlClient here = new SqlClient(source)) {
            try {
                makePluginTables(plan, here, connections);
                for (TableMapping table : plan.tables()) {
                    new TableCopy(table, repairs).prepare(connections, options.withoutFollowing());
                }
            } catch (SQLException e) {
                throw connections.failed("Preparing new tables", e);
            }
        }
    }

    /** Those that a completion has made which was broken off, or after which the server has run. */
    private void takeAwayForeignKeysAgain() {
        workers.run(List.of(new Workers.Named("Dropping the foreign keys again", connections -> {
            Connection there = connections.target();
            there.setAutoCommit(false);
            new TargetDefinitions(there).takeAwayForeignKeysAgain();
            there.commit();
            there.setAutoCommit(true);
        })));
    }

    private static void makeForeignKeys(WorkerConnections connections) throws SQLException {
        for (String sql : new TargetDefinitions(connections.target()).foreignKeys()) {
            new OneTimeStep("", sql, "Making a foreign key", each -> each.inTarget(sql)).run(connections);
        }
        // all that was not waited for is on the disk with this
        connections.inTarget("SET synchronous_commit = on");
        new TransferState(connections.target()).done("", "complete");
    }

    /** Removes the table that says how far the copy is. */
    public static void forget(DataSource target) {
        try (WorkerConnections connections = new WorkerConnections(target, target)) {
            try {
                connections.inTarget("DROP TABLE IF EXISTS " + TransferState.TABLE);
            } catch (SQLException e) {
                throw connections.failed("Removing the table " + TransferState.TABLE, e);
            }
        }
    }

    /** What was repaired by this call. */
    public BadValues repaired() {
        return repairs.values();
    }

    /**
     * What became of a table.
     *
     * @param table its name in PostgreSQL
     * @param rows how many rows it has
     * @param bytes about how large they were in MySQL
     * @param afterStop how many of the rows were copied after the stop
     * @param seconds how long copying them took before it, the parts one after the other
     * @param repairs how many values were repaired
     */
    public record TableReport(String table, long rows, long bytes, long afterStop, double seconds, long repairs) {}
}
