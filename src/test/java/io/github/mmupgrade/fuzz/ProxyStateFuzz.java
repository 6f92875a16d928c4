package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.cluster.ProxyAnswers;

/** What the command prints that says how a proxy has a node. Who calls it takes an {@code IllegalArgumentException}. */
public final class ProxyStateFuzz {

    private ProxyStateFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.endsWell(IllegalArgumentException.class, () -> ProxyAnswers.read(Fuzzing.text(input)));
    }
}
