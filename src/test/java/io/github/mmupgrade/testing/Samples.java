package io.github.mmupgrade.testing;

/**
 * How much of a matrix of tests is run: a spread of it for every change, all of it by {@code dev/test-all}, which sets
 * the system property {@code tests.full}.
 */
public final class Samples {

    private Samples() {}

    /** Whether everything is asked for. */
    public static boolean full() {
        return Boolean.getBoolean("tests.full");
    }

    /** How many of something are tried: few of them, or all where everything is asked for. */
    public static int size(int all, int few) {
        return full() ? all : few;
    }
}
