package io.github.mmupgrade.datasource;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.Printable;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The names of the databases that belong to a Mattermost database: {@code mattermost_frozen_<run>} and the like.
 *
 * <p>Only databases with such a name are ever dropped. A name has at most 63 bytes, PostgreSQL's limit (MySQL's is 64
 * characters).
 */
public final class DatabaseNames {

    /** PostgreSQL's limit in bytes (NAMEDATALEN - 1). */
    public static final int LIMIT = 63;

    /** Added while a database is being filled: it is never mistaken for a whole one. */
    static final String MAKING = "_making";

    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9-]{1,16}");
    private static final String ROLES = "(frozen|discarded|restored|scratch)";
    private static final int LONGEST_PREFIX =
            LIMIT - "_discarded_".length() - "1234567890123456".length() - MAKING.length();

    private DatabaseNames() {}

    /** The copy made while the server was stopped by a run. */
    public static String frozen(String database, String run) {
        return name(database, "frozen", run);
    }

    /** The newer database that a run's rollback has put aside. */
    public static String discarded(String database, String run) {
        return name(database, "discarded", run);
    }

    /** The database that a dump is restored into before it takes the place of the current one. */
    public static String restored(String database, String run) {
        return name(database, "restored", run);
    }

    /** A database to try something in, such as whether a dump can be restored. */
    public static String scratch(String database, String run) {
        return name(database, "scratch", run);
    }

    /** Whether a name was made by this class for this database, unfinished ones included. */
    public static boolean isOurs(String database, String name) {
        return Pattern.matches(Pattern.quote(prefix(database)) + "_" + ROLES + "_" + RUN + "(" + MAKING + ")?", name);
    }

    /** Whether the name is one of a database that was being filled when something stopped it. */
    public static boolean isUnfinished(String name) {
        return name.endsWith(MAKING);
    }

    public static String making(String name) {
        return name + MAKING;
    }

    private static String name(String database, String role, String run) {
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("A run has 1 to 16 letters, digits and '-': " + run);
        }
        return prefix(database) + "_" + role + "_" + run;
    }

    /** The database's name, or what of it leaves room, with a digest so that two long names stay apart. */
    private static String prefix(String database) {
        byte[] bytes = database.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= LONGEST_PREFIX) {
            return database;
        }
        int end = 0;
        int length = 0;
        while (end < database.length()) {
            int next = database.offsetByCodePoints(end, 1);
            length += database.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (length > LONGEST_PREFIX - 9) {
                break;
            }
            end = next;
        }
        return database.substring(0, end) + "_" + Digests.sha256(bytes).substring(0, 8);
    }

    /** A text without control characters, fit for a message. */
    public static String printable(String text) {
        return Printable.value(text);
    }
}
