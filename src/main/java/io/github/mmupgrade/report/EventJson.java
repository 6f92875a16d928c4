package io.github.mmupgrade.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Events as lines of JSON: {@code {"v":1,"at":"2026-11-28T10:00:00Z","type":"stage-begun",...}}. Within one version of
 * the format, fields and types are only added: who reads it ignores those that he does not know.
 */
public final class EventJson {

    /** The version of the format. */
    public static final int VERSION = 1;

    private static final String VERSION_FIELD = "v";
    private static final String TIME_FIELD = "at";

    /**
     * An event and when it happened.
     *
     * @param at the time, to the millisecond
     * @param event the event
     */
    public record Stamped(Instant at, Event event) {}

    private EventJson() {}

    /** The event as one line, without its end. */
    public static String write(Stamped stamped) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put(VERSION_FIELD, VERSION);
        line.put(TIME_FIELD, stamped.at().toString());
        line.setAll((ObjectNode) Json.MAPPER.valueToTree(stamped.event()));
        return Json.line(line);
    }

    /**
     * Reads a line.
     *
     * @throws IOException when it is no event, or of a version or type that is not known
     */
    public static Stamped read(String line) throws IOException {
        JsonNode node = Json.MAPPER.readTree(line);
        if (node.path(VERSION_FIELD).asInt() != VERSION) {
            throw new IOException("not an event of version " + VERSION + ": " + line);
        }
        try {
            return new Stamped(
                    Instant.parse(node.path(TIME_FIELD).asText()), Json.MAPPER.treeToValue(node, Event.class));
        } catch (DateTimeException e) {
            throw new IOException("not an event with its time: " + line, e);
        }
    }
}
