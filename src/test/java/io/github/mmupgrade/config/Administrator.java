package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Somebody who changes settings at random, and documents at random. The same seed does the same. */
final class Administrator {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> PIECES = List.of(
            "a",
            "Z",
            " ",
            "&",
            "<b>",
            "\"",
            "\\",
            "\n",
            "\u2028",
            "\u00fc",
            "\ud83d\ude00",
            "/",
            "${x}",
            "'",
            "\t",
            "0",
            "\u0007");

    private final Random random;

    Administrator(long seed) {
        this.random = new Random(seed);
    }

    /** Changes settings within their types, and adds some of his own. */
    ConfigDocument change(ConfigDocument document, int changes) {
        List<String> settings = List.copyOf(document.settings());
        ConfigDocument changed = document;
        for (int i = 0; i < changes; i++) {
            int what = random.nextInt(10);
            String setting = settings.get(random.nextInt(settings.size()));
            if (what == 0) {
                setting = "PluginSettings.Plugins.org.example.p" + random.nextInt(5) + ".s" + random.nextInt(5);
            } else if (what == 1) {
                setting = settings.get(random.nextInt(settings.size())) + "X" + i;
                if (document.value(setting.substring(0, Math.max(0, setting.lastIndexOf('.'))))
                        .filter(JsonValue.Members.class::isInstance)
                        .isEmpty()) {
                    setting = "OwnSettings.S" + i;
                }
            }
            changed = changed.with(setting, like(changed.get(setting).orElse(TextNode.valueOf(""))));
        }
        return changed;
    }

    private JsonNode like(JsonNode value) {
        if (value.isBoolean()) {
            return NODES.booleanNode(!value.booleanValue());
        }
        if (value.isNumber()) {
            return NODES.numberNode(new BigInteger(70, random));
        }
        if (value.isArray()) {
            ArrayNode list = NODES.arrayNode();
            for (int i = random.nextInt(3); i >= 0; i--) {
                list.add(text());
            }
            return list;
        }
        return value.isTextual() ? TextNode.valueOf(text()) : value;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8) + 1; i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /** A document in a layout of its own. */
    ConfigDocument document() {
        StringBuilder text = new StringBuilder(blank());
        members(text, 0);
        return Configurations.of(text.append(blank()).toString());
    }

    private void members(StringBuilder text, int level) {
        text.append('{').append(blank());
        int size = random.nextInt(6) + (level == 0 ? 1 : 0);
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : "," + blank());
            text.append(JsonText.quote(
                            (level == 0 ? "Section" : "Setting") + i + (random.nextInt(4) == 0 ? "." + text() : "")))
                    .append(blank())
                    .append(':')
                    .append(blank());
            if (level < 3 && random.nextInt(level == 0 ? 2 : 5) == 0) {
                members(text, level + 1);
            } else {
                text.append(leaf());
            }
            text.append(blank());
        }
        text.append('}');
    }

    private String leaf() {
        return switch (random.nextInt(8)) {
            case 0 -> "true";
            case 1 -> "false";
            case 2 -> "null";
            case 3 -> new BigDecimal(new BigInteger(80, random), random.nextInt(30) - 10).toString();
            case 4 -> random.nextInt() + "e" + random.nextInt(50);
            case 5 -> "[" + blank() + "1.50," + blank() + JsonText.quote(text()) + ", {\"x\":" + blank() + "[]}]";
            default -> random.nextBoolean() ? JsonText.quote(text()) : "\"\\/\\u0041" + random.nextInt() + "\"";
        };
    }

    private String blank() {
        return List.of("", " ", "\n", "\n    ", "\t", "\r\n  ").get(random.nextInt(6));
    }

    /** A merge patch that sets some of a document's settings; null would take them away. */
    ConfigDocument overlay(ConfigDocument document) {
        ConfigDocument patch = ConfigDocument.empty("overlay.json");
        List<List<String>> paths = new ArrayList<>();
        SettingPath.forEach(document.root(), (path, value) -> {
            if (!value.isNull()) {
                paths.add(path);
            }
        });
        for (int i = random.nextInt(4) + 1; i > 0 && !paths.isEmpty(); i--) {
            List<String> path = paths.get(random.nextInt(paths.size()));
            JsonNode value =
                    JsonText.toNode(SettingPath.get(document.root(), path).orElseThrow());
            patch = patch.withValue(path, JsonText.fromNode(like(value)));
        }
        return patch;
    }
}
