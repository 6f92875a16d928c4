package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.JdbcConnections;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What has to hold for a frozen copy on PostgreSQL, found out while the Mattermost server still runs. */
final class PostgresPreconditions {

    private static final String INSTEAD =
            "the database is dumped while the server is stopped, which takes longer. Your own command can save it,"
                    + " too (mattermost.backup.database=command).";

    /** Room for what the server writes while it copies: transaction log, temporary files. */
    private static final long RESERVE = 256L << 20;

    private final PostgresServer server;
    private final PostgresCloning cloning;

    PostgresPreconditions(PostgresServer server, PostgresCloning cloning) {
        this.server = server;
        this.cloning = cloning;
    }

    List<CopyPrecondition> check(String copyName, Long declaredFreeBytes, long sizeBytes) {
        List<CopyPrecondition> result = new ArrayList<>();
        try {
            server.maintenance();
            result.add(CopyPrecondition.ok("maintenance-database", "a maintenance database can be reached"));
        } catch (RefusedException e) {
            result.add(CopyPrecondition.blocking(
                    "maintenance-database", e.getMessage(), e.hint().text() + " Otherwise, " + INSTEAD));
            return result;
        }
        result.add(ownership());
        result.add(createDb());
        result.add(admission(copyName));
        result.add(name(copyName));
        result.add(room(declaredFreeBytes, sizeBytes));
        result.add(sessions());
        return result;
    }

    boolean mayCreate(String name) {
        try {
            return ownership().severity() == CopyPrecondition.Severity.OK
                    && createDb().severity() == CopyPrecondition.Severity.OK
                    && server.notAdmitted(name).isEmpty();
        } catch (RefusedException e) {
            return false;
        }
    }

    /** What keeps another database from taking the current one's name, as far as rights go. */
    Optional<CopyPrecondition> againstRenaming() {
        return Stream.of(ownership(), createDb())
                .filter(finding -> finding.severity() != CopyPrecondition.Severity.OK)
                .findFirst();
    }

    private CopyPrecondition ownership() {
        boolean owns = server.maintenance()
                        .number(
                                "SELECT count(*) FROM pg_database WHERE datname = ? AND pg_has_role(datdba, 'USAGE')",
                                server.source().database())
                > 0;
        return owns
                ? CopyPrecondition.ok("ownership", "the role owns the database")
                : CopyPrecondition.blocking(
                        "ownership",
                        "The role '" + server.source().user() + "' does not own the database " + server.source()
                                + "; only the owner can copy or rename it",
                        "Run " + becomeOwner() + ". Otherwise, " + INSTEAD);
    }

    /** The database must not be taken from the Mattermost server's role. */
    private String becomeOwner() {
        String database =
                "ALTER DATABASE " + PostgresServer.quoted(server.source().database()) + " OWNER TO ";
        return server.administering()
                ? database + PostgresServer.quoted(server.serverRole())
                : database + PostgresServer.quoted(server.source().user());
    }

    private CopyPrecondition createDb() {
        boolean may = server.maintenance()
                        .number("SELECT count(*) FROM pg_roles WHERE rolname = current_user"
                                + " AND (rolcreatedb OR rolsuper)")
                > 0;
        return may
                ? CopyPrecondition.ok("createdb", "the role can create databases")
                : CopyPrecondition.blocking(
                        "createdb",
                        "The role '" + server.source().user() + "' cannot create databases (CREATEDB)",
                        "Run ALTER ROLE "
                                + PostgresServer.quoted(server.source().user()) + " CREATEDB. Otherwise, " + INSTEAD);
    }

    private CopyPrecondition admission(String copyName) {
        Optional<String> reason = server.notAdmitted(copyName);
        return reason.isEmpty()
                ? CopyPrecondition.ok("admission", "the server lets the role connect to " + copyName)
                : CopyPrecondition.blocking(
                        "admission",
                        "The database server does not let the role '"
                                + server.source().user() + "' connect to " + copyName + ": " + reason.get(),
                        "Allow it in pg_hba.conf. Otherwise, " + INSTEAD);
    }

    private CopyPrecondition name(String copyName) {
        long taken = server.maintenance().number("SELECT count(*) FROM pg_database WHERE datname = ?", copyName);
        return taken == 0
                ? CopyPrecondition.ok("name", "the name " + copyName + " is free")
                : CopyPrecondition.warning(
                        "name",
                        "The database " + copyName + " already exists and is treated as this run's copy",
                        "Drop it if it is not this run's copy.");
    }

    private CopyPrecondition room(Long declaredFreeBytes, long sizeBytes) {
        Optional<Long> free = declaredFreeBytes != null ? Optional.of(declaredFreeBytes) : server.freeBytes();
        long needed = sizeBytes + sizeBytes / 10 + RESERVE;
        if (free.isEmpty()) {
            return CopyPrecondition.warning(
                    "room",
                    "The free space on the database's host is not known; a copy needs " + Amount.bytes(needed),
                    "Check that there is enough free space, and declare it.");
        }
        if (free.get() >= needed) {
            return CopyPrecondition.ok("room", Amount.bytes(free.get()) + " free, " + Amount.bytes(needed) + " needed");
        }
        return free.get() >= RESERVE && cloning.tried().clones()
                ? CopyPrecondition.ok("room", Amount.bytes(free.get()) + " free; the copy shares its blocks")
                : CopyPrecondition.blocking(
                        "room",
                        "A copy needs " + Amount.bytes(needed) + " on the database's host, but only "
                                + Amount.bytes(free.get()) + " are free there",
                        "Make room there. Otherwise, " + INSTEAD);
    }

    private CopyPrecondition sessions() {
        List<Session> others = server
                .maintenance()
                .query(
                        server.sessionsQuery("true"),
                        PostgresServer::session,
                        server.source().database(),
                        JdbcConnections.APPLICATION_NAME)
                .stream()
                .filter(session -> !session.ownRole())
                .toList();
        return others.isEmpty()
                ? CopyPrecondition.ok("sessions", "no other role uses the database")
                : CopyPrecondition.warning(
                        "sessions",
                        "Other roles use the database, which cannot be copied while they do: " + others,
                        "End these sessions before the server is stopped (for example monitoring or reporting tools).");
    }
}
