package io.github.mmupgrade.conversion;

import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.postgres.PostgresServer;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.preflight.OtherNodes;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.table.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Everything that could block a conversion and can be known before anything is begun. Changes nothing. */
public final class ConversionChecks {

    /** The first release whose tables are known to be the same in both kinds of databases. */
    private static final Version OLDEST = Version.of(5, 37, 0);

    /** For each row is remembered what it was when it was copied. */
    private static final long BYTES_OF_ROW = 12;

    private final GoalContext context;
    private final ConversionOptions options;
    private final InstalledServer server;

    /**
     * Checks.
     *
     * @param context the installation on MySQL
     */
    public ConversionChecks(GoalContext context, ConversionOptions options) {
        this.context = context;
        this.options = options;
        this.server = context.server();
    }

    /** Runs all checks; those that need an answer of a database only when it answers. */
    List<CheckResult> run() {
        List<CheckResult> results = new ArrayList<>(ofSource());
        boolean refused = results.stream().anyMatch(ConversionChecks::isRefused);
        results.addAll(refused ? List.of(check("target", this::target)) : ofTarget());
        return results;
    }

    /** Those of the target, and of what goes there; after those of the source. */
    List<CheckResult> ofTarget() {
        List<CheckResult> results = new ArrayList<>(List.of(check("target", this::target)));
        if (isRefused(results.get(0))) {
            return results;
        }
        results.add(check("rights", this::readable));
        results.add(check("cluster", this::cluster));
        results.add(check("encoding", this::encoding));
        results.add(check("schema", this::schema));
        results.add(check("empty", this::empty));
        results.addAll(versions());
        results.add(room());
        return results;
    }

    private static boolean isRefused(CheckResult result) {
        return result.outcome() == CheckResult.Outcome.REFUSED;
    }

    /** Those of an installation whose database is copied to another one's. */
    public List<CheckResult> ofMigratedSource() {
        return List.of(check("release", this::release), check("rights", this::readable));
    }

    /** Those that need no target. */
    List<CheckResult> ofSource() {
        List<CheckResult> results = new ArrayList<>(List.of(
                check("source", this::source),
                check("release", this::release),
                check("configuration", this::configuration)));
        results.addAll(new Preflight(context, server).ofRestart());
        return results;
    }

    private static CheckResult check(String name, Supplier<String> check) {
        try {
            return CheckResult.ok(name, check.get());
        } catch (ProblemException e) {
            return CheckResult.refused(name, e.getMessage(), e.hint());
        }
    }

    private static RefusedException refused(String text, String hint) {
        return new RefusedException(text, Hint.of(hint));
    }

    private String source() {
        if (server.dataSource().kind() != DatabaseKind.MYSQL) {
            throw new RefusedException(
                    "The database " + server.dataSource() + " is on PostgreSQL already.",
                    Hint.run(
                            "There is nothing to convert. Show the current state of the server and the run.",
                            Goal.STATUS));
        }
        try (Database database = server.openDatabase()) {
            return database.dataSource() + ", " + database.serverVersion();
        }
    }

    private String release() {
        InstalledRelease installed = InstalledRelease.read(context, server);
        if (installed.version().below(OLDEST)) {
            throw new RefusedException(
                    "Mattermost " + installed.version() + " is installed, and a conversion is possible from " + OLDEST
                            + " on.",
                    Hint.run("Upgrade first.", Goal.UPGRADE, "mattermost.targetVersion=" + OLDEST.line()));
        }
        return installed.toString();
    }

    /** What beats the file would beat what is written into it. */
    private String configuration() {
        if (server.configuredInDatabase()) {
            throw refused(
                    "The configuration is in the database that is converted.",
                    "Move it into a file first: 'mattermost config migrate' with the old and the new place, then start the"
                            + " server with -c of the file.");
        }
        EffectiveConfiguration effective = server.effective();
        for (String setting : ConvertedConfig.SETTINGS) {
            String variable = "MM_" + setting.toUpperCase(Locale.ROOT).replace('.', '_');
            if (server.environment().containsKey(variable)) {
                throw refused(
                        "The server's environment sets " + variable + ", which beats the configuration file.",
                        "Write the setting into config.json and remove the variable from the service, then restart the"
                                + " server.");
            }
        }
        return effective.text(ConvertedConfig.DRIVER).orElse("mysql") + " in "
                + server.configFile().orElseThrow();
    }

