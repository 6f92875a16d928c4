package io.github.mmupgrade.kubernetes.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** What an answer of the API server must have, and what it may leave out: it may be of another version. */
final class Answer {

    private static final int OK = 200;

    /** A DNS subdomain (RFC 1123), as long as Kubernetes lets it be. */
    private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)[a-z0-9]+([-.][-a-z0-9.]*[a-z0-9])?");

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

    /**
     * A name that becomes part of a path, here or at the API server.
     *
     * @param what such as {@code the name of a pod}
     * @throws ClusterException when it is not one that Kubernetes allows
     */
    static String name(String value, String what) {
        if (!NAME.matcher(text(value)).matches()) {
            throw new ClusterException(
                    "An answer of the API server cannot be used: " + what + " is no name.", OK, null);
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
