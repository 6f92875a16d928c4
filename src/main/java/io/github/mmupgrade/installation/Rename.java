package io.github.mmupgrade.installation;

import java.nio.file.Path;
import java.util.Objects;

/**
 * One rename of a swap.
 *
 * @param from where the entry is before
 * @param to where it is afterwards; on the same file system
 */
public record Rename(Path from, Path to) {

    /** Checks the parts. */
    public Rename {
        Objects.requireNonNull(from);
        Objects.requireNonNull(to);
    }

    /** The rename that takes this one back. */
    public Rename reversed() {
        return new Rename(to, from);
    }

    @Override
    public String toString() {
        return from + " -> " + to;
    }
}
