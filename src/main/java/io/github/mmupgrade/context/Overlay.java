package io.github.mmupgrade.context;

import io.github.mmupgrade.release.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON merge patch for the configuration, and the release that it is for.
 *
 * @param file the patch
 * @param release {@code last} for the release at the end of the path, {@code every} for all of them, else a release
 *     such as {@code 5.31.7} or the releases of a line such as {@code 5.31}
 */
public record Overlay(Path file, String release) {

    private static final String LAST = "last";
    private static final String EVERY = "every";

    private static final Pattern FOR_RELEASE = Pattern.compile("(\\d+\\.\\d+(?:\\.\\d+)?):(.+)");

    /** Checks the parts. */
    public Overlay {
        Objects.requireNonNull(file);
        Objects.requireNonNull(release);
    }

    /** For the release at the end of the path. */
    public static Overlay forLast(Path file) {
        return new Overlay(file, LAST);
    }

    /** For every release of the path. */
    public static Overlay forEvery(Path file) {
        return new Overlay(file, EVERY);
    }

    /**
     * Reads what a person gave.
     *
     * @param text the path of a file, or {@code 5.31.7:} and the path of a file; a file that is there under the whole
     *     text is that file
     * @param directory where relative paths start
     */
    public static Overlay parse(String text, Path directory) {
        String given = text.strip();
        Path whole = directory.resolve(given).normalize();
        Matcher matcher = FOR_RELEASE.matcher(given);
        return matcher.matches() && !Files.exists(whole)
                ? new Overlay(directory.resolve(matcher.group(2).strip()).normalize(), matcher.group(1))
                : forLast(whole);
    }

    /** Whether it names the release that it is for. */
    public boolean namesRelease() {
        return !release.equals(LAST) && !release.equals(EVERY);
    }

    /** The same patch in another file. */
    public Overlay in(Path other) {
        return new Overlay(other, release);
    }

    /**
     * Whether it is applied at a hop.
     *
     * @param to the release that the hop installs
     * @param last whether the path ends with it
     */
    public boolean appliesTo(Version to, boolean last) {
        return switch (release) {
            case LAST -> last;
            case EVERY -> true;
            default -> release.equals(to.toString()) || release.equals(to.line());
        };
    }

    /** As a person gives it. */
    @Override
    public String toString() {
        return namesRelease() ? release + ":" + file : file.toString();
    }
}
