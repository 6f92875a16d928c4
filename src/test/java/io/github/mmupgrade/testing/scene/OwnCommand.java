package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/**
 * An organisation's own command that saves a PostgreSQL database by copies inside its server, which only work when
 * nobody else has a session; it writes down its calls, and fails, hangs or kills its caller when it is told to.
 */
public final class OwnCommand {

    private static final String SCRIPT = """
            #!/bin/sh
            set -eu
            here=$(dirname "$0")
            moment=$MATTERMOST_BACKUP_MOMENT
            echo "$moment${MATTERMOST_BACKUP_CHECK:+ }${MATTERMOST_BACKUP_CHECK:-}" >>"$here/calls"
            env | grep ^MATTERMOST_ | grep -v DATA_SOURCE >"$here/environment-$moment"
            database=$PGDATABASE
            export PGDATABASE=postgres
            frozen=$database-$MATTERMOST_BACKUP_NAME
            newer=$frozen-newer
            ask() { psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
            exists() { [ -n "$(ask "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]; }
            disturbed() {
                [ ! -e "$here/fail-$moment" ] || { echo 'no room left'; exit 3; }
                [ ! -e "$here/hang-$moment" ] || { echo waiting; sleep 600 & sleep 600; }
                [ ! -e "$here/kill-$moment" ] || { rm "$here/kill-$moment"; kill -KILL $(ps -o ppid= -p $PPID); sleep 1; }
            }
            case $moment in
            check | prepare) disturbed ;;
            freeze)
                ask "DROP DATABASE IF EXISTS \\"$frozen\\""
                disturbed
                ask "CREATE DATABASE \\"$frozen\\" TEMPLATE \\"$database\\""
                ;;
            go-back)
                [ ! -e "$here/lie" ] || exit 0
                if exists "$frozen"; then
                    exists "$newer" || ask "ALTER DATABASE \\"$database\\" RENAME TO \\"$newer\\""
                    disturbed
                    ask "ALTER DATABASE \\"$frozen\\" RENAME TO \\"$database\\""
                fi
                echo "$newer"
                ;;
            discard)
                ask "DROP DATABASE IF EXISTS \\"$frozen\\""
                disturbed
                ask "DROP DATABASE IF EXISTS \\"$newer\\""
                ;;
            esac
            """;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path directory;

    /** Puts it into a scene. */
    public OwnCommand(Path root) throws IOException {
        directory = Files.createDirectories(file(root).getParent());
        Files.writeString(file(root), SCRIPT);
        Files.setPosixFilePermissions(file(root), PosixFilePermissions.fromString("rwx------"));
    }

    private static Path file(Path root) {
        return root.resolve("cache/own/command");
    }

    static boolean isIn(Path root) {
        return Files.exists(file(root));
    }

    /** What calls it at all moments; none when it is not in a scene. */
    static DatabaseCommand of(Path root) {
        return isIn(root)
                ? new DatabaseCommand(file(root).toString(), EnumSet.allOf(Moment.class), LIMIT, LIMIT, null)
                : DatabaseCommand.NONE;
    }

    /** The same with a limit for all moments. */
    public DatabaseCommand within(Duration limit) {
        return new DatabaseCommand(
                directory.resolve("command").toString(), EnumSet.allOf(Moment.class), limit, limit, null);
    }

    /** Lets it do something else, once or until {@link #behave}: {@code fail-freeze}, {@code hang-freeze}, {@code lie}. */
    public void misbehave(String how) throws IOException {
        Files.createFile(directory.resolve(how));
    }

    /** Takes that back. */
    public void behave(String how) throws IOException {
        Files.delete(directory.resolve(how));
    }

    /** The moments at which it was called, in order. */
    public List<String> calls() throws IOException {
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /** The variables of the last call at a moment that are the plugin's own. */
    public List<String> environment(String moment) throws IOException {
        return Files.readAllLines(directory.resolve("environment-" + moment));
    }
}
