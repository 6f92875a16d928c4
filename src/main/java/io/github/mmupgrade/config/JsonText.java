package io.github.mmupgrade.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Single tokens: strings escaped as the server's encoder does, and the way from and to Jackson's nodes. */
final class JsonText {

    private static final JsonFactory GO = new JsonFactory().setCharacterEscapes(new GoEscapes());
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonText() {}

    /** A string as a token, escaped as Go's encoding/json does for HTML's sake. */
    static String quote(String text) {
        StringWriter out = new StringWriter(text.length() + 2);
        try (JsonGenerator generator = GO.createGenerator(out)) {
            generator.writeString(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** The characters of a string token, which starts and ends with its quotes. */
    static String unescape(byte[] source, int start, int end) {
        try (JsonParser parser = GO.createParser(source, start, end - start)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            // Jackson's message would show the text, and the parser has accepted it before
            throw new IllegalStateException("A string that was read once cannot be read again");
        }
    }

    static BigDecimal number(String token) {
        return new BigDecimal(token);
    }

    /** A value as Jackson's node; numbers keep every digit. */
    static JsonNode toNode(JsonValue value) {
        if (value instanceof JsonValue.Members members) {
            ObjectNode node = NODES.objectNode();
            for (int i = 0; i < members.size(); i++) {
                node.set(members.names[i], toNode(members.values[i]));
            }
            return node;
        }
        if (value instanceof JsonValue.Array array) {
            ArrayNode node = NODES.arrayNode(array.values.size());
            array.values.forEach(element -> node.add(toNode(element)));
            return node;
        }
        JsonValue.Scalar scalar = (JsonValue.Scalar) value;
        if (scalar.isString()) {
            return NODES.textNode(scalar.text());
        }
        if (scalar.isNull()) {
            return NODES.nullNode();
        }
        String token = scalar.token();
        if (scalar.isBoolean()) {
            return NODES.booleanNode(token.equals("true"));
        }
        return numberNode(token);
    }

    private static JsonNode numberNode(String token) {
        if (token.indexOf('.') >= 0 || token.indexOf('e') >= 0 || token.indexOf('E') >= 0) {
            return NODES.numberNode(new BigDecimal(token));
        }
        if (token.length() < 10) {
            return NODES.numberNode(Integer.parseInt(token));
        }
        BigInteger whole = new BigInteger(token);
        return whole.bitLength() < 32
                ? NODES.numberNode(whole.intValue())
                : whole.bitLength() < 64 ? NODES.numberNode(whole.longValue()) : NODES.numberNode(whole);
    }

    /** A node of Jackson's as a value that has its own text. */
    static JsonValue fromNode(JsonNode node) {
        if (node.isObject()) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), fromNode(member.getValue())));
            return JsonValue.Members.of(members);
        }
        if (node.isArray()) {
            List<JsonValue> values = new ArrayList<>(node.size());
            node.forEach(element -> values.add(fromNode(element)));
            return new JsonValue.Array(null, -1, -1, -1, values);
        }
        if (node.isTextual()) {
            return JsonValue.Scalar.of(quote(node.textValue()));
        }
        if (node.isNumber() || node.isBoolean() || node.isNull()) {
            String token = node.asText();
            if (token.equals("NaN") || token.endsWith("Infinity")) {
                throw new IllegalArgumentException("JSON has no number for " + token);
            }
            return JsonValue.Scalar.of(token);
        }
        throw new IllegalArgumentException("Not a JSON value: " + node.getNodeType());
    }

    /**
     * The escapes of Go's encoder.
     *
     * @see <a href="https://pkg.go.dev/encoding/json#Marshal">encoding/json: &lt;, &gt;, &amp;, U+2028 and U+2029 are
     *     escaped</a>
     */
    private static final class GoEscapes extends CharacterEscapes {

        private static final long serialVersionUID = 1L;

        private final int[] ascii = new int[128];

        GoEscapes() {
            java.util.Arrays.fill(ascii, 0, 0x20, ESCAPE_CUSTOM);
            ascii['"'] = '"';
            ascii['\\'] = '\\';
            ascii['\n'] = 'n';
            ascii['\r'] = 'r';
            ascii['\t'] = 't';
            ascii['<'] = ESCAPE_CUSTOM;
            ascii['>'] = ESCAPE_CUSTOM;
            ascii['&'] = ESCAPE_CUSTOM;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii.clone();
        }

        @Override
        public SerializableString getEscapeSequence(int character) {
            boolean escaped = character < 128 || character == 0x2028 || character == 0x2029;
            return escaped ? new SerializedString(String.format(Locale.ROOT, "\\u%04x", character)) : null;
        }
    }
}
