package io.github.mmupgrade.transfer;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.transfer.table.PluginTables;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.table.TargetTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which table goes where, and which does not.
 *
 * @param tables the tables, the largest first
 * @param plugins those among them that no Mattermost server makes
 * @param leftOut the names of tables that are not copied, with why
 * @param besides what the source has besides tables, such as {@code view v}; none of it is copied
 * @param missing tables of the release that the source does not have, or that its role may not see
 */
public record TransferPlan(
        List<TableMapping> tables,
        List<SourceTable> plugins,
        Map<String, String> leftOut,
        List<String> besides,
        List<String> missing) {

    /** What belongs to one kind of database, and what the server has written into the new one itself. */
    private static final Set<String> OF_ONE_KIND = Set.of(
            "db_migrations",
            "db_lock",
            "schema_migrations",
            "configurations",
            "configurationfiles",
            "db_config_migrations");

    /**
     * Plans.
     *
     * @param source a session with the MySQL database
     * @param target a session with the PostgreSQL database, where the release has made its tables
     * @throws RefusedException when a table or a column has no place; nothing was changed
     */
    public static TransferPlan of(SqlClient source, SqlClient target, TransferOptions options) {
        Map<String, TargetTable> there = TargetTable.read(target);
        there.remove(TransferState.TABLE);
        PluginTables plugins = new PluginTables();
        Map<String, SourceTable> here = new LinkedHashMap<>();
        List<TableMapping> tables = new ArrayList<>();
        List<SourceTable> unknown = new ArrayList<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        for (SourceTable table : SourceTable.read(source)) {
            if (OF_ONE_KIND.contains(table.lowerName())) {
                here.put(table.lowerName(), table);
                continue;
            }
            if (options.excludes(table.name())) {
                here.put(table.lowerName(), table);
                leftOut.put(table.name(), "mattermost.convert.exclude");
                continue;
            }
            SourceTable twin = here.put(table.lowerName(), table);
            if (twin != null) {
                throw new RefusedException(
                        "The database has two tables " + twin + " and " + table
                                + ", which have one name in PostgreSQL. Nothing was changed.",
                        Hint.of("Rename or drop the one that the server does not use."));
            }
            TargetTable to = there.get(table.lowerName());
            if (to == null) {
                to = plugins.target(table);
                unknown.add(table);
            }
            TableMapping mapping = TableMapping.of(table, to);
            refuseMissing(mapping);
            if (!mapping.columns().isEmpty()) {
                tables.add(mapping);
            }
        }
        tables.sort(
                Comparator.comparingLong((TableMapping table) -> table.source().bytes())
                        .reversed());
        List<String> missing = there.keySet().stream()
                .filter(name -> !here.containsKey(name) && !OF_ONE_KIND.contains(name))
                .toList();
        return new TransferPlan(
                List.copyOf(tables), List.copyOf(unknown), leftOut, SourceTable.besides(source), missing);
    }

    private static void refuseMissing(TableMapping mapping) {
        List<TargetTable.Column> missing = mapping.missing();
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    "Table " + mapping.source() + " has no column " + missing.get(0)
                            + ", which it must have in PostgreSQL. Nothing was changed.",
                    Hint.of(
                            "The MySQL database does not have the schema of the installed release. Start the server on it"
                                    + " once, so that it migrates it, and try again."));
        }
    }

    /** The columns of old releases that the installed one no longer has; they are not copied. */
    public List<String> leftOverColumns() {
        return tables.stream()
                .flatMap(table -> table.leftOver().stream().map(column -> table.source() + "." + column))
                .toList();
    }

    /** About how many bytes are copied. */
    public long bytes() {
        return tables.stream().mapToLong(table -> table.source().bytes()).sum();
    }

    /** About how many rows are copied. */
    public long rows() {
        return tables.stream().mapToLong(table -> table.source().rows()).sum();
    }
}
