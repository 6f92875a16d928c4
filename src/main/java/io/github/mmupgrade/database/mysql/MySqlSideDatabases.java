package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The databases beside a MySQL database, and switching between them.
 *
 * <p>A database has no name that could be changed there, so all its tables change their place in one {@code RENAME
 * TABLE}; that is impossible with triggers (error 1435), and views, routines and events don't move with the tables.
 */
final class MySqlSideDatabases {

    /** A table of this name says that a database is not whole. */
    static final String MARKER = "mmupgrade_unfinished";

    /** The table by which a base backup is kept from ending before the Mattermost server is stopped. */
    static final String HOLD = "mmupgrade_hold";

    private static final Pattern GRANT = Pattern.compile("GRANT (.+?) ON (\\*|`(?:[^`]|``)*`)\\.\\* TO .*");

    private final SqlClient client;

    MySqlSideDatabases(SqlClient client) {
        this.client = client;
    }

    static String quoted(String identifier) {
        return "`" + identifier.replace("`", "``") + "`";
    }

    boolean exists(String name) {
        return client.number("SELECT count(*) FROM information_schema.schemata WHERE schema_name = ?", name) > 0;
    }

    boolean isUnfinished(String name) {
        return client.number(
                        "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                        name,
                        MARKER)
                > 0;
    }

    void mark(String name) {
        run("CREATE TABLE IF NOT EXISTS " + quoted(name) + "." + quoted(MARKER) + " (since TIMESTAMP)");
    }

    void unmark(String name) {
        run("DROP TABLE IF EXISTS " + quoted(name) + "." + quoted(MARKER));
    }

    /** Makes an empty database, marked as unfinished, with the current one's character set. */
    void createEmpty(String name) {
        requireOurs(name);
        drop(name);
        String characters = client.first(
                        "SELECT CONCAT(' CHARACTER SET ', default_character_set_name, ' COLLATE ',"
                                + " default_collation_name) FROM information_schema.schemata WHERE schema_name = ?",
                        row -> row.getString(1),
                        current())
                .orElse("");
        try {
            client.execute("CREATE DATABASE " + quoted(name) + characters);
        } catch (SQLException e) {
            throw new RefusedException(
                    "The database " + name + " cannot be created on the server of " + client.source() + ": "
                            + SqlClient.reason(e),
                    Hint.of("Give the server's user the right to it, as an administrator: GRANT ALL ON " + quoted(name)
                            + ".* TO " + account() + ";"),
                    e);
        }
        mark(name);
    }

    /** The account of this session, as it is written in a GRANT. */
    private String account() {
        String[] parts = client.first("SELECT CURRENT_USER()", row -> row.getString(1))
                .orElse(client.source().user() + "@%")
                .split("@(?=[^@]*$)");
        return "'" + parts[0] + "'@'" + parts[1] + "'";
    }

    /** Drops everything in a database but the mark. */
    void empty(String name) {
        run("SET FOREIGN_KEY_CHECKS = 0");
        try {
            dropEach(name, "VIEW", "SELECT table_name FROM information_schema.views WHERE table_schema = ?");
            dropEach(
                    name,
                    "TABLE",
                    "SELECT table_name FROM information_schema.tables WHERE table_schema = ?"
                            + " AND table_type = 'BASE TABLE' AND table_name <> '" + MARKER + "'");
            dropEach(name, "EVENT", "SELECT event_name FROM information_schema.events WHERE event_schema = ?");
            for (String kind : List.of("PROCEDURE", "FUNCTION")) {
                dropEach(
                        name,
                        kind,
                        "SELECT routine_name FROM information_schema.routines WHERE routine_schema = ?"
                                + " AND routine_type = '" + kind + "'");
            }
        } finally {
            run("SET FOREIGN_KEY_CHECKS = 1");
        }
    }

    private void dropEach(String name, String kind, String query) {
        for (String object : client.query(query, row -> row.getString(1), name)) {
            run("DROP " + kind + " IF EXISTS " + quoted(name) + "." + quoted(object));
        }
    }

    /** What prevents moving a database's tables, as words for a message; empty when nothing does. */
    List<String> obstacles(String name) {
        List<String> result = new ArrayList<>();
        count(result, "triggers", "SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = ?", name);
        count(result, "views", "SELECT count(*) FROM information_schema.views WHERE table_schema = ?", name);
        count(result, "routines", "SELECT count(*) FROM information_schema.routines WHERE routine_schema = ?", name);
        count(result, "events", "SELECT count(*) FROM information_schema.events WHERE event_schema = ?", name);
        return result;
    }

    private void count(List<String> result, String what, String query, String name) {
        long number = client.number(query, name);
        if (number > 0) {
            result.add(number + " " + what);
        }
    }

