package io.github.mmupgrade.config;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a merge came to.
 *
 * @param before the old document
 * @param document the new one, to be written
 * @param changes what becomes of every setting, in the order of the new document
 * @param prediction what the server is expected to make of it; empty where it was not asked for
 */
public record MergedConfig(
        ConfigDocument before,
        ConfigDocument document,
        List<ConfigChange> changes,
        Optional<ConfigPrediction> prediction) {

    /** Checks the parts. */
    public MergedConfig {
        Objects.requireNonNull(before);
        Objects.requireNonNull(document);
        changes = List.copyOf(changes);
        Objects.requireNonNull(prediction);
    }

    /** The changes of one kind. */
    public Stream<ConfigChange> of(ConfigChange.Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind);
    }

    /** How many changes of each kind there are; never a value. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(document.name());
        for (ConfigChange.Kind kind : ConfigChange.Kind.values()) {
            long count = of(kind).count();
            if (count > 0) {
                text.append(text.indexOf(": ") < 0 ? ": " : ", ")
                        .append(count)
                        .append(' ')
                        .append(kind);
            }
        }
        return text.toString();
    }
}
