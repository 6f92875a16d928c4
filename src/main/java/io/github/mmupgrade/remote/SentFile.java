package io.github.mmupgrade.remote;

import io.github.mmupgrade.files.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of this machine that is sent to another one, where it is known by its checksum.
 *
 * @param file where it is here
 * @param sha256 its checksum, 64 hexadecimal digits
 * @param size its size in bytes
 * @param name its name there; of plain characters
 */
record SentFile(Path file, String sha256, long size, String name) {

    /** Reads a file for its checksum. */
    static SentFile of(Path file) throws IOException {
        return new SentFile(
                file,
                Digests.sha256(file),
                Files.size(file),
                file.getFileName().toString().replaceAll("[^A-Za-z0-9._+-]", "_"));
    }

    /** Where it is below the objects of the cache. */
    String place() {
        return sha256 + "/" + name;
    }
}
