package io.github.mmupgrade.cluster;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * How proxies have a node.
 *
 * @param text everything that is needed to put it back, as the command said; in one line
 * @param serving whether they give it new requests
 * @param requests how many requests and other connections than websockets it has
 * @param websockets how many websockets it has; empty when the command cannot tell
 */
record ProxyState(String text, boolean serving, long requests, OptionalLong websockets) {

    /**
     * Reads {@code name=value} lines: {@code state}, {@code serving} with {@code yes} or {@code no}, {@code requests} and
     * {@code websockets}. Other lines are passed over.
     *
     * @throws IllegalArgumentException when {@code serving} is missing, or a number is none
     */
    static ProxyState parse(String output) {
        Map<String, String> found = Arrays.stream(output.split("\\R"))
                .map(line -> line.strip().split("=", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (one, other) -> other));
        String serving = found.getOrDefault("serving", "");
        if (!serving.equals("yes") && !serving.equals("no")) {
            throw new IllegalArgumentException("it did not say 'serving=yes' or 'serving=no'");
        }
        return new ProxyState(
                found.getOrDefault("state", ""),
                serving.equals("yes"),
                number(found, "requests").orElse(0),
                number(found, "websockets"));
    }

    private static OptionalLong number(Map<String, String> found, String name) {
        String text = found.get(name);
        if (text == null || text.isBlank()) {
            return OptionalLong.empty();
        }
        // a negative one would take others from the sum that has to come to zero
        if (!text.strip().matches("[0-9]{1,15}")) {
            throw new IllegalArgumentException(
                    "it said '" + name + "=" + text + "', which is no number of connections");
        }
        return OptionalLong.of(Long.parseLong(text.strip()));
    }

    /** What still goes on. */
    long connections() {
        return requests + websockets.orElse(0);
    }
}
