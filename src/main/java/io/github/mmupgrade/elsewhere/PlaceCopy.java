package io.github.mmupgrade.elsewhere;

import java.util.Optional;

/**
 * A copy of a backup in another place.
 *
 * @param host the machine that handed it over
 * @param backup the backup's name
 * @param id how the place finds it
 */
public record PlaceCopy(String host, String backup, String id) {

    /** Empty for a name that no backup has: it becomes a directory here, and the place may belong to somebody else. */
    static Optional<PlaceCopy> of(String host, String backup, String id) {
        return backup.matches("[A-Za-z0-9][A-Za-z0-9._+-]*")
                ? Optional.of(new PlaceCopy(host, backup, id))
                : Optional.empty();
    }
}
