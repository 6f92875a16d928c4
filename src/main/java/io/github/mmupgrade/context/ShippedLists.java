package io.github.mmupgrade.context;

import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.unpack.ShippedFileList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The lists of what each release brought, kept in the state directory when its archive is unpacked. */
public final class ShippedLists {

    private final Path directory;

    public ShippedLists(GoalContext context) {
        this.directory = context.state().resolve("shipped");
    }

    /** Which entries the installed release brought; editions of one version bring different ones. */
    public ShippedEntries of(String version, Edition edition) {
        Path list = file(version, edition);
        if (!Files.exists(list)) {
            // earlier versions of this plugin kept one list for both editions
            list = directory.resolve(version + ".list");
        }
        if (!Files.exists(list)) {
            return ShippedEntries.known();
        }
        Set<String> top = new HashSet<>();
        Set<String> client = new HashSet<>();
        try {
            for (String entry : ShippedFileList.exchanged(list)) {
                if (entry.startsWith("client/")) {
                    client.add(entry.substring("client/".length()));
                } else {
                    top.add(entry);
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The list of what " + version + " shipped cannot be read: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Remove " + list + "; the vendor's known layout is then used."),
                    e);
        }
        return ShippedEntries.of(top, client);
    }

    /**
     * Removes what is known of a release that no run knows any more: its lists and its default configuration.
     *
     * @throws IOException when it cannot be removed
     */
    public void forget(String version) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.matches(Pattern.quote(version) + "(-[a-z]+)?\\.(list|config\\.json)")) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Where the list of what a release shipped is kept. */
    public Path file(String version, Edition edition) {
        return directory.resolve(version + "-" + edition.key() + ".list");
    }
}
