package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.BaseBackupChecks;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What has to hold for a base backup of a MariaDB server, found out while the Mattermost server still runs. */
final class MariaDbPreconditions {

    private static final String ANOTHER = "Use another way.";

    /** The first with both {@code BACKUP STAGE} and the right BINLOG MONITOR, 10.5. */
    private static final int OLDEST_MAJOR = 10;

    private static final int OLDEST_MINOR = 5;

    private static final Pattern GLOBAL_GRANT = Pattern.compile("GRANT (.+?) ON \\*\\.\\* TO .*");

    private final SqlClient client;
    private final Host host;
    private final DatabaseTools tools;
    private final ServerVersion version;

    MariaDbPreconditions(SqlClient client, Host host, DatabaseTools tools, ServerVersion version) {
        this.client = client;
        this.host = host;
        this.tools = tools;
        this.version = version;
    }

    /** One finding for each check, up to the first that blocks: what comes behind it cannot be found out, or is moot. */
    List<CopyPrecondition> check(Path target, boolean sharedServer) {
        return BaseBackupChecks.untilBlocked(List.of(
                this::kind,
                this::place,
                this::user,
                this::program,
                this::rights,
                this::encryption,
                () -> others(sharedServer),
                () -> room(target)));
    }

    private CopyPrecondition kind() {
        if (!version.isMariaDb()) {
            return CopyPrecondition.blocking(
                    "version",
                    "the database server is " + version + ", whose files mariadb-backup cannot copy",
                    ANOTHER);
        }
        boolean old =
                version.major() < OLDEST_MAJOR || (version.major() == OLDEST_MAJOR && version.minor() < OLDEST_MINOR);
        return old
                ? CopyPrecondition.blocking(
                        "version",
                        "the database server is " + version + ", and base backups need MariaDB " + OLDEST_MAJOR + "."
                                + OLDEST_MINOR,
                        ANOTHER)
                : CopyPrecondition.ok("version", version.toString());
    }

    private CopyPrecondition place() {
        return LocalMariaDb.find(client, host, tools).isPresent()
                ? CopyPrecondition.ok("place", "the files of the database server are on this host")
                : CopyPrecondition.blocking(
                        "place",
                        "the files of the database server are not on this host, its process is hidden, or what listens at"
                                + " its address may be another program, such as a proxy",
                        "Use another way. Base backups are possible where the database server runs on the same host,"
                                + " not in a container, and is reached without a proxy: by its address, with tls=true not by a name, or by"
                                + " a socket in a directory that only the database server writes to.");
    }

    private LocalMariaDb local() {
        return LocalMariaDb.find(client, host, tools)
                .orElseThrow(() -> MariaDbBaseBackups.failed("The database server has ended.", null));
    }

    private CopyPrecondition user() {
        Owner self = host.self();
        if (self.uid() != Owner.ROOT.uid() && !self.equals(local().owner())) {
            return CopyPrecondition.blocking(
                    "user", "only root can read the files of the database server", "Run the goal as root.");
        }
        if (!local().login().isEmpty() && goesByUser()) {
            return CopyPrecondition.blocking(
                    "user",
                    "the Mattermost server logs in by its operating-system user (unix_socket), which root cannot do in its place",
                    "Set a data source for administration with a password, or use another way.");
        }
        return SecondMariaDb.canStart(host)
                ? CopyPrecondition.ok("user", "this user can read the files of the database server")
                : CopyPrecondition.blocking(
                        "user",
                        "no second database server can be started here, because mount namespaces are not allowed"
                                + " (unshare --mount)",
                        ANOTHER);
    }

    /** Whether the server knows the Mattermost server by its operating-system user, and by that only. */
    private boolean goesByUser() {
        String account =
                client.first("SHOW CREATE USER", row -> row.getString(1)).orElse("");
        return account.contains("VIA unix_socket") && !account.contains(" OR ");
    }

    private CopyPrecondition program() {
        try {
            return CopyPrecondition.ok("program", tools.mariaDbBackup(version).text());
        } catch (RefusedException e) {
            return new CopyPrecondition(CopyPrecondition.Severity.BLOCKING, "program", e.getMessage(), e.hint());
        }
    }

    private CopyPrecondition rights() {
        Set<String> needed = new LinkedHashSet<>(List.of("RELOAD", "PROCESS", "LOCK TABLES"));
        if (client.number("SELECT @@log_bin") > 0) {
            needed.add("BINLOG MONITOR");
        }
        for (String grant : client.query("SHOW GRANTS", row -> row.getString(1))) {
            Matcher global = GLOBAL_GRANT.matcher(grant);
            if (global.matches()) {
                List<String> held =
                        List.of(global.group(1).toUpperCase(Locale.ROOT).split("\\s*,\\s*", -1));
                needed.removeIf(right -> held.contains(right) || held.contains("ALL PRIVILEGES"));
            }
        }
        String missing = String.join(", ", needed);
        return needed.isEmpty()
                ? CopyPrecondition.ok("rights", "the user has the rights that mariadb-backup needs")
                : CopyPrecondition.blocking(
                        "rights",
                        "the user '" + client.source().user() + "' has not the rights that mariadb-backup needs: "
                                + missing,
                        "Run GRANT " + missing + " ON *.* TO " + account()
                                + ", or set a data source for administration with such a user.");
    }

    /** The account that the server has let us in as, quoted. */
    private String account() {
        String account =
                client.first("SELECT CURRENT_USER()", row -> row.getString(1)).orElseThrow();
        int at = account.lastIndexOf('@');
        return literal(account.substring(0, at)) + "@" + literal(account.substring(at + 1));
    }

    private static String literal(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private CopyPrecondition encryption() {
        boolean encrypted = client.first(
                        "SELECT @@innodb_encrypt_tables <> 'OFF' OR @@innodb_encrypt_log OR @@aria_encrypt_tables",
                        row -> row.getBoolean(1))
                .orElseThrow();
        return encrypted
                ? CopyPrecondition.blocking(
                        "encryption",
                        "the database server encrypts its files, which a second server would need the keys for",
                        ANOTHER)
                : CopyPrecondition.ok("encryption", "the files are not encrypted");
    }

    private CopyPrecondition others(boolean allowed) {
        try {
            return BaseBackupChecks.shared(client.source().database(), local().databases(), allowed);
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    private CopyPrecondition room(Path target) {
        try {
            return BaseBackupChecks.room(host, target, local().bytes() * 11 / 10);
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    private static CopyPrecondition unreadable(IOException e) {
        return CopyPrecondition.blocking(
                "place", "the files of the database server cannot be read: " + IoReason.of(e), "Run the goal as root.");
    }
}
