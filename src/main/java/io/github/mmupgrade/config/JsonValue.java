package io.github.mmupgrade.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a document that remembers the text it was read from, so that what is not changed is written as it was:
 * every digit of a number, every escape of a string, every blank of a layout made by hand.
 */
abstract sealed class JsonValue {

    /** The text this value is a span of; null for a container that was put together and has no text yet. */
    final byte[] source;

    final int start;
    final int end;

    /** Where the name in front of this value starts in the source; -1 when it has none. */
    final int nameStart;

    JsonValue(byte[] source, int nameStart, int start, int end) {
        this.source = source;
        this.nameStart = nameStart;
        this.start = start;
        this.end = end;
    }

    /** What a person calls the type of this value. */
    abstract String typeName();

    /** Whether both mean the same, however they are written and in whatever order their members stand. */
    abstract boolean means(JsonValue other);

    boolean isNull() {
        return false;
    }

    /** A number, a string, a truth value or null. */
    static final class Scalar extends JsonValue {

        Scalar(byte[] source, int nameStart, int start, int end) {
            super(source, nameStart, start, end);
        }

        static Scalar of(String token) {
            byte[] text = token.getBytes(StandardCharsets.UTF_8);
            return new Scalar(text, -1, 0, text.length);
        }

        private byte first() {
            return source[start];
        }

        boolean isString() {
            return first() == '"';
        }

        boolean isBoolean() {
            return first() == 't' || first() == 'f';
        }

        boolean isNumber() {
            return !isString() && !isBoolean() && !isNull();
        }

        @Override
        boolean isNull() {
            return first() == 'n';
        }

        /** The value as it is written, quotes and escapes included. */
        String token() {
            return new String(source, start, end - start, StandardCharsets.UTF_8);
        }

        /** The characters of a string; the token of anything else. */
        String text() {
            if (!isString()) {
                return token();
            }
            for (int i = start + 1; i < end - 1; i++) {
                if (source[i] == '\\') {
                    return JsonText.unescape(source, start, end);
                }
            }
            return new String(source, start + 1, end - start - 2, StandardCharsets.UTF_8);
        }

        @Override
        String typeName() {
            return isString() ? "a text" : isBoolean() ? "true or false" : isNull() ? "null" : "a number";
        }

        @Override
        boolean means(JsonValue other) {
            if (!(other instanceof Scalar that)) {
                return false;
            }
            if (Arrays.equals(source, start, end, that.source, that.start, that.end)) {
                return true;
            }
            if (isString() && that.isString()) {
                return text().equals(that.text());
            }
            return isNumber()
                    && that.isNumber()
                    && JsonText.number(token()).compareTo(JsonText.number(that.token())) == 0;
        }
    }

    /** A list of values. */
    static final class Array extends JsonValue {

        final List<JsonValue> values;

        Array(byte[] source, int nameStart, int start, int end, List<JsonValue> values) {
            super(source, nameStart, start, end);
            this.values = values;
        }

        @Override
        String typeName() {
            return "a list";
        }

        @Override
        boolean means(JsonValue other) {
            if (!(other instanceof Array that) || values.size() != that.values.size()) {
                return false;
            }
            for (int i = 0; i < values.size(); i++) {
                if (!values.get(i).means(that.values.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Members in the order they are written. Names are unique. */
    static final class Members extends JsonValue {

        private static final int WORTH_AN_INDEX = 12;

        final String[] names;
        final JsonValue[] values;

        /** The members as they were read, whose layout the changed ones take over; null when there is none. */
        final Members layout;

        private Map<String, Integer> index;

        Members(byte[] source, int nameStart, int start, int end, String[] names, JsonValue[] values) {
            super(source, nameStart, start, end);
            this.names = names;
            this.values = values;
            this.layout = null;
        }

        private Members(Members layout, String[] names, JsonValue[] values) {
            super(null, -1, -1, -1);
            this.names = names;
            this.values = values;
            this.layout = layout;
        }

        /** Members put together, laid out as the server does. */
        static Members of(Map<String, JsonValue> members) {
            return new Members(
                    null,
                    members.keySet().toArray(String[]::new),
                    members.values().toArray(JsonValue[]::new));
        }

        /** These members changed: the same instance when nothing differs, else laid out as these are. */
        Members changedTo(Map<String, JsonValue> members) {
            boolean same = members.size() == names.length;
            int i = 0;
            for (Map.Entry<String, JsonValue> member : members.entrySet()) {
                same = same && names[i].equals(member.getKey()) && values[i] == member.getValue();
                i++;
            }
            return same
                    ? this
                    : new Members(
                            source == null ? layout : this,
                            members.keySet().toArray(String[]::new),
                            members.values().toArray(JsonValue[]::new));
        }

        int size() {
            return names.length;
        }

        int indexOf(String name) {
            if (names.length < WORTH_AN_INDEX) {
                for (int i = 0; i < names.length; i++) {
                    if (names[i].equals(name)) {
                        return i;
                    }
                }
                return -1;
            }
            if (index == null) {
                Map<String, Integer> built = new HashMap<>(names.length * 2);
                for (int i = 0; i < names.length; i++) {
                    built.put(names[i], i);
                }
                index = built;
            }
            return index.getOrDefault(name, -1);
        }

        /**
         * The place of a name as the server finds it: written exactly so, else in other letter case, the last one.
         *
         * @see <a href="https://pkg.go.dev/encoding/json#Unmarshal">encoding/json: a case-insensitive match is
         *     accepted</a>
         */
        int find(String name) {
            int exact = indexOf(name);
            if (exact >= 0) {
                return exact;
            }
            for (int i = names.length - 1; i >= 0; i--) {
                if (names[i].equalsIgnoreCase(name)) {
                    return i;
                }
            }
            return -1;
        }

        Optional<JsonValue> get(String name) {
            int at = indexOf(name);
            return at < 0 ? Optional.empty() : Optional.of(values[at]);
        }

        /** These members in a map of one's own that keeps their order. */
        Map<String, JsonValue> asMap() {
            Map<String, JsonValue> map = new java.util.LinkedHashMap<>(names.length * 2);
            for (int i = 0; i < names.length; i++) {
                map.put(names[i], values[i]);
            }
            return map;
        }

        @Override
        String typeName() {
            return "a section";
        }

        @Override
        boolean means(JsonValue other) {
            if (!(other instanceof Members that) || names.length != that.names.length) {
                return false;
            }
            for (int i = 0; i < names.length; i++) {
                int at = i < that.names.length && names[i].equals(that.names[i]) ? i : that.indexOf(names[i]);
                if (at < 0 || !values[i].means(that.values[at])) {
                    return false;
                }
            }
            return true;
        }
    }
}
