package io.github.mmupgrade.conversion;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.Transfer.TableReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was copied of each table, in a file of the run's directory. */
public final class TablesFile {

    private TablesFile() {}

    /**
     * Writes it.
     *
     * @param directory the directory of the copy, where the list of repairs is, too
     * @return where both are, as facts of the journal
     * @throws StageFailedException when it cannot be written
     */
    public static Map<String, String> write(Path directory, List<TableReport> tables) {
        Path file = directory.resolve("tables.json");
        try {
            AtomicFile.write(file, AtomicFile.PRIVATE, Json.line(tables));
        } catch (IOException e) {
            throw new StageFailedException(
                    "What was copied cannot be written to " + file + ": " + IoReason.of(e) + ".",
                    Hint.of("Make room in the state directory, then run the goal again."),
                    e);
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(JournalKeys.TABLES, file.toString());
        Path repairs = directory.resolve(Transfer.REPAIRS);
        if (Files.exists(repairs)) {
            facts.put(JournalKeys.REPAIRS, repairs.toString());
        }
        return facts;
    }
}