    private String target() {
        DataSource target =
                options.target().orElseThrow(() -> ConversionRun.unnamed("Name the empty database that it becomes."));
        if (target.kind() != DatabaseKind.POSTGRESQL) {
            throw refused(
                    "The database " + target + " that was named is not on PostgreSQL.",
                    "Name an empty database on PostgreSQL, as postgres://user@host:5432/database.");
        }
        try (SqlClient client = new SqlClient(target)) {
            if (client.pooled()) {
                throw refused(
                        "A pooler is in front of the database " + target + "; it would lose the settings of a copy.",
                        "Name PostgreSQL's own host and port. Write the pooler's into the configuration afterwards.");
            }
            return target + ", PostgreSQL "
                    + client.first("SHOW server_version", row -> row.getString(1))
                            .orElse("");
        }
    }

    private String readable() {
        List<SourceTable> tables;
        List<String> closed = new ArrayList<>();
        try (SqlClient client = new SqlClient(server.reachable())) {
            tables = SourceTable.read(client);
            for (SourceTable table : tables) {
                try {
                    client.execute("SELECT 1 FROM `" + table.name().replace("`", "``") + "` LIMIT 1");
                } catch (SQLException e) {
                    closed.add(table + " (" + SqlClient.reason(e) + ")");
                }
            }
        }
        if (!closed.isEmpty()) {
            throw refused(
                    "The role may not read " + Amount.of(closed.size(), "table") + ": " + String.join("; ", closed)
                            + ".",
                    "Grant SELECT on all tables of the database to the role.");
        }
        return Amount.of(tables.size(), "table") + " to read, about "
                + Amount.bytes(tables.stream().mapToLong(SourceTable::bytes).sum());
    }

    private String cluster() {
        try (Database database = server.openDatabase()) {
            List<ClusterNode> nodes = OtherNodes.of(context, database);
            if (!nodes.isEmpty()) {
                throw refused(
                        "Other nodes of a cluster use this database: " + nodes + ".",
                        "Stop the other nodes, and write the new data source into their configuration afterwards.");
            }
            return "no other node was seen recently";
        }
    }

    private <T> T inTarget(Function<SqlClient, T> question) {
        try (SqlClient client = new SqlClient(options.target().orElseThrow())) {
            return question.apply(client);
        }
    }

    private static String text(SqlClient client, String query) {
        return client.first(query, row -> row.getString(1)).orElse("");
    }

    private String encoding() {
        return inTarget(client -> {
            String encoding = text(client, "SHOW server_encoding");
            if (!encoding.equals("UTF8")) {
                throw refused(
                        "The encoding of the database " + options.target().get() + " is " + encoding + ".",
                        "Create it with ENCODING 'UTF8' (and TEMPLATE template0).");
            }
            return encoding + ", collation "
                    + text(client, "SELECT datcollate FROM pg_database WHERE datname = current_database()");
        });
    }

    private String schema() {
        return inTarget(client -> {
            DataSource target = options.target().get();
            String schema = text(client, "SELECT current_schema()");
            if (schema.isEmpty()) {
                throw refused(
                        "The search_path of the role in " + target + ", '" + text(client, "SHOW search_path")
                                + "', leads to no schema.",
                        "Correct it: ALTER ROLE " + PostgresServer.quoted(target.user())
                                + " SET search_path TO public;");
            }
            boolean mayCreate = client.first(
                            "SELECT has_schema_privilege(current_schema(), 'CREATE')", row -> row.getBoolean(1))
                    .orElse(false);
            if (!mayCreate) {
                throw refused(
                        "The role '" + target.user() + "' may not create tables in the schema " + schema + " of "
                                + target + ".",
                        "As a superuser in that database: ALTER SCHEMA " + PostgresServer.quoted(schema) + " OWNER TO "
                                + PostgresServer.quoted(target.user()) + ";");
            }
            boolean mayHaveTemporary = client.first(
                            "SELECT has_database_privilege(current_database(), 'TEMP')", row -> row.getBoolean(1))
                    .orElse(false);
            if (!mayHaveTemporary) {
                throw refused(
                        "The role '" + target.user() + "' may not create temporary tables in " + target + ".",
                        "As a superuser: GRANT TEMPORARY ON DATABASE " + PostgresServer.quoted(target.database())
                                + " TO " + PostgresServer.quoted(target.user()) + ";");
            }
            return schema;
        });
    }

