package io.github.mmupgrade.kubernetes.cluster;

import java.util.Objects;

/**
 * A variable of a container.
 *
 * @param text its value, or where it comes from
 * @param isReference whether that is where it comes from, which is no secret
 */
public record Variable(String text, boolean isReference) {

    public Variable {
        Objects.requireNonNull(text);
    }

    static Variable value(String value) {
        return new Variable(value, false);
    }

    /** Shows no value. */
    @Override
    public String toString() {
        return isReference ? text : "***";
    }
}
