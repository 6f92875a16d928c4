package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.files.TreeAnswers;
import java.io.IOException;

/** What the program answers that works in trees as the server's user. Who asks it takes an {@code IOException}. */
public final class TreeWireFuzz {

    private TreeWireFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.endsWell(IOException.class, () -> TreeAnswers.read(input));
    }
}
