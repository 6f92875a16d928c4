package io.github.mmupgrade.cluster;

/** Reads what a cluster's state command prints, for tests elsewhere. */
public final class ProxyAnswers {

    private ProxyAnswers() {}

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException as {@link ProxyState#parse} does
     */
    public static void read(String printed) {
        ProxyState state = ProxyState.parse(printed);
        if (state.text().lines().count() > 1 || state.requests() < 0 || state.connections() < state.requests()) {
            throw new AssertionError(state.toString());
        }
    }
}
