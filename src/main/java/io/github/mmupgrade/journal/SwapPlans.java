package io.github.mmupgrade.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.installation.Rename;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.report.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Plans of swaps as texts for the journal. */
public final class SwapPlans {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SwapPlans() {}

    public static String write(SwapPlan plan) {
        ObjectNode root = JSON.createObjectNode();
        root.put("next", plan.next().toString());
        root.put("previous", plan.previous().toString());
        ArrayNode moves = root.putArray("moves");
        for (SwapPlan.Move move : plan.moves()) {
            moves.addArray()
                    .add(move.direction().name())
                    .add(move.rename().from().toString())
                    .add(move.rename().to().toString());
        }
        plan.kept().forEach(root.putArray("kept")::add);
        plan.displaced().forEach(root.putArray("displaced")::add);
        return root.toString();
    }

    static SwapPlan read(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            List<SwapPlan.Move> moves = new ArrayList<>();
            for (JsonNode move : root.get("moves")) {
                moves.add(new SwapPlan.Move(
                        SwapPlan.Direction.valueOf(move.get(0).asText()),
                        new Rename(
                                Path.of(move.get(1).asText()),
                                Path.of(move.get(2).asText()))));
            }
            return new SwapPlan(
                    Path.of(root.get("next").asText()),
                    Path.of(root.get("previous").asText()),
                    moves,
                    Json.texts(root.get("kept")),
                    Json.texts(root.get("displaced")));
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw new IllegalStateException("The journal's plan of the install cannot be read", e);
        }
    }
}
