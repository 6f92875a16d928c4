package io.github.mmupgrade.installation;

import java.nio.file.Path;
import java.util.List;

/**
 * The renames that put one release in the place of another, in their order, and what they leave where it is.
 *
 * @param next the unpacked release
 * @param previous where the entries of the replaced release go
 * @param moves the renames
 * @param kept entries that no release shipped, relative to the installation; they stay
 * @param displaced entries that no release shipped but that stand where the new release needs its own, relative to the
 *     installation; they go to {@code previous}
 */
public record SwapPlan(Path next, Path previous, List<Move> moves, List<String> kept, List<String> displaced) {

    /** Copies the lists. */
    public SwapPlan {
        moves = List.copyOf(moves);
        kept = List.copyOf(kept);
        displaced = List.copyOf(displaced);
    }

    /**
     * A rename and what it is for.
     *
     * @param direction whether it takes an entry of the old release out, or puts one of the new release in
     * @param rename from where to where
     */
    public record Move(Direction direction, Rename rename) {}

    /** What a move does. */
    public enum Direction {
        /** From the installation to the directory of the previous release, which is new: there it tells that it is done. */
        OUT,
        /** From the unpacked release to the installation: gone from the first, it is done. */
        IN
    }
}
