package io.github.mmupgrade.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Applies the operations of RFC 6902 that a diff uses. */
final class JsonPatches {

    private JsonPatches() {}

    static JsonNode apply(JsonNode document, ArrayNode patch) {
        JsonNode result = document.deepCopy();
        for (JsonNode operation : patch) {
            JsonPointer path = JsonPointer.compile(operation.get("path").asText());
            ObjectNode parent = (ObjectNode) result.at(path.head());
            String name = path.last().getMatchingProperty();
            boolean there = parent.has(name);
            switch (operation.get("op").asText()) {
                case "add" -> parent.set(name, operation.get("value"));
                case "replace" -> {
                    if (!there) {
                        throw new IllegalStateException("replaces what is not there: " + path);
                    }
                    parent.set(name, operation.get("value"));
                }
                case "move" -> {
                    JsonPointer from = JsonPointer.compile(operation.get("from").asText());
                    ObjectNode source = (ObjectNode) result.at(from.head());
                    parent.set(name, source.remove(from.last().getMatchingProperty()));
                }
                case "remove" -> {
                    if (!there) {
                        throw new IllegalStateException("removes what is not there: " + path);
                    }
                    parent.remove(name);
                }
                default -> throw new IllegalStateException(operation.toString());
            }
        }
        return result;
    }
}
