package io.github.mmupgrade.release;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What an administrator asked for as the version to move to: {@code latest}, {@code latest-esr}, {@code next} (the minor
 * release after the installed one), {@code 11.7} (the newest patch of that minor release) or {@code 11.7.9}.
 *
 * @param wanted what was asked for, stripped, in lower case
 */
public record TargetVersion(String wanted) {

    private static final Version BEYOND = new Version(99_999, 0, 0);

    /**
     * Checks the text.
     *
     * @throws RefusedException when it is none of the forms
     */
    public TargetVersion {
        wanted = Objects.requireNonNull(wanted).strip().toLowerCase(Locale.ROOT);
        if (!List.of("latest", "latest-esr", "next").contains(wanted)
                && Version.tryParse(wanted).isEmpty()) {
            throw new RefusedException(
                    "mattermost.targetVersion is '" + wanted + "', which is not a target. Nothing was changed.",
                    Hint.of("It can be latest, latest-esr, next, a minor release such as 11.7, or a version such as"
                            + " 11.7.9."));
        }
    }

    /**
     * The release that is meant.
     *
     * @param installed the version that is installed
     * @throws RefusedException when the catalogue knows no such release
     */
    public Release resolve(Version installed, Catalogue catalogue) {
        return resolve(installed, catalogue, List.of());
    }

    /**
     * The release that is meant, of a minor release the newest patch whose archive was handed over.
     *
     * @param installed the version that is installed
     * @param atHand the releases whose archives were handed over, oldest first; empty when archives are downloaded
     * @throws RefusedException when the catalogue knows no such release
     */
    Release resolve(Version installed, Catalogue catalogue, List<Version> atHand) {
        return switch (wanted) {
            case "latest" -> known(catalogue.latest(), installed, catalogue);
            case "latest-esr" ->
                catalogue.latestEsr().orElseThrow(() -> unknown("an extended support release", catalogue));
            case "next" -> next(installed, catalogue);
            default -> numbered(Version.parse(wanted), installed, catalogue, atHand);
        };
    }

    private Release numbered(Version version, Version installed, Catalogue catalogue, List<Version> atHand) {
        boolean exact = wanted.chars().filter(character -> character == '.').count() == 2;
        if (exact) {
            return catalogue.find(version).orElseThrow(() -> unknown(version.toString(), catalogue));
        }
        Optional<Release> handedOver = catalogue.newestOf(version, atHand);
        if (handedOver.isPresent()) {
            return handedOver.get();
        }
        Release newest = catalogue.latestOfLine(version).orElseThrow(() -> unknown(version.line(), catalogue));
        return version.sameLine(installed) ? known(newest, installed, catalogue) : newest;
    }

    private static Release next(Version installed, Catalogue catalogue) {
        return catalogue.linesBetween(installed, BEYOND).stream()
                .filter(release ->
                        catalogue.forbidden(installed, release.version()).isEmpty())
                .findFirst()
                .orElseThrow(() -> unknown("a release after " + installed.line(), catalogue));
    }

    /** What the catalogue knows as the newest, unless a newer one is installed: then the catalogue is out of date. */
    private static Release known(Release newest, Version installed, Catalogue catalogue) {
        if (newest.version().below(installed)) {
            throw unknown("a release newer than the installed " + installed, catalogue);
        }
        return newest;
    }

    private static RefusedException unknown(String what, Catalogue catalogue) {
        return new RefusedException(
                "The catalogue does not have " + what + "; it has " + catalogue + ". Nothing was changed.",
                Hint.of(
                        "Check mattermost.targetVersion and mattermost.path, or set mattermost.catalogue to a newer catalogue."));
    }

    @Override
    public String toString() {
        return wanted;
    }
}
