package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The backups of an installation, for people. Reads only. */
public final class BackupList {

    private final GoalContext context;

    public BackupList(GoalContext context) {
        this.context = context;
    }

    /** A line for each backup, the newest last. */
    public List<String> lines() {
        Backups backups = new Backups(context);
        List<BackupSummary> all = backups.directory().list();
        if (all.isEmpty()) {
            return List.of("No backup in " + backups.directory().root());
        }
        Set<String> needed = BackupJournal.neededBackups(context);
        Set<String> backInUse = backups.backInUse();
        List<String> lines = new ArrayList<>();
        lines.add("Backups in " + backups.directory().root() + ", the newest last");
        for (BackupSummary backup : all) {
            lines.add("  " + backup.run() + "  " + words(backup, backInUse)
                    + (needed.contains(backup.run()) ? "; a run may need it" : ""));
            if (backup.manifest() != null) {
                lines.add("    " + content(backup.manifest()));
                backup.manifest().warnings().forEach(warning -> lines.add("    " + warning));
            }
        }
        return lines;
    }

    private static String content(Manifest manifest) {
        return "Mattermost " + manifest.release().orElse("?")
                + manifest.edition().map(edition -> " (" + edition + ")").orElse("") + ", "
                + Amount.of(manifest.files(), "file") + ", " + Amount.bytes(manifest.size())
                + manifest.fileStore()
                        .filter(store -> !store.copied())
                        .map(store -> ", file store: " + store.saved())
                        .orElse("")
                + ", database: " + database(manifest)
                + onTheWay(manifest)
                + (manifest.serverRunning() ? ", made of a running server" : "");
    }

    private static String onTheWay(Manifest manifest) {
        List<String> releases = manifest.artifacts().stream()
                .map(Backups::releaseOnTheWay)
                .flatMap(Optional::stream)
                .toList();
        return releases.isEmpty() ? "" : ", with the configuration that " + String.join(" and ", releases) + " left";
    }

    private static String database(Manifest manifest) {
        List<String> found = new ArrayList<>();
        for (Artifact artifact : manifest.artifacts()) {
            switch (artifact.kind()) {
                case BackupDump.CONSISTENT -> found.add("a dump");
                case BackupDump.AHEAD -> found.add("a dump from before the stop");
                case "frozen" -> found.add("the frozen copy " + artifact.where());
                case BackupDump.BASE_BACKUP -> found.add("the base backup " + artifact.where());
                case CustomDatabaseBackup.KIND -> found.add("saved by your own command");
                default -> {
                    // the configuration is in every backup
                }
            }
        }
        return found.isEmpty() ? "none" : String.join(", ", found);
    }

    /**
     * How a backup is, in words.
     *
     * @param backInUse the backups whose frozen copy is the database again
     */
    public static String words(BackupSummary backup, Set<String> backInUse) {
        return switch (backup.condition()) {
            case COMPLETE -> "complete";
            case NOT_YET_DURABLE ->
                backInUse.contains(backup.run())
                        ? "not complete: its run was rolled back, and the frozen copy is the current database again"
                        : isBaseBackup(backup.manifest())
                                ? baseBackup(backup)
                                : "so far the database exists only as a frozen copy";
            case IN_PROGRESS -> "being made";
            case UNFINISHED -> "unfinished: nothing can be restored from it";
            case DAMAGED -> "damaged: its manifest was changed";
        };
    }

    private static boolean isBaseBackup(Manifest manifest) {
        return manifest.artifacts().stream()
                .anyMatch(artifact -> artifact.kind().equals(BackupDump.BASE_BACKUP));
    }

    private static String baseBackup(BackupSummary backup) {
        return Files.isDirectory(backup.root().resolve(Backup.DATABASE_SERVER))
                ? "so far the database exists only as a base backup"
                : "not complete: its run was rolled back, and the database was never replaced";
    }
}
