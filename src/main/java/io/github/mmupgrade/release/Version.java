package io.github.mmupgrade.release;

import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of a Mattermost release, such as {@code 5.37.10}.
 *
 * <p>Orders by number, not by text: 5.9.0 comes before 5.10.0.
 *
 * @param major the first number, 0 to 99999
 * @param minor the second number, 0 to 99999
 * @param patch the third number, 0 to 99999
 */
public record Version(int major, int minor, int patch) implements Comparable<Version> {

    private static final Pattern TEXT = Pattern.compile("v?(\\d{1,5})\\.(\\d{1,5})(?:\\.(\\d{1,5}))?");

    private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
            .thenComparingInt(Version::minor)
            .thenComparingInt(Version::patch);

    /** Checks the numbers. */
    public Version {
        if (major < 0 || minor < 0 || patch < 0 || major > 99_999 || minor > 99_999 || patch > 99_999) {
            throw new IllegalArgumentException("Not a version: " + major + "." + minor + "." + patch);
        }
    }

    /** A version from its three numbers. */
    public static Version of(int major, int minor, int patch) {
        return new Version(major, minor, patch);
    }

    /**
     * Reads a version: {@code 5.37.10}, {@code v5.37.10}, or {@code 5.37}, which is {@code 5.37.0}.
     *
     * @param text what to read; white space around it is ignored
     * @throws IllegalArgumentException when it is no version
     */
    public static Version parse(String text) {
        return tryParse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Not a version: '" + text + "'; a version looks like 5.37.10 or 5.37"));
    }

    /**
     * Reads a version, or nothing where the text is none.
     *
     * @param text what to read; null is no version
     */
    public static Optional<Version> tryParse(String text) {
        if (text == null) {
            return Optional.empty();
        }
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String patch = matcher.group(3);
        return Optional.of(new Version(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? 0 : Integer.parseInt(patch)));
    }

    /** Whether this one comes before the other. */
    public boolean below(Version other) {
        return compareTo(other) < 0;
    }

    /** Whether this one is the other or comes after it. */
    public boolean atLeast(Version other) {
        return compareTo(other) >= 0;
    }

    /** Whether both are patches of one minor release: 5.37.0 and 5.37.10 are. */
    public boolean sameLine(Version other) {
        return major == other.major && minor == other.minor;
    }

    /** The first version of this minor release, which is also how a server numbers its schema: 5.37.0 for 5.37.10. */
    public Version lineStart() {
        return patch == 0 ? this : new Version(major, minor, 0);
    }

    /** The minor release without the patch: {@code 5.37} for 5.37.10. */
    public String line() {
        return major + "." + minor;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, Objects.requireNonNull(other));
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
