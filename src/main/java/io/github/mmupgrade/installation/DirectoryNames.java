package io.github.mmupgrade.installation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** What is in a directory. */
final class DirectoryNames {

    private DirectoryNames() {}

    /**
     * The names in a directory, sorted; none when it isn't there.
     *
     * @throws UncheckedIOException when it can't be listed
     */
    static Set<String> names(Path directory) {
        Set<String> names = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (var entries = Files.list(directory)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            } catch (IOException e) {
                throw new UncheckedIOException("The directory " + directory + " cannot be listed", e);
            }
        }
        return names;
    }
}
