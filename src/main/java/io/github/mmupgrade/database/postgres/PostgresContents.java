package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list of what a dump holds, without what an ordinary role can't restore and needn't.
 *
 * <p>A database that came from a release before 15 has a schema {@code public} that belongs to the superuser; a new one
 * has it already. Comments on extensions are made by the extensions.
 */
final class PostgresContents {

    private static final Pattern PUBLIC_SCHEMA =
            Pattern.compile("\\d+; \\d+ \\d+ (?:SCHEMA - public|COMMENT - SCHEMA public|ACL - SCHEMA public) (.+)");
    private static final Pattern EXTENSION_COMMENT = Pattern.compile("\\d+; \\d+ \\d+ COMMENT - EXTENSION .*");

    private static final Pattern EXTENSION = Pattern.compile("\\d+; \\d+ \\d+ EXTENSION - .*");
    private static final Pattern SCHEMA = Pattern.compile("\\d+; \\d+ \\d+ SCHEMA - .*");

    /** What only a superuser makes. */
    private static final Pattern OF_SUPERUSER =
            Pattern.compile("\\d+; \\d+ \\d+ (?:EVENT TRIGGER|PUBLICATION|SUBSCRIPTION) .*");

    private final PostgresServer server;
    private final DatabaseTools.Tool pgRestore;
    private final Path dump;
    private final DataSource login;

    /**
     * The contents of a dump.
     *
     * @param login as whom it is restored, and into which database
     */
    PostgresContents(PostgresServer server, DatabaseTools.Tool pgRestore, Path dump, DataSource login) {
        this.server = server;
        this.pgRestore = pgRestore;
        this.dump = dump;
        this.login = login;
    }

    /**
     * Lists for {@code pg_restore --use-list}: private files, to be removed by {@link #close}.
     *
     * @param before what an administrator makes first, such as extensions; null for nothing
     * @param main what the server's role makes
     * @param after what an administrator makes last, because it belongs to others; null for nothing
     */
    record Lists(Path before, Path main, Path after) implements AutoCloseable {
        @Override
        public void close() {
            for (Path list : new Path[] {before, main, after}) {
                if (list != null) {
                    remove(list);
                }
            }
        }
    }

    /** All that fits, for the session that restores it, in one list. */
    Lists together() {
        return new Lists(null, write(fitting()), null);
    }

    /**
     * All that fits. Where an administrator knows the way, what the server's role cannot make is apart.
     *
     * @param asDumped whether what belongs to others stays theirs; else publications, subscriptions and event triggers are
     *     left out
     */
    Lists apart(boolean asDumped) {
        // what only a superuser makes is of no use to another server, and nobody can make it for its role
        List<String> fitting = fitting().stream()
                .filter(line -> asDumped || !OF_SUPERUSER.matcher(line).matches())
                .toList();
        if (!server.administering()) {
            return new Lists(null, write(fitting), null);
        }
        List<String> before = new ArrayList<>();
        List<String> main = new ArrayList<>();
        List<String> after = new ArrayList<>();
        try (SqlClient client = new SqlClient(login)) {
            Map<String, Boolean> known = new HashMap<>();
            for (String line : fitting) {
                // the owner comes last
                String owner = line.substring(line.lastIndexOf(' ') + 1);
                boolean others = asDumped
                        && !line.startsWith(";")
                        && !owner.isEmpty()
                        && !known.computeIfAbsent(owner, o -> isOurs(client, o));
                if (EXTENSION.matcher(line).matches()
                        || (others && SCHEMA.matcher(line).matches())) {
                    before.add(line);
                } else if (others || (asDumped && OF_SUPERUSER.matcher(line).matches())) {
                    after.add(line);
                } else {
                    main.add(line);
                }
            }
        }
        return new Lists(before.isEmpty() ? null : write(before), write(main), after.isEmpty() ? null : write(after));
    }

    private List<String> fitting() {
        Path list = file();
        try (SqlClient client = new SqlClient(login)) {
            CommandResult contents = server.host()
                    .run(Command.of(pgRestore.path().toString(), "--list", dump.toString())
                            .cleanEnvironment()
                            .environment("LC_ALL", "C")
                            .standardOutput(list)
                            .build());
            if (!contents.succeeded()) {
                throw new RefusedException(
                        "The dump " + dump + " is not a valid dump: " + contents.tail(),
                        Hint.run("List the other backups.", Goal.LIST_BACKUPS));
            }
            Map<String, Boolean> known = new HashMap<>();
            return Files.readAllLines(list).stream()
                    .filter(line -> fits(line, owner -> known.computeIfAbsent(owner, o -> isOurs(client, o))))
                    .toList();
        } catch (IOException e) {
            throw notWritten(e);
        } finally {
            remove(list);
        }
    }

    private Path file() {
        try {
            return Files.createTempFile("mattermost-", ".list");
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private StageFailedException notWritten(IOException e) {
        return new StageFailedException(
                "The list of what the dump " + dump + " contains could not be written: " + IoReason.of(e),
                Hint.of("Check that there is room for temporary files."),
                e);
    }

    private Path write(List<String> lines) {
        Path list = file();
        try {
            AtomicFile.write(list, AtomicFile.PRIVATE, String.join("\n", lines) + "\n");
            return list;
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    static void remove(Path list) {
        try {
            Files.deleteIfExists(list);
        } catch (IOException e) {
            // a list of table names in a private temporary file: no reason to fail
        }
    }

    private static boolean fits(String line, Predicate<String> mayActFor) {
        if (EXTENSION_COMMENT.matcher(line).matches()) {
            return false;
        }
        Matcher matcher = PUBLIC_SCHEMA.matcher(line);
        return !matcher.matches() || mayActFor.test(matcher.group(1));
    }

    private static boolean isOurs(SqlClient client, String role) {
        return client.number(
                        "SELECT count(*) FROM pg_roles WHERE rolname = ? AND pg_has_role(current_user, oid, 'MEMBER')",
                        role)
                > 0;
    }
}
