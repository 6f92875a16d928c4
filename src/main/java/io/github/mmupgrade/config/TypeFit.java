package io.github.mmupgrade.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a value of one type can be held by another without losing anything, and as what. */
final class TypeFit {

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private TypeFit() {}

    /** Whether both are of one type; null fits every type, as the server takes it for a setting that is not there. */
    static boolean same(JsonValue value, JsonValue sample) {
        return value.isNull() || sample.isNull() || value.typeName().equals(sample.typeName());
    }

    /**
     * The value as one of the sample's type: itself where the types are the same; empty where the type can't hold it.
     */
    static Optional<JsonValue> into(JsonValue value, JsonValue sample) {
        if (same(value, sample)) {
            return Optional.of(value);
        }
        if (sample instanceof JsonValue.Array) {
            return value instanceof JsonValue.Scalar scalar ? Optional.of(listOf(scalar)) : Optional.empty();
        }
        if (value instanceof JsonValue.Array array && array.values.size() == 1) {
            return into(array.values.get(0), sample);
        }
        if (!(value instanceof JsonValue.Scalar from) || !(sample instanceof JsonValue.Scalar to)) {
            return Optional.empty();
        }
        String text = from.text();
        boolean fits = to.isString()
                || (to.isNumber() && NUMBER.matcher(text).matches())
                || (to.isBoolean() && (text.equals("true") || text.equals("false")));
        if (!fits) {
            return Optional.empty();
        }
        return Optional.of(JsonValue.Scalar.of(to.isString() ? JsonText.quote(text) : text));
    }

    private static JsonValue listOf(JsonValue.Scalar scalar) {
        boolean none = scalar.isString() && scalar.text().isEmpty();
        return new JsonValue.Array(null, -1, -1, -1, none ? List.of() : List.of(scalar));
    }
}
