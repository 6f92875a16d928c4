package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.BaseBackupChecks;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What has to hold for a base backup of a PostgreSQL server, found out by trying while everything still runs. */
final class BaseBackupPreconditions {

    /** From 13 on a server says that its log ended before the position to recover to; and what a slot has lost. */
    private static final int OLDEST = 13;

    /** One process sends the files, another one the log. */
    private static final int SENDERS = 2;

    private static final Set<String> NOBODYS = Set.of("postgres", "template0", "template1");

    private static final String RESTART = " Then restart the database server.";

    private final PostgresServer server;
    private final DatabaseTools tools;
    private final PostgresDumps connection;

    BaseBackupPreconditions(PostgresServer server, DatabaseTools tools, PostgresDumps connection) {
        this.server = server;
        this.tools = tools;
        this.connection = connection;
    }

    /** One finding for each check, up to the first that blocks: what comes behind it cannot be found out, or is moot. */
    List<CopyPrecondition> check(Path target, boolean sharedServer, boolean pooled) {
        return BaseBackupChecks.untilBlocked(List.of(
                () -> pooler(pooled),
                this::version,
                this::programs,
                this::primary,
                this::logLevel,
                this::replicationRight,
                this::senders,
                this::slots,
                () -> others(sharedServer),
                this::tablespaces,
                this::admission,
                () -> room(target)));
    }

    /** What all databases of the server take together, as far as the role may know. */
    long bytes() {
        return client().number("SELECT coalesce(sum(pg_database_size(oid)), 0) FROM pg_database"
                + " WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')");
    }

    private SqlClient client() {
        return server.catalogue();
    }

    private String setting(String name) {
        return client().first("SELECT current_setting(?)", row -> row.getString(1), name)
                .orElseThrow();
    }

    private static CopyPrecondition pooler(boolean pooled) {
        return pooled
                ? CopyPrecondition.blocking(
                        "pooler",
                        "the data source leads to a pooler, which does not pass replication on",
                        "Set a data source for administration that leads to PostgreSQL itself.")
                : CopyPrecondition.ok("pooler", "no pooler is in between");
    }

    private CopyPrecondition version() {
        ServerVersion version = connection.serverVersion();
        return version.major() < OLDEST
                ? CopyPrecondition.blocking(
                        "version",
                        "the database server is " + version + ", and base backups need PostgreSQL " + OLDEST,
                        "Use another way.")
                : CopyPrecondition.ok("version", version.toString());
    }

    private CopyPrecondition programs() {
        ServerVersion version = connection.serverVersion();
        try {
            return CopyPrecondition.ok(
                    "programs",
                    tools.postgres("pg_basebackup", version) + ", " + tools.postgres("pg_receivewal", version) + ", "
                            + tools.postgres("psql", version) + ", "
                            + tools.postgresServer("pg_controldata", version.major()) + ", "
                            + tools.postgresServer("postgres", version.major()));
        } catch (RefusedException e) {
            return new CopyPrecondition(CopyPrecondition.Severity.BLOCKING, "programs", e.getMessage(), e.hint());
        }
    }

    private CopyPrecondition primary() {
        boolean standby = client().first("SELECT pg_is_in_recovery()", row -> row.getBoolean(1))
                .orElseThrow();
        return standby
                ? CopyPrecondition.blocking(
                        "primary", "the database server is a standby", "Name the primary server in the data source.")
                : CopyPrecondition.ok("primary", "it is no standby");
    }

    private CopyPrecondition logLevel() {
        String level = setting("wal_level");
        return level.equals("minimal")
                ? CopyPrecondition.blocking(
                        "wal_level",
                        "the database server writes too little into its log (wal_level = minimal)",
                        "Run ALTER SYSTEM SET wal_level = replica." + RESTART)
                : CopyPrecondition.ok("wal_level", level);
    }

    private CopyPrecondition replicationRight() {
        boolean may = client().number("SELECT count(*) FROM pg_roles WHERE rolname = current_user"
                        + " AND (rolreplication OR rolsuper)")
                > 0;
        return may
                ? CopyPrecondition.ok("replication", "the role may replicate")
                : CopyPrecondition.blocking(
                        "replication",
                        "the role '" + server.source().user() + "' may not copy the server's files (REPLICATION)",
                        "Run ALTER ROLE "
                                + PostgresServer.quoted(server.source().user())
                                + " REPLICATION, or set a data source for administration with such a role.");
    }

    private CopyPrecondition senders() {
        return enough("max_wal_senders", "SELECT count(*) FROM pg_stat_replication", SENDERS);
    }

    private CopyPrecondition slots() {
        return enough("max_replication_slots", "SELECT count(*) FROM pg_replication_slots", 1);
    }

    private CopyPrecondition enough(String name, String inUse, int needed) {
        long most = Long.parseLong(setting(name));
        long used = client().number(inUse);
        return most - used >= needed
                ? CopyPrecondition.ok(name, used + " of " + most + " in use")
                : CopyPrecondition.blocking(
                        name,
                        used + " of " + most + " are in use (" + name + "), and " + needed
                                + (needed == 1 ? " is" : " are") + " needed",
                        "Run ALTER SYSTEM SET " + name + " = " + (used + needed) + "." + RESTART);
    }

    private CopyPrecondition others(boolean allowed) {
        List<String> databases =
                new ArrayList<>(client().query("SELECT datname FROM pg_database ORDER BY 1", row -> row.getString(1)));
        databases.removeAll(NOBODYS);
        return BaseBackupChecks.shared(server.source().database(), databases, allowed);
    }

    private CopyPrecondition tablespaces() {
        List<String> found = client().query(
                        "SELECT spcname FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY 1",
                        row -> DatabaseNames.printable(row.getString(1)));
        return found.isEmpty()
                ? CopyPrecondition.ok("tablespaces", "all files are in the data directory")
                : CopyPrecondition.blocking(
                        "tablespaces",
                        "the server has files outside its data directory (tablespaces " + found + ")",
                        "Use another way.");
    }

    /** The way that the programs take, to the server's answer; psql sends the command as it is. */
    private CopyPrecondition admission() {
        DatabaseTools.Tool psql = tools.postgres("psql", connection.serverVersion());
        CommandResult answer = server.host()
                .run(connection
                        .obeying(
                                psql,
                                Command.of(
                                        psql.path().toString(),
                                        "--no-psqlrc",
                                        "--no-password",
                                        "--command=IDENTIFY_SYSTEM",
                                        "replication=true"),
                                server.source().database())
                        .build());
        return answer.succeeded()
                ? CopyPrecondition.ok("admission", "the server lets the role replicate from here")
                : CopyPrecondition.blocking(
                        "admission",
                        "the database server does not let the role '"
                                + server.source().user() + "' replicate from this host: " + answer.tail(),
                        "Add to pg_hba.conf: " + admissionLine() + ". Then run SELECT pg_reload_conf().");
    }

    private String admissionLine() {
        DataSource source = server.source();
        String role = PostgresServer.quoted(source.user());
        if (source.socket().isPresent()) {
            return "local replication " + role + (source.password().isEmpty() ? " peer" : " scram-sha-256");
        }
        String address = client().first("SELECT host(inet_client_addr())", row -> row.getString(1))
                .orElse("127.0.0.1");
        return "host replication " + role + " " + address + (address.contains(":") ? "/128" : "/32") + " scram-sha-256";
    }

    private CopyPrecondition room(Path target) {
        return BaseBackupChecks.room(server.host(), target, bytes());
    }
}
