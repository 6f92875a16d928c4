package io.github.mmupgrade.follow;

import io.github.mmupgrade.linux.Kernel;
import java.util.Map;
import java.util.Set;

/**
 * What changed in trees.
 *
 * @param entries the path of each entry that something happened to, as {@link io.github.mmupgrade.files.RawName}, and
 *     what that was; some of them may be no more
 * @param files the files that were written or changed in another way, under whatever name, and be it outside the trees
 */
public record Followed(Map<String, Kind> entries, Set<Kernel.Identity> files) {

    /** What happened to an entry. */
    public enum Kind {
        /** It was written, or its owner, mode or times were changed. */
        CHANGED,
        /** It appeared or vanished; what is in it may have come and gone with it. */
        EXCHANGED
    }
}