    private String empty() {
        return inTarget(client -> {
            long tables = client.number(
                    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN"
                            + " ('r', 'p', 'v', 'm')");
            if (tables == 0) {
                return "no tables";
            }
            Optional<String> run = Transfer.runIn(options.target().get());
            boolean ours = run.flatMap(id -> Run.all(context.journal()).stream()
                            .filter(each -> each.id().equals(id))
                            .findFirst())
                    .isPresent();
            throw refused(
                    "The database " + options.target().get() + " has " + Amount.of(tables, "table")
                            + (ours ? ", which the conversion " + run.get() + " has copied." : "."),
                    "Name an empty one, or empty it: as its owner, DROP SCHEMA "
                            + text(client, "SELECT quote_ident(current_schema())") + " CASCADE; and CREATE SCHEMA "
                            + text(client, "SELECT quote_ident(current_schema())") + ";");
        });
    }

    private List<CheckResult> versions() {
        Version installed = InstalledRelease.read(context, server).version();
        Catalogue catalogue = new ReleaseSources(context).catalogue();
        int number = inTarget(client -> (int) client.number("SELECT current_setting('server_version_num')::int"));
        Version there = Version.of(number / 10000, number % 10000, 0);
        Optional<Version> needed = catalogue.minimumPostgresql(installed);
        if (needed.isPresent() && there.below(needed.get())) {
            return List.of(CheckResult.refused(
                    "postgresql",
                    "Mattermost " + installed + " needs PostgreSQL "
                            + needed.get().major() + " or later, and "
                            + options.target().get() + " is on " + there.major() + ".",
                    Hint.of("Name a database on a newer server.")));
        }
        Optional<Version> newest = catalogue.releases().stream()
                .map(release -> release.version())
                .max(Version::compareTo)
                .flatMap(catalogue::minimumPostgresql);
        if (newest.isPresent() && there.below(newest.get())) {
            return List.of(CheckResult.warning(
                    "postgresql",
                    "PostgreSQL " + there.major() + " is enough for " + installed + "; the newest releases need "
                            + newest.get().major()));
        }
        return List.of(CheckResult.ok("postgresql", there.major() + " is enough for the newest releases, too"));
    }

    private CheckResult room() {
        try (SqlClient client = new SqlClient(server.reachable())) {
            List<SourceTable> tables = SourceTable.read(client);
            long rows = tables.stream().mapToLong(SourceTable::rows).sum();
            long bytes = tables.stream().mapToLong(SourceTable::bytes).sum();
            Path state = context.state();
            while (!Files.exists(state)) {
                state = state.getParent();
            }
            long free = DiskSpace.of(context.host(), state).bytes();
            if (free < rows * BYTES_OF_ROW) {
                return CheckResult.refused(
                        "room",
                        "Only " + Amount.bytes(free) + " are free for " + state + "; about "
                                + Amount.bytes(rows * BYTES_OF_ROW) + " are needed to remember "
                                + Amount.of(rows, "row") + ".",
                        Hint.of("Free some space, or set mattermost.stateDirectory to another file system."));
            }
            return CheckResult.ok(
                    "room", "PostgreSQL needs about " + Amount.bytes(2 * bytes) + " for rows, indexes and its log");
        } catch (IOException e) {
            return CheckResult.warning("room", "The free space cannot be read: " + IoReason.of(e));
        }
    }
}
