package io.github.mmupgrade.database;

/**
 * A database that one of our runs made or put aside beside the current one.
 *
 * @param name its name
 * @param sizeBytes its size
 * @param unfinished whether it was being filled when something stopped that; it is of no use but to be dropped
 */
public record SideDatabase(String name, long sizeBytes, boolean unfinished) {}
