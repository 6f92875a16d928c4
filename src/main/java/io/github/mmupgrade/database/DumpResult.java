package io.github.mmupgrade.database;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A dump that is complete.
 *
 * @param target the file or directory
 * @param format its shape
 * @param sizeBytes what it takes on disk
 * @param took how long it took
 * @param tool the program that made it and its version, such as {@code pg_dump 15.18}
 */
public record DumpResult(Path target, DumpFormat format, long sizeBytes, Duration took, String tool) {}
