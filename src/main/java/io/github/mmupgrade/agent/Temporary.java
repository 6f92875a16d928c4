package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.TreeDelete;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory for as long as something is answered; it goes, too, when the connection is lost meanwhile. */
final class Temporary implements AutoCloseable {

    private final Path path;
    private final Thread end = new Thread(this::delete, "temporary-directory");

    Temporary(String prefix) throws IOException {
        path = Files.createTempDirectory(prefix);
        // the agent ends with its input, whatever is at work
        Runtime.getRuntime().addShutdownHook(end);
    }

    Path path() {
        return path;
    }

    private void delete() {
        try {
            TreeDelete.delete(path);
        } catch (IOException e) {
            // nothing secret, where temporary files are
        }
    }

    @Override
    public void close() {
        delete();
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException ending) {
            // the hook is at work
        }
    }
}
