package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** JSON as Go's {@code encoding/json} writes it: four spaces, {@code &<>} escaped, no newline at the end. */
public final class GoJson {

    static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private GoJson() {}

    /** Reads a document. */
    static JsonNode read(byte[] bytes) throws IOException {
        return MAPPER.readTree(bytes);
    }

    /** Writes a document in several lines. */
    public static byte[] write(JsonNode document) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = MAPPER.getFactory().createGenerator(text)) {
            generator.setCharacterEscapes(new GoEscapes());
            generator.setPrettyPrinter(new GoLayout());
            MAPPER.writeTree(generator, document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Go's indentation; empty objects and arrays stay closed up. */
    private static final class GoLayout extends DefaultPrettyPrinter {
        private static final long serialVersionUID = 1L;

        GoLayout() {
            super(Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                    .withObjectEmptySeparator("")
                    .withArrayEmptySeparator("")
                    .withRootSeparator(""));
            DefaultIndenter four = new DefaultIndenter("    ", "\n");
            indentObjectsWith(four);
            indentArraysWith(four);
        }

        private GoLayout(GoLayout base) {
            super(base);
        }

        @Override
        public DefaultPrettyPrinter createInstance() {
            return new GoLayout(this);
        }
    }

    /** What Go escapes so that its JSON can stand in a web page. */
    private static final class GoEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] escapes = standardAsciiEscapesForJSON();
            for (int c = 0; c < ' '; c++) {
                if (c != '\n' && c != '\r' && c != '\t') {
                    escapes[c] = ESCAPE_CUSTOM;
                }
            }
            escapes['&'] = ESCAPE_CUSTOM;
            escapes['<'] = ESCAPE_CUSTOM;
            escapes['>'] = ESCAPE_CUSTOM;
            return escapes;
        }

        @Override
        public SerializableString getEscapeSequence(int character) {
            boolean plain = character >= ' ' && "&<>\u2028\u2029".indexOf(character) < 0;
            // small letters, unlike Jackson's own
            return plain ? null : new SerializedString(String.format(Locale.ROOT, "\\u%04x", character));
        }
    }
}
