package io.github.mmupgrade.report;

import java.util.List;
import java.util.Objects;

/**
 * What a person can do about a problem: a sentence, and where a goal of this plugin helps, the goal with its options.
 *
 * <p>The goal is kept apart from the sentence because only the Maven side knows the coordinates and the properties that
 * make it a command that can be pasted (the installation, the state directory, the active profile).
 *
 * @param text what to do or what the problem means; never empty
 * @param goal the goal to run, such as {@code rollback}; null when no goal helps
 * @param options options of the goal as {@code property=value}, without {@code -D}; never null
 */
public record Hint(String text, String goal, List<String> options) {

    /** Checks the parts. */
    public Hint {
        if (Objects.requireNonNull(text).isBlank()) {
            throw new IllegalArgumentException("A hint needs a text");
        }
        options = List.copyOf(options);
    }

    /** A hint that needs no goal of the plugin. */
    public static Hint of(String text) {
        return new Hint(text, null, List.of());
    }

    /**
     * A hint that names a goal to run.
     *
     * @param text the sentence in front of the command
     * @param goal the goal to run
     * @param options further options as {@code property=value}, without {@code -D}
     */
    public static Hint run(String text, Goal goal, String... options) {
        return new Hint(text, goal.key(), List.of(options));
    }

    @Override
    public String toString() {
        return goal == null ? text : text + " [" + goal + (options.isEmpty() ? "" : " " + options) + "]";
    }
}
