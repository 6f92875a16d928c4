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

    private PostgresContents() {}

    /**
     * Writes the list for {@code pg_restore --use-list}.
     *
     * @param login as whom it is restored, and into which database
     * @return a private file, to be removed by {@link #remove}
     */
    static Path fit(PostgresServer server, DatabaseTools.Tool pgRestore, Path dump, DataSource login) {
        CommandResult contents;
        Path list;
        try {
            list = Files.createTempFile("mattermost-", ".list");
            contents = server.host()
                    .run(Command.of(pgRestore.path().toString(), "--list", dump.toString())
                            .cleanEnvironment()
                            .environment("LC_ALL", "C")
                            .standardOutput(list)
                            .build());
            if (contents.succeeded()) {
                List<String> lines = Files.readAllLines(list);
                try (SqlClient client = new SqlClient(login)) {
                    Map<String, Boolean> known = new HashMap<>();
                    List<String> kept = lines.stream()
                            .filter(line -> fits(line, owner -> known.computeIfAbsent(owner, o -> isOurs(client, o))))
                            .toList();
                    AtomicFile.write(list, AtomicFile.PRIVATE, String.join("\n", kept) + "\n");
                }
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The list of what the dump " + dump + " contains could not be written: " + IoReason.of(e),
                    Hint.of("Check that there is room for temporary files."),
                    e);
        }
        if (!contents.succeeded()) {
            remove(list);
            throw new RefusedException(
                    "The dump " + dump + " is not a valid dump: " + contents.tail(),
                    Hint.run("List the other backups.", Goal.LIST_BACKUPS));
        }
        return list;
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
