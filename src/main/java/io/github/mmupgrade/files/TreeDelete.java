package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.file.Path;

/** Removes trees; links are removed, never followed. */
public final class TreeDelete {

    private TreeDelete() {}

    /** Removes an entry and, when it is a directory, all that is in it; nothing happens when it isn't there. */
    public static void delete(Path path) throws IOException {
        try (SecureTree tree = new SecureTree()) {
            tree.delete(path);
        }
    }
}
