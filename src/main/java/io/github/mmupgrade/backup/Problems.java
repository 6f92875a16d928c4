package io.github.mmupgrade.backup;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** What the file system complained of, in words: some of Java's messages are a bare path. */
final class Problems {

    private Problems() {}

    static String text(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "permission denied: " + denied.getFile();
        }
        if (e instanceof NoSuchFileException missing) {
            return "not there: " + missing.getFile();
        }
        if (e instanceof FileAlreadyExistsException there) {
            return "already there: " + there.getFile();
        }
        return e.getMessage();
    }
}
