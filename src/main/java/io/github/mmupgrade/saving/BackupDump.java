package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiFunction;

/** Dumps a database into a backup, in place of what an earlier call left there. */
public final class BackupDump {

    /** A dump of the running database from before the stop. */
    public static final String AHEAD = "ahead";

    /** The dump that is consistent with the files. */
    public static final String CONSISTENT = "dump";

    /** The kind of an artifact that is no dump yet: a base backup of the database server. */
    public static final String BASE_BACKUP = "base-backup";

    /** The tool of a manifest that is no tool: the database server that a dump is of, such as {@code MariaDB 10.11.6}. */
    public static final String SERVER = "databaseServer";

    private BackupDump() {}

    /**
     * Dumps a database.
     *
     * @param name which database of the server
     * @param kind {@link #AHEAD} or {@link #CONSISTENT}
     * @return what came out
     */
    public static DumpResult write(
            GoalContext context, BackupDraft draft, Database database, String name, String kind) {
        if (name.equals(database.dataSource().database())) {
            requireSafe(context.server(), database);
        }
        return write(context, draft, database, kind, (target, format) -> new DatabaseMeter(context.reporter())
                .dump(database, name, target, format));
    }

    /**
     * The same from elsewhere than the database server.
     *
     * @param source makes the dump, in a file or directory and in a format
     */
    public static DumpResult write(
            GoalContext context,
            BackupDraft draft,
            Database database,
            String kind,
            BiFunction<Path, DumpFormat, DumpResult> source) {
        DumpFormat format = database.preferredFormat();
        Path target = draft.databaseDirectory().resolve(fileName(kind, format));
        try {
            TreeDelete.delete(target);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The unfinished dump " + target + " cannot be removed: " + IoReason.of(e),
                    Hint.of("Remove it, then run the goal again."),
                    e);
        }
        DumpResult result = source.apply(target, format);
        if (context.server().running().isEmpty()) {
            // the server that is started next must not meet the dump's settings
            database.endIdlePooledSessions();
        }
        draft.recordArtifact(artifact(kind, format));
        draft.recordTools(
                Map.of("dump", result.tool(), SERVER, database.serverVersion().toString()));
        draft.recordDuration(kind, result.took());
        draft.recordDatabaseBytes(database.sizeBytes());
        context.reporter()
                .info("Dumped " + database.dataSource().database() + ": " + Amount.bytes(result.sizeBytes()) + " in "
                        + result.took().toSeconds() + " s");
        return result;
    }

    /**
     * Refuses to dump the database of a server that runs through sessions that it shares: the dump's settings, an empty
     * search_path among them, would stay in them. Databases beside it have sessions of their own.
     */
    public static void requireSafe(InstalledServer server, Database database) {
        if (server.running().isPresent() && database.sharesSessions()) {
            throw new RefusedException(
                    "The data source points to a pooler that shares its sessions between clients (PgBouncer with pool_mode ="
                            + " transaction). A dump would leave settings in them that break the running server. The server"
                            + " was not touched.",
                    Hint.of("Stop the server first, or let the pooler keep a session for each client (pool_mode ="
                            + " session)."));
        }
    }

    /** What the manifest says of such a dump. */
    public static Artifact artifact(String kind, DumpFormat format) {
        return Artifact.stored(kind, format.name(), fileName(kind, format));
    }

    private static String fileName(String kind, DumpFormat format) {
        return kind.equals(AHEAD) ? AHEAD + "-" + format.fileName() : format.fileName();
    }
}
