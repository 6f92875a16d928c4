package io.github.mmupgrade.transfer.value;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Repairs values that PostgreSQL does not take and writes down what they were, or fails at the first one. */
public final class Repairs implements BadValueHandler {

    private final Path file;
    private final boolean repair;
    private final BadValues found = new BadValues();

    /**
     * What is done with such values.
     *
     * @param file the list of repairs, a JSON object a line; only for who runs this
     * @param repair whether they are repaired
     */
    public Repairs(Path file, boolean repair) {
        this.file = file;
        this.repair = repair;
    }

    @Override
    public void found(BadValue value, byte[] before, byte[] after) {
        if (!repair || value.why().repair() == null) {
            BadValues one = new BadValues();
            one.add(value);
            throw new StageFailedException(
                    String.join(" ", one.lines(false)) + ".", hint(value.why().repair() != null));
        }
        found.add(value);
        write(value, before, after);
    }

    public static Hint hint(boolean reparable) {
        return Hint.of(
                reparable
                        ? "Correct the values in MySQL, or let them be repaired with"
                                + " -Dmattermost.convert.onBadValue=repair. The repairs are written down."
                        : "Correct the values in MySQL.");
    }

    private synchronized void write(BadValue value, byte[] before, byte[] after) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("table", value.table()).put("column", value.column()).put("key", value.key());
        line.put("why", value.why().name());
        line.put("before", before == null ? null : Base64.getEncoder().encodeToString(before));
        line.put("after", after == null ? null : new String(after, StandardCharsets.UTF_8));
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
            }
            Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The repairs cannot be written down in " + file + ": " + IoReason.of(e) + ".",
                    Hint.of("Make room in the state directory, then run the goal again."),
                    e);
        }
    }

    /** How many values of each table were repaired, by this call and those before it; a value counts once. */
    public Map<String, Long> byTable() {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(Repairs::read)
                    .map(line -> List.of(
                            line.path("table").asText(),
                            line.path("column").asText(),
                            line.path("key").asText()))
                    .distinct()
                    .collect(Collectors.groupingBy(value -> value.get(0), Collectors.counting()));
        } catch (IOException e) {
            throw new UncheckedIOException("The repairs in " + file + " cannot be read", e);
        }
    }

    private static JsonNode read(String line) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JsonProcessingException brokenOff) {
            // the call that wrote it was killed
            return Json.MAPPER.createObjectNode();
        }
    }

    public BadValues values() {
        return found;
    }
}
