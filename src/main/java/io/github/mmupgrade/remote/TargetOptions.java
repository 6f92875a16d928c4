package io.github.mmupgrade.remote;

import java.nio.file.Path;

/**
 * How the engine gets to the machine and works there.
 *
 * @param sudo whether it becomes root by sudo
 * @param cache the directory on that machine for the engine and what it needs; null for the usual one
 * @param runtime the Java for a machine without one: an archive; null for one that is made from this Java
 * @param throughController whether archives and notes are fetched here and sent, instead of fetched there
 * @param localCache the directory on this machine for what is fetched or made to be sent
 */
public record TargetOptions(boolean sudo, String cache, Path runtime, boolean throughController, Path localCache) {}
