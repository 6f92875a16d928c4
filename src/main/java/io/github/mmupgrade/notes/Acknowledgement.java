package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The releases whose notes an administrator says were read ({@code mattermost.acknowledge}): versions, minor releases,
 * ranges of them, or {@code all}, such as {@code 1.4.0,5.26-5.37.10}.
 */
public final class Acknowledgement {

    /** The name of the property. */
    private static final String PROPERTY = "mattermost.acknowledge";

    private final boolean all;
    private final List<Range> ranges;

    /** Versions from the first to the last, both included. */
    private record Range(Version first, Version last) {
        boolean contains(Version version) {
            return version.atLeast(first) && last.atLeast(version);
        }
    }

    private Acknowledgement(boolean all, List<Range> ranges) {
        this.all = all;
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Reads an acknowledgement.
     *
     * @param text what was given; null or blank acknowledges nothing
     * @throws RefusedException when it is neither versions, ranges nor {@code all}
     */
    public static Acknowledgement parse(String text) {
        boolean all = false;
        List<Range> ranges = new ArrayList<>();
        if (text != null) {
            for (String part : text.split(",")) {
                String word = part.strip().toLowerCase(Locale.ROOT);
                if (word.equals("all")) {
                    all = true;
                } else if (!word.isEmpty()) {
                    ranges.add(range(word, text));
                }
            }
        }
        return new Acknowledgement(all, ranges);
    }

    private static Range range(String word, String text) {
        String[] ends = word.split("-", -1);
        try {
            if (ends.length <= 2) {
                Range range = new Range(Version.parse(ends[0]), last(ends[ends.length - 1]));
                if (!range.last().below(range.first())) {
                    return range;
                }
            }
        } catch (IllegalArgumentException e) {
            throw notUnderstood(word, text, e);
        }
        throw notUnderstood(word, text, null);
    }

    /** A minor release without a patch stands for all its patches. */
    private static Version last(String text) {
        Version version = Version.parse(text);
        boolean wholeLine = text.indexOf('.') == text.lastIndexOf('.');
        return wholeLine ? new Version(version.major(), version.minor(), 99_999) : version;
    }

    private static RefusedException notUnderstood(String word, String text, Throwable cause) {
        return new RefusedException(
                PROPERTY + " is '" + text + "', and '" + word
                        + "' is neither a release nor a range of releases. Nothing was changed.",
                Hint.of("Set it to releases (1.4.0), minor releases (11.8), ranges (5.26-5.37.10) or all, separated by"
                        + " commas."),
                cause);
    }

    /** Whether the notes of every release are acknowledged, so that none need be looked for. */
    public boolean coversAll() {
        return all;
    }

    /** Whether a release's notes are acknowledged. */
    public boolean covers(Version release) {
        return all || ranges.stream().anyMatch(range -> range.contains(release));
    }

    /** Those of the releases whose notes are not acknowledged, in their order. */
    public List<Version> missing(List<Version> releases) {
        return releases.stream().filter(release -> !covers(release)).toList();
    }

    /**
     * Refuses to go on unless every release's notes are acknowledged.
     *
     * @param releases the releases between, oldest first
     * @throws RefusedException when one is missing; its hint has the exact option to pass
     */
    public void require(List<Version> releases) {
        List<Version> missing = missing(releases);
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    "The notes of " + missing.size() + (missing.size() == 1 ? " release are" : " releases are")
                            + " not acknowledged: " + String.join(", ", texts(missing)) + ". Nothing was changed.",
                    Hint.run(
                            "The goal check-version prints them. Read them, do what they ask for, then acknowledge them.",
                            Goal.UPGRADE,
                            option(releases)));
        }
    }

    /**
     * The option that acknowledges these releases and no others between them: {@code property=value}, without
     * {@code -D}.
     *
     * @param releases every release between, oldest first
     */
    public static String option(List<Version> releases) {
        return PROPERTY + "="
                + (releases.size() <= 2
                        ? String.join(",", texts(releases))
                        : releases.get(0) + "-" + releases.get(releases.size() - 1));
    }

    private static List<String> texts(List<Version> versions) {
        return versions.stream().map(Version::toString).toList();
    }
}
