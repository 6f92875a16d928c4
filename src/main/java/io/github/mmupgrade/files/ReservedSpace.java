package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Room on a file system that is kept by a file, and given free when what must be written there finds none. */
public final class ReservedSpace {

    private ReservedSpace() {}

    /**
     * Keeps room; does nothing when it is kept already.
     *
     * @param file the file that keeps it; its directory must exist
     * @param bytes how much
     * @throws IOException when there is none
     */
    public static void keep(Path file, int bytes) throws IOException {
        if (!Files.exists(file)) {
            byte[] content = new byte[bytes];
            // a file system that compresses would keep next to nothing for zeros
            ThreadLocalRandom.current().nextBytes(content);
            AtomicFile.write(file, AtomicFile.PRIVATE, content);
        }
    }

    /**
     * Gives the room free.
     *
     * @return whether any was kept and could be given free
     */
    public static boolean release(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }
}
