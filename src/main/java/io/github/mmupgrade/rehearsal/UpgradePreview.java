package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.release.Version;
import java.util.List;

/**
 * Where an upgrade would lead.
 *
 * @param from the installed release
 * @param target the release at its end
 * @param hops the releases that it passes through, the target last; none when that is installed already
 */
public record UpgradePreview(Version from, Version target, List<Version> hops) {

    /** Copies the list. */
    public UpgradePreview {
        hops = List.copyOf(hops);
    }
}
