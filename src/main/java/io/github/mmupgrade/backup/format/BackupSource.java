package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Something that goes into a backup.
 *
 * @param target where in the backup, such as {@code files}, {@code config}, {@code custom/certs}; a {@link RawName}
 *     whose first part is one of {@link #TREES}
 * @param path what is copied; when nothing is there, nothing goes into the backup
 */
public record BackupSource(String target, Path path) {

    /** The trees of a backup that are copied from an installation, in their order. */
    public static final List<String> TREES =
            List.of("changed", "client-plugins", "config", "custom", "environment", "files", "plugins");

    /** The tree that holds the file store. */
    public static final String FILE_STORE = "files";

    /** Checks the parts. */
    public BackupSource {
        Objects.requireNonNull(path);
        if (!TREES.contains(target.split("/", 2)[0]) || target.endsWith("/")) {
            throw new IllegalArgumentException("Not a tree of a backup: " + target);
        }
    }

    /** A directory whose content is wanted: when it is a symbolic link, what it points to is copied. */
    public static BackupSource directory(String target, Path directory) {
        try {
            // where root may not enter nothing seems to be, and yet a link leads there
            return new BackupSource(
                    target, Files.isDirectory(directory) ? directory.toRealPath() : SafePlace.realOf(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An entry as it is: when it is a symbolic link, the link is copied. */
    public static BackupSource entry(String target, Path entry) {
        return new BackupSource(target, entry);
    }

    /** A file kept under its whole path, such as {@code environment/etc/default/mattermost}; links are followed. */
    public static BackupSource underItsPath(String tree, Path file) {
        StringBuilder name = new StringBuilder(tree);
        for (Path part : file.toAbsolutePath().normalize()) {
            name.append('/').append(RawName.of(part));
        }
        try {
            return new BackupSource(name.toString(), Files.exists(file) ? file.toRealPath() : file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the order in which they are copied, each in a place of its own. */
    public static List<BackupSource> ordered(List<BackupSource> sources) {
        List<BackupSource> sorted = new ArrayList<>(sources);
        sorted.sort((a, b) -> RawName.compare(a.target(), b.target()));
        for (int i = 1; i < sorted.size(); i++) {
            String before = sorted.get(i - 1).target();
            String after = sorted.get(i).target();
            if (after.equals(before) || after.startsWith(before + "/")) {
                throw new RefusedException(
                        "Both " + sorted.get(i - 1).path() + " and "
                                + sorted.get(i).path() + " belong in '" + RawName.text(after)
                                + "' of the backup.",
                        Hint.of("Name each only once."));
            }
        }
        return sorted;
    }
}
