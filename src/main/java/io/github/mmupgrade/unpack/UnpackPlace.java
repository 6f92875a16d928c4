package io.github.mmupgrade.unpack;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SecureTree;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The directory in which a release is unpacked. Its name may lie where the server's user writes, who can put another
 * directory there, with links in it. So the directory is held, and everything is done below the handle.
 */
final class UnpackPlace implements Closeable {

    private static final int OTHERS = 0077;

    private final Path directory;
    private final SecureTree tree = new SecureTree();
    private final SecureTree names = new SecureTree();
    private final FileStat made;
    private final Path held;

    /**
     * Makes the directory, for this user alone, in the place of what is there.
     *
     * @throws IOException also when somebody exchanges it meanwhile
     */
    UnpackPlace(Path directory) throws IOException {
        this.directory = directory;
        try {
            names.delete(directory);
            tree.createDirectory(directory);
            this.made = tree.pin(directory);
            boolean empty = tree.names(directory).length == 0;
            this.held = tree.held(directory.resolve("any")).getParent();
            if (!empty || made.uid() != FileStat.of(Path.of("/proc/self/")).uid() || (made.mode() & OTHERS) != 0) {
                throw replaced();
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Leads into the directory itself, whatever its name leads to; for other programs, too. */
    Path held() {
        return held;
    }

    /** What the directory itself was like at first. */
    FileStat made() {
        return made;
    }

    /**
     * Renames the directory.
     *
     * @throws IOException also when its name leads to another one; that one may have been renamed
     */
    void rename(Path target) throws IOException {
        requireAt(directory);
        names.move(directory, target);
        names.force(target.getParent());
        requireAt(target);
    }

    private void requireAt(Path name) throws IOException {
        if (!names.stat(name).isSameEntryAs(made)) {
            throw replaced();
        }
    }

    private FileSystemException replaced() {
        return new FileSystemException(directory.toString(), null, "It was replaced in the meantime");
    }

    @Override
    public void close() throws IOException {
        try (tree) {
            names.close();
        }
    }
}
