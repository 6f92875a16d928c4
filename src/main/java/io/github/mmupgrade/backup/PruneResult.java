package io.github.mmupgrade.backup;

import java.util.List;
import java.util.Map;

/**
 * What was pruned.
 *
 * @param removed the names of the backups that went, or would go, the oldest first
 * @param kept why each of the others stayed, by name
 */
public record PruneResult(List<String> removed, Map<String, String> kept) {

    /** Keeps copies. */
    public PruneResult {
        removed = List.copyOf(removed);
        kept = Map.copyOf(kept);
    }
}
