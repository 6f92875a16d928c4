package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.notes.Changelog;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Version;

/** The vendor's changelog. */
public final class ChangelogFuzz {

    private ChangelogFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.endsWell(() -> Changelog.parse(input, "input")
                .notesBetween(Version.of(5, 0, 0), Version.of(10, 11, 0), Catalogue.builtIn()));
    }
}
