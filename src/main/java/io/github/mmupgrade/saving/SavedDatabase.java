package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.RowCounts;
import java.nio.file.Path;
import java.util.List;

/**
 * The database as a backup holds it.
 *
 * @param dump the dump that is consistent with the files
 * @param format its shape
 * @param rows the rows that the manifest says it has
 * @param exact whether that is what it has to have: a server that ran may have written between the count and the dump
 */
public record SavedDatabase(Path dump, DumpFormat format, RowCounts rows, boolean exact) {

    /** The database of a backup; null when it holds no dump of it. */
    public static SavedDatabase of(Backup backup) {
        for (Artifact artifact : backup.manifest().artifacts()) {
            if (artifact.inBackup() && artifact.kind().equals(BackupDump.CONSISTENT)) {
                return new SavedDatabase(
                        backup.artifact(artifact),
                        DumpFormat.valueOf(artifact.format()),
                        new RowCounts(backup.manifest().rowCounts()),
                        !backup.manifest().serverRunning());
            }
        }
        return null;
    }

    /** What is wrong with the rows of a database restored from it; null when nothing is. */
    public String fault(RowCounts restored) {
        List<String> wrong = exact
                ? counted(restored)
                : rows.tables().keySet().stream()
                        .filter(table -> restored.of(table).isEmpty())
                        .map(table -> table + ": the table is missing")
                        .toList();
        return wrong.isEmpty() ? null : String.join("; ", wrong);
    }

    /** In which tables the rows differ from what the manifest says. */
    public List<String> differences(RowCounts restored) {
        return counted(restored);
    }

    private List<String> counted(RowCounts restored) {
        return rows.tables().entrySet().stream()
                .filter(table -> restored.of(table.getKey()).orElse(-1) != table.getValue())
                .map(table -> table.getKey() + ": " + table.getValue() + " saved, "
                        + (restored.of(table.getKey()).isPresent()
                                ? restored.of(table.getKey()).getAsLong() + " restored"
                                : "the table is missing"))
                .toList();
    }
}
