package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.release.Catalogue;

/** A catalogue that somebody has written. */
public final class CatalogueFuzz {

    private CatalogueFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.endsWell(() -> Catalogue.load(input, "input").latestEsr());
    }
}
