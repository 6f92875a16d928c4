package io.github.mmupgrade.release;

import static java.util.stream.Collectors.joining;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an administrator asked for as the way to go ({@code mattermost.path}): a mode, or the releases to pass through.
 *
 * @param mode how the releases between are chosen; {@link PathMode#DIRECT} when they are named
 * @param through the releases to pass through, in their order, each a version ({@code 5.31.7}) or a minor release
 *     ({@code 5.31}); empty when the mode chooses them
 */
public record PathChoice(PathMode mode, List<TargetVersion> through) {

    /** Copies the list. */
    public PathChoice {
        Objects.requireNonNull(mode);
        through = List.copyOf(through);
    }

    /**
     * Reads the name of a mode, or releases divided by commas.
     *
     * @throws RefusedException when it is neither
     */
    public static PathChoice parse(String text) {
        return ofReleases(text).orElseGet(() -> new PathChoice(PathMode.parse(text), List.of()));
    }

    /**
     * Reads releases divided by commas.
     *
     * @return empty when the text begins with no version, so that it can only be the name of a mode
     * @throws RefusedException when something of it is no version
     */
    public static Optional<PathChoice> ofReleases(String text) {
        List<String> names =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (Version.tryParse(names.get(0)).isEmpty()) {
            return Optional.empty();
        }
        names.stream()
                .filter(name -> Version.tryParse(name).isEmpty())
                .findFirst()
                .ifPresent(wrong -> {
                    throw new RefusedException(
                            "mattermost.path is '" + text + "', and '" + wrong
                                    + "' is not a release. Nothing was changed.",
                            Hint.of(
                                    "Set it to releases separated by commas, such as 5.25.7,5.31.9,5.37.10, or to auto, every-release,"
                                            + " esr or direct."));
                });
        return Optional.of(new PathChoice(
                PathMode.DIRECT, names.stream().map(TargetVersion::new).toList()));
    }

    /** As the parameter is written. */
    @Override
    public String toString() {
        return through.isEmpty()
                ? mode.key()
                : through.stream().map(TargetVersion::wanted).collect(joining(","));
    }
}
