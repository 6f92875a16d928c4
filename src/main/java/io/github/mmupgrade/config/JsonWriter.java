package io.github.mmupgrade.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a changed document: untouched values as the bytes they were read from, changed sections in the layout they
 * had, and what is new as the server would lay it out, in the document's own indentation.
 */
final class JsonWriter {

    private final byte[] source;
    private final String newline;
    private final String unit;
    private final ByteArrayOutputStream out;

    private JsonWriter(byte[] source, String newline, String unit) {
        this.source = source;
        this.newline = newline;
        this.unit = unit;
        this.out = new ByteArrayOutputStream(source.length + source.length / 4 + 64);
    }

    /**
     * The bytes of a document that was read from a text and then changed.
     *
     * @param source the text it was read from
     * @param read the root as it was read
     * @param changed the root as it shall be written
     */
    static byte[] write(byte[] source, JsonValue.Members read, JsonValue.Members changed) {
        String newline = "\n";
        String unit = "    ";
        if (read.size() > 0) {
            String lead = span(source, read.start + 1, read.values[0].nameStart);
            int lastBreak = lead.lastIndexOf('\n');
            // A document on one line stays on one line
            newline = lastBreak < 0 ? null : lead.contains("\r\n") ? "\r\n" : "\n";
            unit = lastBreak < 0 ? "" : lead.substring(lastBreak + 1);
        }
        JsonWriter writer = new JsonWriter(source, newline, unit);
        writer.out.write(source, 0, read.start);
        writer.value(changed, 0);
        writer.out.write(source, read.end, source.length - read.end);
        return writer.out.toByteArray();
    }

    private static String span(byte[] source, int from, int to) {
        return new String(source, from, to - from, StandardCharsets.UTF_8);
    }

    private void value(JsonValue value, int level) {
        if (value.source == source) {
            out.write(source, value.start, value.end - value.start);
        } else if (value instanceof JsonValue.Scalar scalar) {
            text(asTheServerWrites(scalar));
        } else if (value instanceof JsonValue.Array array) {
            newList(array, level);
        } else if (value instanceof JsonValue.Members members) {
            if (members.layout != null && members.layout.source == source && members.layout.size() > 0) {
                changedMembers(members, members.layout, level);
            } else {
                newMembers(members, level);
            }
        }
    }

    private static String asTheServerWrites(JsonValue.Scalar scalar) {
        if (!scalar.isString()) {
            return scalar.token();
        }
        return JsonText.quote(scalar.text());
    }

    private void newList(JsonValue.Array array, int level) {
        if (array.values.isEmpty()) {
            text("[]");
            return;
        }
        text("[");
        for (int i = 0; i < array.values.size(); i++) {
            separator(i == 0, level + 1);
            value(array.values.get(i), level + 1);
        }
        line(level);
        text("]");
    }

    private void newMembers(JsonValue.Members members, int level) {
        if (members.size() == 0) {
            text("{}");
            return;
        }
        text("{");
        for (int i = 0; i < members.size(); i++) {
            separator(i == 0, level + 1);
            text(JsonText.quote(members.names[i]) + ": ");
            value(members.values[i], level + 1);
        }
        line(level);
        text("}");
    }

    private void separator(boolean first, int level) {
        if (!first) {
            text(newline == null ? ", " : ",");
        }
        line(level);
    }

    private void line(int level) {
        if (newline != null) {
            text(newline);
            text(unit.repeat(level));
        }
    }

    private void changedMembers(JsonValue.Members members, JsonValue.Members layout, int level) {
        int last = layout.size() - 1;
        if (members.size() == 0) {
            text("{}");
            return;
        }
        String lead = span(source, layout.start + 1, layout.values[0].nameStart);
        String usual = last == 0 ? "," + lead : betweenMembers(layout, last);
        String colon = colonOf(layout.values[last]);
        text("{");
        for (int i = 0; i < members.size(); i++) {
            int was = layout.indexOf(members.names[i]);
            text(i == 0 ? lead : was > 0 ? betweenMembers(layout, was) : usual);
            if (was >= 0) {
                text(span(source, layout.values[was].nameStart, layout.values[was].start));
            } else {
                text(JsonText.quote(members.names[i]) + colon);
            }
            value(members.values[i], level + 1);
        }
        text(span(source, layout.values[last].end, layout.end));
    }

    private String betweenMembers(JsonValue.Members layout, int at) {
        return span(source, layout.values[at - 1].end, layout.values[at].nameStart);
    }

    /** What stands between a name and its value: the colon and the blanks around it. */
    private String colonOf(JsonValue member) {
        int at = member.nameStart + 1;
        while (source[at] != '"') {
            at += source[at] == '\\' ? 2 : 1;
        }
        return span(source, at + 1, member.start);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
    }
}
