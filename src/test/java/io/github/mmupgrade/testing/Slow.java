package io.github.mmupgrade.testing;

/**
 * The category of tests that are too slow for every change. {@code dev/test} leaves them out, {@code dev/test-all} runs
 * them; what users rely on has a test outside of it.
 */
public interface Slow {}
