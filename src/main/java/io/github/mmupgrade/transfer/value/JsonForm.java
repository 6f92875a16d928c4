package io.github.mmupgrade.transfer.value;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON in the one form in which PostgreSQL prints a {@code jsonb}: keys by length and then by their bytes, of several
 * equal ones the last, one blank after a colon and a comma, numbers written out.
 *
 * <p>The form is that of {@code jsonb_out} and of {@code compareJsonbString} in PostgreSQL's source.
 */
public final class JsonForm {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(200_000)
                    // MySQL takes 100, PostgreSQL some thousands, by the size of its stack
                    .maxNestingDepth(1_000)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
            .build();

    /** PostgreSQL's {@code numeric} has that many digits before the point. */
    private static final int MOST_DIGITS = 131_072;

    private static final Comparator<byte[]> KEYS =
            Comparator.<byte[]>comparingInt(key -> key.length).thenComparing(Arrays::compareUnsigned);

    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private boolean nul;
    private boolean half;

    private JsonForm() {}

    /**
     * A document in that form.
     *
     * @param text the document; null when it is not JSON
     * @param nul whether it held {@code \u0000}, which was left out
     * @param half whether it held a lone surrogate, which was replaced
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares results
    public record Result(byte[] text, boolean nul, boolean half) {}

    /** Brings a document into that form. */
    public static Result of(byte[] text) {
        if (isPlain(text)) {
            return new Result(text, false, false);
        }
        JsonForm form = new JsonForm();
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 16);
        try (JsonParser parser = parser(text)) {
            parser.nextToken();
            form.write(parser, out);
            if (parser.nextToken() != null) {
                return new Result(null, false, false);
            }
            return new Result(out.toByteArray(), form.nul, form.half);
        } catch (JsonProcessingException | NumberFormatException e) {
            return new Result(null, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The texts of an array of texts; null when it is something else. */
    public static List<String> texts(byte[] text) {
        List<String> found = new ArrayList<>();
        try (JsonParser parser = parser(text)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return null;
            }
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
                found.add(parser.getText());
            }
            return parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null ? found : null;
        } catch (JsonProcessingException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of bytes the parser would guess the encoding, and take a NUL for a sign of UTF-16. */
    private static JsonParser parser(byte[] text) throws IOException {
        return JSON.createParser(new String(text, StandardCharsets.UTF_8));
    }

    private static boolean isPlain(byte[] text) {
        return text.length == 2 && ((text[0] == '{' && text[1] == '}') || (text[0] == '[' && text[1] == ']'));
    }

    private void write(JsonParser parser, ByteArrayOutputStream out) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new NumberFormatException("there is no value");
        }
        switch (token) {
            case START_OBJECT -> writeObject(parser, out);
            case START_ARRAY -> {
                out.write('[');
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    separate(i, out);
                    write(parser, out);
                }
                out.write(']');
            }
            case VALUE_STRING -> writeText(bytes(parser.getText()), out);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeBytes(number(parser.getText()));
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL ->
                out.writeBytes(token.asString().getBytes(StandardCharsets.US_ASCII));
            default -> throw new NumberFormatException("unexpected " + token);
        }
    }

    private void writeObject(JsonParser parser, ByteArrayOutputStream out) throws IOException {
        Map<byte[], byte[]> members = new TreeMap<>(KEYS);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            byte[] key = bytes(parser.currentName());
            parser.nextToken();
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            write(parser, value);
            members.put(key, value.toByteArray());
        }
        out.write('{');
        int i = 0;
        for (Map.Entry<byte[], byte[]> member : members.entrySet()) {
            separate(i++, out);
            writeText(member.getKey(), out);
            out.write(':');
            out.write(' ');
            out.writeBytes(member.getValue());
        }
        out.write('}');
    }

    private static void separate(int index, ByteArrayOutputStream out) {
        if (index > 0) {
            out.write(',');
            out.write(' ');
        }
    }

    private static byte[] number(String text) {
        BigDecimal value = new BigDecimal(text);
        if (value.signum() == 0 && value.scale() <= 0) {
            return new byte[] {'0'};
        }
        if (value.precision() - value.scale() > MOST_DIGITS || value.scale() > 16_383) {
            throw new NumberFormatException("more digits than PostgreSQL keeps");
        }
        return value.toPlainString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The text in UTF-8, without what PostgreSQL does not take. */
    private byte[] bytes(String text) {
        boolean clean = true;
        for (int i = 0; i < text.length() && clean; i++) {
            char each = text.charAt(i);
            clean = each != 0 && !Character.isSurrogate(each);
        }
        if (clean) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text.codePoints().forEach(each -> {
            if (each == 0) {
                nul = true;
            } else if (each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE) {
                half = true;
                out.writeBytes(REPLACEMENT);
            } else {
                out.writeBytes(Character.toString(each).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }

    private static void writeText(byte[] text, ByteArrayOutputStream out) {
        out.write('"');
        for (byte each : text) {
            switch (each) {
                case '"', '\\' -> {
                    out.write('\\');
                    out.write(each);
                }
                case '\b' -> out.writeBytes(new byte[] {'\\', 'b'});
                case '\f' -> out.writeBytes(new byte[] {'\\', 'f'});
                case '\n' -> out.writeBytes(new byte[] {'\\', 'n'});
                case '\r' -> out.writeBytes(new byte[] {'\\', 'r'});
                case '\t' -> out.writeBytes(new byte[] {'\\', 't'});
                default -> {
                    if (each >= 0 && each < ' ') {
                        out.writeBytes(String.format("\\u%04x", each).getBytes(StandardCharsets.US_ASCII));
                    } else {
                        out.write(each);
                    }
                }
            }
        }
        out.write('"');
    }
}
