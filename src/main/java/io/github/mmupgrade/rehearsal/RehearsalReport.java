package io.github.mmupgrade.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a rehearsal has found out. Holds no secret.
 *
 * @param from the release at its beginning
 * @param to the release at its end
 * @param hops the releases that it passed through
 * @param failure why the upgrade failed, or would be refused; null when it went well
 * @param stages how long each stage took
 * @param prediction how long the real upgrade will keep people out; null when the rehearsal did not come to its end
 * @param schema what it changed in the database besides rows
 * @param settings what it changed in the configuration, a line each
 * @param notes what an administrator has to have read, a line each
 * @param databaseBytesBefore what the database took before
 * @param databaseBytesAfter what it took afterwards
 * @param errors the lines of level error that each release logged
 * @param remarks what the copy did not have of the original
 * @param url where the new server answers; null when it was ended
 */
public record RehearsalReport(
        String from,
        String to,
        List<String> hops,
        String failure,
        List<StageTimes.Took> stages,
        DowntimePrediction prediction,
        SchemaChanges schema,
        List<String> settings,
        List<String> notes,
        long databaseBytesBefore,
        long databaseBytesAfter,
        Map<String, List<String>> errors,
        List<String> remarks,
        String url) {

    private static final int SHOWN = 15;

    /** Whether the upgrade would go well. */
    public boolean succeeded() {
        return failure == null;
    }

    /** The predicted downtime in seconds; NaN when it cannot be told. */
    public double predictedSeconds() {
        return prediction == null ? Double.NaN : prediction.downtimeMilliseconds() / 1000.0;
    }

    /**
     * The report for programs.
     *
     * @param file where it is written to
     */
    JsonNode data(Path file) {
        ObjectNode data = Json.MAPPER.valueToTree(this);
        data.put("installedVersion", from);
        data.put("targetVersion", to);
        data.put("succeeded", succeeded());
        if (prediction != null) {
            data.put("predictedDowntimeSeconds", predictedSeconds());
        }
        data.put("dataFile", file.toString());
        return data;
    }

    /** The report for people, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Rehearsal of the upgrade " + from + " -> " + String.join(" -> ", hops));
        lines.add("  outcome      " + (succeeded() ? "succeeded" : "FAILED: " + failure));
        if (prediction != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  downtime     about %.1f s predicted (%.1f s in the rehearsal, %.1f s for the files, %.1f s for"
                            + " the database's size)",
                    prediction.downtimeMilliseconds() / 1000.0,
                    prediction.measured() / 1000.0,
                    prediction.files() / 1000.0,
                    prediction.database() / 1000.0));
            if (hops.size() > 1) {
                lines.add(String.format(
                        Locale.ROOT,
                        "  kept out     users for about %.1f s, including the time between the hops",
                        prediction.keptOutMilliseconds() / 1000.0));
            }
        }
        for (StageTimes.Took stage : stages) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-12s %-15s %6.1f s",
                    stage.hop() == 0 ? "once" : "hop " + stage.hop(),
                    stage.stage(),
                    stage.milliseconds() / 1000.0));
        }
        lines.add("  database     " + Amount.bytes(databaseBytesBefore) + " before, " + Amount.bytes(databaseBytesAfter)
                + " after");
        if (schema != null) {
            section(lines, "tables", schema.tables());
            section(lines, "columns", schema.columns());
            section(lines, "indexes", schema.indexes());
        }
        // its first line counts what the others list
        lines.add("  settings: " + (settings.isEmpty() ? "none" : settings.get(0)));
        list(lines, settings.stream().skip(1).toList());
        section(lines, "notes to read and acknowledge", notes);
        errors.forEach((release, logged) -> section(lines, "errors logged by " + release, logged));
        section(lines, "the copy differs from the original", remarks);
        if (url != null) {
            lines.add("  running      " + url);
        }
        lines.add("");
        return lines;
    }

    private static void section(List<String> lines, String title, List<String> found) {
        lines.add("  " + title + ": " + (found.isEmpty() ? "none" : found.size()));
        list(lines, found);
    }

    private static void list(List<String> lines, List<String> found) {
        found.stream().limit(SHOWN).forEach(line -> lines.add("    " + line));
        if (found.size() > SHOWN) {
            lines.add("    ... and " + (found.size() - SHOWN) + " more in the report file");
        }
    }
}
