package io.github.mmupgrade.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a document with Jackson's parser and notes where each value stands. Its errors never show content. */
final class JsonReader {

    /** Far more than any configuration has, far less than what the stack takes. */
    static final int MOST_LEVELS = 500;

    static final int MOST_BYTES = 64 * 1024 * 1024;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_LEVELS)
                    .maxStringLength(MOST_BYTES)
                    .maxNameLength(MOST_BYTES)
                    .build())
            .build();

    private final byte[] source;
    private final String name;
    private final JsonParser parser;

    private JsonReader(byte[] source, String name, JsonParser parser) {
        this.source = source;
        this.name = name;
        this.parser = parser;
    }

    static JsonValue.Members read(byte[] source, String name) {
        if (source.length > MOST_BYTES) {
            throw new RefusedException(
                    name + " has " + source.length + " bytes; a configuration has at most " + MOST_BYTES
                            + ". Nothing was changed.",
                    Hint.of("Check that this is the server's config.json."));
        }
        refuseOtherEncodings(source, name);
        try (JsonParser parser = FACTORY.createParser(source)) {
            JsonReader reader = new JsonReader(source, name, parser);
            try {
                return reader.document();
            } catch (StreamConstraintsException e) {
                // It carries no place of its own
                throw problem(
                        source,
                        name,
                        reader.reached(),
                        "nested too deeply (more than " + MOST_LEVELS + " levels), or a number that is too long");
            }
        } catch (IOException e) {
            throw syntax(source, name, e);
        }
    }

    private static void refuseOtherEncodings(byte[] source, String name) {
        boolean utf8Mark =
                source.length >= 3 && source[0] == (byte) 0xEF && source[1] == (byte) 0xBB && source[2] == (byte) 0xBF;
        boolean utf16Mark = source.length >= 2
                && ((source[0] == (byte) 0xFE && source[1] == (byte) 0xFF)
                        || (source[0] == (byte) 0xFF && source[1] == (byte) 0xFE));
        if (utf8Mark || utf16Mark) {
            throw problem(source, name, 0, "it starts with a byte order mark, which the server does not accept");
        }
        for (int i = 0; i < Math.min(4, source.length); i++) {
            if (source[i] == 0) {
                throw problem(source, name, i, "it has a zero byte, so it is not UTF-8");
            }
        }
    }

    private JsonValue.Members document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw problem(source, name, source.length, "the file is empty");
        }
        if (first != JsonToken.START_OBJECT) {
            throw problem(source, name, position(), "the document is not an object { ... }");
        }
        JsonValue.Members root = members(-1);
        if (parser.nextToken() != null) {
            throw problem(source, name, position(), "there is text after the end of the document");
        }
        return root;
    }

    private int position() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private int reached() {
        return (int) parser.currentLocation().getByteOffset();
    }

    private JsonValue value(JsonToken token, int nameStart) throws IOException {
        return switch (token) {
            case START_OBJECT -> members(nameStart);
            case START_ARRAY -> array(nameStart);
            case VALUE_STRING -> {
                int start = position();
                parser.finishToken();
                yield new JsonValue.Scalar(source, nameStart, start, reached());
            }
            default -> {
                int start = position();
                yield new JsonValue.Scalar(source, nameStart, start, start + parser.getTextLength());
            }
        };
    }

    private JsonValue.Members members(int nameStart) throws IOException {
        int start = position();
        List<String> names = new ArrayList<>();
        List<JsonValue> values = new ArrayList<>();
        Set<String> seen = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            int memberStart = position();
            if (seen == null && names.size() >= 8) {
                seen = new HashSet<>(names);
            }
            if (seen == null ? names.contains(member) : !seen.add(member)) {
                throw problem(source, name, memberStart, "the name that starts here exists twice in its section");
            }
            names.add(member);
            values.add(value(parser.nextToken(), memberStart));
        }
        return new JsonValue.Members(
                source, nameStart, start, reached(), names.toArray(String[]::new), values.toArray(JsonValue[]::new));
    }

    private JsonValue.Array array(int nameStart) throws IOException {
        int start = position();
        List<JsonValue> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(value(token, -1));
        }
        return new JsonValue.Array(source, nameStart, start, reached(), List.copyOf(values));
    }

    // Jackson's own messages quote the text around the fault: a password could be in it. Neither they nor the exception
    // itself go any further.
    private static RefusedException syntax(byte[] source, String name, IOException e) {
        String what = "this is not valid JSON";
        if (e instanceof JsonEOFException) {
            what = "the document ends too early";
        }
        if (e instanceof JsonProcessingException fault && fault.getLocation() != null) {
            long offset = fault.getLocation().getByteOffset();
            if (offset >= 0) {
                return problem(source, name, (int) Math.min(offset, source.length), what);
            }
            return problem(
                    name, fault.getLocation().getLineNr(), fault.getLocation().getColumnNr(), what);
        }
        return problem(source, name, source.length, what);
    }

    private static RefusedException problem(byte[] source, String name, int offset, String what) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < offset; i++) {
            if (source[i] == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        int column = new String(source, lineStart, offset - lineStart, StandardCharsets.UTF_8).length() + 1;
        return problem(name, line, column, what);
    }

    private static RefusedException problem(String name, int line, int column, String what) {
        return new RefusedException(
                "%s cannot be read: line %d, column %d: %s.".formatted(name, line, column, what),
                Hint.of("Correct the file at that place, or use the copy from the last backup."));
    }
}
