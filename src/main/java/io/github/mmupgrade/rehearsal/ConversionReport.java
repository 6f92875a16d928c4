package io.github.mmupgrade.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.transfer.Transfer.TableReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the rehearsal of a conversion has found out. Holds no secret.
 *
 * @param release the installed release
 * @param source the MySQL database
 * @param target where it was copied to
 * @param failure why the conversion failed; null when it went well
 * @param stages how long each stage took
 * @param tables what was copied of each table
 * @param downtimeSeconds for how long the real conversion will keep people out; null when that cannot be told
 */
public record ConversionReport(
        String release,
        String source,
        String target,
        String failure,
        List<StageTimes.Took> stages,
        List<TableReport> tables,
        Double downtimeSeconds) {

    private static final int LARGEST = 10;

    /** Whether the conversion would go well. */
    public boolean succeeded() {
        return failure == null;
    }

    /** How long all of it will take, in seconds. */
    double seconds() {
        return stages.stream().mapToLong(StageTimes.Took::milliseconds).sum() / 1000.0;
    }

    /** The report for programs. */
    JsonNode data(Path file) {
        ObjectNode data = Json.MAPPER.valueToTree(this);
        data.put("installedVersion", release);
        data.put("succeeded", succeeded());
        if (downtimeSeconds != null) {
            data.put("predictedDowntimeSeconds", downtimeSeconds);
            data.put("predictedSeconds", seconds());
        }
        data.put("dataFile", file.toString());
        return data;
    }

    /** The report for people, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Rehearsal of the conversion of " + source + " to PostgreSQL");
        lines.add("  outcome      " + (succeeded() ? "succeeded" : "FAILED: " + failure));
        if (downtimeSeconds != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  downtime     about %.1f s predicted; all of it takes about %.0f s",
                    downtimeSeconds,
                    seconds()));
        }
        for (StageTimes.Took stage : stages) {
            lines.add(String.format(
                    Locale.ROOT, "  once         %-18s %6.1f s", stage.stage(), stage.milliseconds() / 1000.0));
        }
        if (!tables.isEmpty()) {
            lines.add("  tables       " + tables.size() + ", "
                    + Amount.of(tables.stream().mapToLong(TableReport::rows).sum(), "row") + ", "
                    + Amount.bytes(tables.stream().mapToLong(TableReport::bytes).sum()) + " in MySQL; the largest:");
            tables.stream()
                    .sorted((a, b) -> Long.compare(b.bytes(), a.bytes()))
                    .limit(LARGEST)
                    .forEach(table -> lines.add(String.format(
                            Locale.ROOT,
                            "    %-24s %12s, %s, %.1f s",
                            table.table(),
                            Amount.of(table.rows(), "row"),
                            Amount.bytes(table.bytes()),
                            table.seconds())));
            long repairs = tables.stream().mapToLong(TableReport::repairs).sum();
            if (repairs > 0) {
                lines.add("  repairs      " + Amount.of(repairs, "value") + " would be repaired");
            }
        }
        return lines;
    }
}
