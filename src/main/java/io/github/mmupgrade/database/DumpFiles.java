package io.github.mmupgrade.database;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where dumps are written: beside their target first, so that what has the target's name is complete. */
public final class DumpFiles {

    private DumpFiles() {}

    /**
     * The place to write to; empty.
     *
     * @throws RefusedException when the target exists, or its directory doesn't
     */
    public static Path begin(Path target) {
        if (Files.exists(target)) {
            throw new RefusedException(
                    "The dump " + target + " already exists.",
                    Hint.of("Dumps are never overwritten. Remove it first."));
        }
        if (!Files.isDirectory(target.toAbsolutePath().getParent())) {
            throw new RefusedException(
                    "There is no directory " + target.toAbsolutePath().getParent() + " for a dump",
                    Hint.of("Create it, readable by its owner only."));
        }
        Path part = part(target);
        remove(part);
        return part;
    }

    /** Gives a complete dump its name. */
    public static void finish(Path target) {
        try {
            Path part = part(target);
            if (Files.isRegularFile(part)) {
                try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
            AtomicFile.rename(part, target);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The dump " + target + " could not be renamed to its final name: " + IoReason.of(e),
                    Hint.of("Check whether the file system is full or missing."),
                    e);
        }
    }

    /** Removes what a failed dump left. */
    public static void discard(Path target) {
        remove(part(target));
    }

    /** What a file or a directory's files take. */
    public static long size(Path dump) {
        try (Stream<Path> files = Files.walk(dump)) {
            long total = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                total += Files.size(file);
            }
            return total;
        } catch (IOException e) {
            throw new StageFailedException(
                    "The dump " + dump + " cannot be read: " + IoReason.of(e),
                    Hint.of("Check that the file exists and can be read."),
                    e);
        }
    }

    private static Path part(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".part");
    }

    private static void remove(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The unfinished dump " + path + " cannot be removed: " + IoReason.of(e), Hint.of("Remove it."), e);
        }
    }
}
