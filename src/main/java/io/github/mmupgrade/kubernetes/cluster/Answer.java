package io.github.mmupgrade.kubernetes.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What an answer of the API server must have, and what it may leave out: it may be of another version. */
final class Answer {

    private static final int OK = 200;

    private Answer() {}

    /**
     * A field without which an object is of no use.
     *
     * @param what such as {@code the metadata of a pod}
     * @throws ClusterException when it is missing
     */
    static <T> T required(T value, String what) {
        if (value == null) {
            throw new ClusterException(
                    "An answer of the API server cannot be used: " + what + " is missing.", OK, null);
        }
        return value;
    }

    /** A text that may be missing. */
    static String text(String value) {
        return Objects.requireNonNullElse(value, "");
    }

    /** The entries of a list that may be missing. */
    static <T> List<T> entries(List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }

    /** The fields of a map that may be missing; one without a value was taken away. */
    static Map<String, String> fields(Map<String, String> map) {
        Map<String, String> found = new LinkedHashMap<>();
        if (map != null) {
            map.forEach((name, value) -> {
                if (name != null && value != null) {
                    found.put(name, value);
                }
            });
        }
        return found;
    }
}
