package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.release.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the stand-in was told to do badly, or slowly.
 *
 * <p>Lines of a file {@code misbehave} in the configuration's directory, or beside that directory, or of the variable
 * {@code STANDIN_MISBEHAVE} (there {@code ;} separates them too): {@code RELEASE ACTION [VALUE]}, where the release is
 * {@code *}, {@code 5.37} or {@code 5.37.0}.
 */
final class Misbehaviour {

    /** The name of the file. */
    static final String FILE = "misbehave";

    private final Map<String, String> actions = new HashMap<>();

    private Misbehaviour() {}

    /** Reads what concerns a release. */
    static Misbehaviour read(Path configDirectory, Map<String, String> environment, Version release) {
        Misbehaviour result = new Misbehaviour();
        try {
            if (configDirectory != null) {
                for (Path file : new Path[] {configDirectory.resolveSibling(FILE), configDirectory.resolve(FILE)}) {
                    if (Files.isReadable(file)) {
                        Files.readString(file).lines().forEach(line -> result.add(line, release));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String line : environment.getOrDefault("STANDIN_MISBEHAVE", "").split("[;\n]")) {
            result.add(line, release);
        }
        return result;
    }

    private void add(String line, Version release) {
        String[] words = line.strip().split(" +", 3);
        if (words.length >= 2
                && (words[0].equals("*") || words[0].equals(release.line()) || words[0].equals(release.toString()))) {
            actions.put(words[1], words.length > 2 ? words[2] : "");
        }
    }

    /** Whether it shall do this. */
    boolean asks(String action) {
        return actions.containsKey(action);
    }

    /** The value of an action. */
    String text(String action, String otherwise) {
        return actions.getOrDefault(action, otherwise);
    }

    /** The value of an action as a number, mostly of seconds. */
    double number(String action, double otherwise) {
        String value = actions.get(action);
        return value == null || value.isEmpty() ? otherwise : Double.parseDouble(value);
    }
}
