package io.github.mmupgrade.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which programs of an installation a command line starts: itself, by way of links, of a wrapper such as {@code env}, or
 * of a script that it names.
 */
public final class StartedPrograms {

    private static final int LARGEST_SCRIPT = 64 * 1024;
    private static final int MOST_LINKS = 8;

    /** What separates the words of a shell's line. */
    private static final String BETWEEN_WORDS = "[\\s\"'`;&|()<>=]+";

    private final Path bin;
    private final Path directory;

    /**
     * Looks for the programs of one installation.
     *
     * @param installation its real path
     * @param directory where the command line is run; null for the installation
     */
    public StartedPrograms(Path installation, Path directory) {
        this.bin = installation.resolve("bin");
        this.directory = directory == null ? installation : directory;
    }

    /**
     * The names in {@code bin} that a command line leads to, such as {@code platform}; none when it leads to none, or
     * that can't be told.
     *
     * @param command program and arguments
     */
    public Set<String> of(List<String> command) {
        Set<String> names = new LinkedHashSet<>();
        List<Path> scripts = new ArrayList<>();
        for (String argument : command) {
            look(argument, names, scripts);
        }
        if (names.isEmpty()) {
            scripts.forEach(script -> look(text(script), names, new ArrayList<>()));
        }
        return names;
    }

    private void look(String text, Set<String> names, List<Path> scripts) {
        for (String word : text.split(BETWEEN_WORDS)) {
            if (word.indexOf('/') < 0) {
                continue;
            }
            try {
                Path file = directory.resolve(word).normalize();
                for (int links = 0; links < MOST_LINKS; links++) {
                    if (isInBin(file)) {
                        names.add(file.getFileName().toString());
                        break;
                    }
                    if (!Files.isSymbolicLink(file)) {
                        scripts.add(file);
                        break;
                    }
                    file = file.resolveSibling(Files.readSymbolicLink(file)).normalize();
                }
            } catch (InvalidPathException | IOException noFile) {
                // a word of a line that is no path leads to no program
            }
        }
    }

    private boolean isInBin(Path file) throws IOException {
        Path parent = file.getParent();
        return parent != null
                && Files.isDirectory(parent)
                && parent.toRealPath().equals(bin);
    }

    private static String text(Path script) {
        try {
            if (!Files.isRegularFile(script) || Files.size(script) > LARGEST_SCRIPT) {
                return "";
            }
            String text = new String(Files.readAllBytes(script), StandardCharsets.UTF_8);
            return text.startsWith("#!") ? text.replaceAll("(?m)^\\s*#.*$", "") : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
