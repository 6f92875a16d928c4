package io.github.mmupgrade.agent;

/**
 * A regular file in a tree that is handed from one machine to another.
 *
 * @param name its path below the tree, with slashes
 * @param size its size in bytes
 * @param modified when it was changed, in milliseconds since 1970
 */
public record TreeFile(String name, long size, long modified) {}
