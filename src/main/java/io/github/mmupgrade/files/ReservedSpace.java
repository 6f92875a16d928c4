package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Room on a file system that is kept by a file, and given free when what must be written there finds none. Its
 * directory may be another user's: no link is followed.
 */
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
        byte[] content = new byte[bytes];
        try (SecureTree tree = new SecureTree()) {
            if (tree.exists(file) && tree.stat(file).size() == bytes) {
                return;
            }
            tree.delete(file);
            try {
                // a file system that compresses would keep next to nothing for zeros
                ThreadLocalRandom.current().nextBytes(content);
                write(tree, file, ByteBuffer.wrap(content));
            } catch (IOException e) {
                tree.delete(file);
                throw e;
            }
        }
    }

    private static void write(SecureTree tree, Path file, ByteBuffer content) throws IOException {
        try (FileChannel channel = tree.create(file)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        tree.force(file.toAbsolutePath().getParent());
    }

    /**
     * Gives the room free.
     *
     * @return whether any was kept and could be given free
     */
    public static boolean release(Path file) {
        try (SecureTree tree = new SecureTree()) {
            boolean kept = tree.exists(file);
            tree.delete(file);
            return kept;
        } catch (IOException e) {
            return false;
        }
    }
}
