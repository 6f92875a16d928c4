package io.github.mmupgrade.migration;

import io.github.mmupgrade.connection.ServerLogin;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.conversion.CopiedServer;
import io.github.mmupgrade.conversion.RowChecks;
import io.github.mmupgrade.conversion.TablesFile;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.Transfer.TableReport;
import io.github.mmupgrade.transfer.TransferPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies a source's database on MySQL into a new one of a destination on PostgreSQL, where it waits. */
final class SourceConversion {

    private final GoalContext context;
    private final MigrationRun migration;
    private final DataSource waiting;

    /**
     * The copy of a migration.
     *
     * @param context the destination
     */
    SourceConversion(GoalContext context, MigrationRun migration) {
        this.context = context;
        this.migration = migration;
        DataSource here = context.server().dataSource();
        this.waiting = here.withDatabase(migration.loaded(here.database()));
    }

    /** Whether the databases are of such kinds; a backup's is loaded by a server of its own kind only. */
    static boolean isNeeded(GoalContext destination, MigrationSource source) {
        return source.server()
                        .filter(other -> other.server().dataSource().kind() == DatabaseKind.MYSQL)
                        .isPresent()
                && destination.server().dataSource().kind() == DatabaseKind.POSTGRESQL;
    }

    /** Makes the tables and copies every row; the source may run meanwhile. */
    void ahead(GoalContext source) {
        // a killed attempt's server would write into the new database, which has the same name
        CopiedServer.endLeftovers(context);
        boolean begun;
        try (Database database = context.server().openDatabase()) {
            database.settleUnfinished().forEach(context.reporter()::info);
            begun = database.exists(waiting.database())
                    && Transfer.runIn(target())
                            .equals(Optional.of(migration.run().id()));
            if (!begun) {
                database.createEmpty(waiting.database());
            }
        }
        if (!begun) {
            // never again: a server that starts writes rows, and there are some that were copied
            CopiedServer.makeTables(
                    context, forServer(), migration.sourceRelease().version(), Goal.MIGRATE);
        }
        Transfer transfer = transfer(source);
        TransferPlan plan = transfer.plan();
        RowChecks.require(context, transfer, plan, migration.conversion().repairs(), Goal.MIGRATE);
        transfer.copyAhead(plan, migration.run().id());
        context.reporter()
                .info("Copied and compared " + Amount.of(plan.tables().size(), "table") + " of the source as "
                        + waiting.database());
    }

    /**
     * Brings the copy up to what the stopped source has.
     *
     * @return what to note of it
     */
    Map<String, String> complete(GoalContext source) {
        Transfer transfer = transfer(source);
        List<TableReport> tables = transfer.complete(transfer.plan());
        context.reporter()
                .info("Every table has the rows of MySQL: "
                        + Amount.of(tables.stream().mapToLong(TableReport::rows).sum(), "row") + ", of which "
                        + Amount.of(
                                tables.stream()
                                        .mapToLong(TableReport::afterStop)
                                        .sum(),
                                "row")
                        + " were copied after the stop");
        return TablesFile.write(directory(), tables);
    }

    /** Removes what says how far the copy is; it is whole. */
    void forget() {
        Transfer.forget(target());
    }

    /** A pooler in the server's own way may know the destination's database only. */
    private DataSource forServer() {
        DataSource there = target();
        return there.administers() ? ServerLogin.of(there) : waiting;
    }

    private DataSource target() {
        return context.server().reachable().withDatabase(waiting.database());
    }

    private Path directory() {
        return context.directoryOf(migration.run().id()).resolve("conversion");
    }

    private Transfer transfer(GoalContext source) {
        return new Transfer(
                source.server().reachable(),
                target(),
                migration.conversion().transfer(),
                directory(),
                context.reporter());
    }
}
