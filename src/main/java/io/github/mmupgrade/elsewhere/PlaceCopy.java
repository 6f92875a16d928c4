package io.github.mmupgrade.elsewhere;

/**
 * A copy of a backup in another place.
 *
 * @param host the machine that handed it over
 * @param backup the backup's name
 * @param id how the place finds it
 */
public record PlaceCopy(String host, String backup, String id) {}
