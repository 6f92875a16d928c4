package io.github.mmupgrade.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * How much of a matrix of tests is run: a spread of it for every change, all of it by {@code dev/test-all}, which sets
 * the system property {@code tests.full}.
 */
public final class Samples {

    private static final Map<String, Integer> TRIED = new ConcurrentSkipListMap<>();

    private Samples() {}

    /** Whether everything is asked for. */
    public static boolean full() {
        return Boolean.getBoolean("tests.full");
    }

    /** Counts one that was tried and held. */
    public static void tried(String what) {
        TRIED.merge(what, 1, Integer::sum);
    }

    /** How many were tried and held in this process. */
    public static Map<String, Integer> tried() {
        return TRIED;
    }

    /** How many of something are tried: few of them, or all where everything is asked for. */
    public static int size(int all, int few) {
        return full() ? all : few;
    }
}
