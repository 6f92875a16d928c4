package io.github.mmupgrade.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What the file system complained of, in words: the messages of some of Java's exceptions are a bare path. */
public final class IoReason {

    private IoReason() {}

    /** The reason in words, with the path where the exception has one. */
    public static String of(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "permission denied: " + denied.getFile();
        }
        if (e instanceof NoSuchFileException missing) {
            return "not there: " + missing.getFile();
        }
        if (e instanceof FileAlreadyExistsException there) {
            return "already there: " + there.getFile();
        }
        if (e instanceof NotDirectoryException file) {
            return "not a directory: " + file.getFile();
        }
        if (e instanceof DirectoryNotEmptyException full) {
            return "the directory is not empty: " + full.getFile();
        }
        if (e instanceof FileSystemLoopException loop) {
            return "a loop of directories: " + loop.getFile();
        }
        if (e instanceof CharacterCodingException) {
            return "not valid text";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