    /** Whether the grants let this role create a database of this name; roles granted to it aren't looked at. */
    boolean mayCreate(String name) {
        for (String grant : client.query("SHOW GRANTS", row -> row.getString(1))) {
            Matcher matcher = GRANT.matcher(grant);
            if (matcher.matches() && covers(matcher.group(2), name)) {
                Set<String> rights = new LinkedHashSet<>(
                        List.of(matcher.group(1).toUpperCase(Locale.ROOT).split("\\s*,\\s*", -1)));
                if (rights.contains("ALL PRIVILEGES") || rights.containsAll(List.of("CREATE", "DROP", "INSERT"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a pattern of a grant, where {@code _} and {@code %} are wildcards, covers a name. */
    private static boolean covers(String pattern, String name) {
        if (pattern.equals("*")) {
            return true;
        }
        String bare = pattern.substring(1, pattern.length() - 1).replace("``", "`");
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (c == '\\' && i + 1 < bare.length()) {
                regex.append(Pattern.quote(String.valueOf(bare.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return name.matches(regex.toString());
    }

    List<SideDatabase> list() {
        return client
                .query(
                        "SELECT s.schema_name, coalesce(sum(t.data_length + t.index_length), 0),"
                                + " coalesce(max(t.table_name = '" + MARKER + "'), 0)"
                                + " FROM information_schema.schemata s LEFT JOIN information_schema.tables t"
                                + " ON t.table_schema = s.schema_name GROUP BY s.schema_name ORDER BY s.schema_name",
                        row -> new SideDatabase(row.getString(1), row.getLong(2), row.getInt(3) > 0))
                .stream()
                .filter(sibling -> DatabaseNames.isOurs(current(), sibling.name()))
                .toList();
    }

    List<String> settleUnfinished() {
        List<String> done = new ArrayList<>();
        for (SideDatabase sibling : list()) {
            if (sibling.unfinished()) {
                drop(sibling.name());
                done.add("dropped the unfinished database " + sibling.name());
            }
        }
        return done;
    }

    void drop(String name) {
        requireOurs(name);
        if (exists(name)) {
            run("DROP DATABASE IF EXISTS " + quoted(name));
        }
    }

    boolean isSwitched(String newDatabase, String discardedName) {
        return !tables(discardedName).isEmpty()
                && !exists(newDatabase)
                && !tables(current()).isEmpty();
    }

    CopyOutcome switchTo(String newDatabase, String discardedName, List<Session> sessions) {
        Instant start = Instant.now();
        if (isSwitched(newDatabase, discardedName)) {
            return done(start);
        }
        requireOurs(newDatabase);
        requireOurs(discardedName);
        boolean onlyTheEmptyOneIsLeft = exists(newDatabase)
                && tables(newDatabase).isEmpty()
                && !tables(discardedName).isEmpty()
                && !tables(current()).isEmpty();
        if (!onlyTheEmptyOneIsLeft) {
            requireMovable(newDatabase, discardedName);
            List<Session> foreign = sessions.stream().filter(s -> !s.ownRole()).toList();
            if (!foreign.isEmpty()) {
                return new CopyOutcome.Blocked(foreign);
            }
            sessions.forEach(session -> end(session.id()));
            moveTables(newDatabase, discardedName);
        }
        drop(newDatabase);
        return done(start);
    }

    private void requireMovable(String newDatabase, String discardedName) {
        if (!exists(newDatabase)
                || isUnfinished(newDatabase)
                || tables(newDatabase).isEmpty()) {
            throw new RefusedException(
                    "There is no complete database " + newDatabase + " to replace " + client.source(),
                    Hint.run("See which databases there are.", Goal.STATUS));
        }
        if (!tables(discardedName).isEmpty()) {
            throw new RefusedException(
                    "The database " + discardedName + ", to which the current tables are moved, already has tables",
                    Hint.of("Choose another name."));
        }
        for (String name : List.of(current(), newDatabase)) {
            List<String> obstacles = obstacles(name);
            if (!obstacles.isEmpty()) {
                throw new RefusedException(
                        "The tables of the database " + name + " cannot be moved to another one: it has " + obstacles,
                        Hint.of("Restore in place, after dumping the current contents."));
            }
        }
    }

    private void moveTables(String newDatabase, String discardedName) {
        if (!exists(discardedName)) {
            createEmpty(discardedName);
            unmark(discardedName);
        }
        List<String> moves = new ArrayList<>();
        tables(current()).forEach(table -> moves.add(move(table, current(), discardedName)));
        tables(newDatabase).forEach(table -> moves.add(move(table, newDatabase, current())));
        run("RENAME TABLE " + String.join(", ", moves));
    }

    private static String move(String table, String from, String to) {
        return quoted(from) + "." + quoted(table) + " TO " + quoted(to) + "." + quoted(table);
    }

    /** Ends a session that the role left over; one that has gone by itself is as good. */
    private void end(long session) {
        try {
            client.execute("KILL " + session);
        } catch (SQLException e) {
            if (client.number("SELECT count(*) FROM information_schema.processlist WHERE id = ?", session) > 0) {
                throw client.failed(e);
            }
        }
    }

    private List<String> tables(String name) {
        return client.query(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = ?"
                        + " AND table_type = 'BASE TABLE' ORDER BY table_name",
                row -> row.getString(1),
                name);
    }

    private String current() {
        return client.source().database();
    }

    private void requireOurs(String name) {
        if (!DatabaseNames.isOurs(current(), name)) {
            throw new RefusedException(
                    "'" + name + "' is not the name of a copy of the database " + client.source()
                            + "; only copies are created or dropped",
                    Hint.of("Names of copies look like " + DatabaseNames.restored(current(), "20261123-031400") + "."));
        }
    }

    private void run(String sql) {
        try {
            client.execute(sql);
        } catch (SQLException e) {
            throw client.failed(e);
        }
    }

    private static CopyOutcome done(Instant start) {
        return new CopyOutcome.Done(Duration.between(start, Instant.now()), List.of());
    }
}
