package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigValidation;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.release.ArchiveConfiguration;
import io.github.mmupgrade.release.ArchiveIdentity;
import io.github.mmupgrade.release.DownloadUrl;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The goals that look at configurations and write none. */
final class ConfigGoals {

    private final Workplace place;
    private final Configurations configurations;

    ConfigGoals(Workplace place) {
        this.place = place;
        this.configurations = new Configurations(place);
    }

    /** A release's default configuration, and which release it is of. */
    private record Default(ConfigDocument document, Version release) {}

    /**
     * What the merge into the target's configuration would write.
     *
     * @param format {@code text} or {@code json}, a JSON Patch with secrets hidden
     */
    List<String> diff(String format) {
        Default target = target().orElseThrow(() -> new RefusedException(
                "It is not known which release's configuration to compare with. Nothing was changed.",
                Hint.run("give its archive:", "diff-config", "mattermost.archive=/path/to/archive.tar.gz")));
        MergedConfig merged =
                configurations.merge(place.server().document(), target.document(), target.release(), Optional.empty());
        ConfigDiff diff = ConfigDiff.of(merged);
        return json(format) ? diff.jsonPatch().lines().toList() : diff.text();
    }

    /**
     * Holds the configuration against a release's default.
     *
     * @param format {@code text} or {@code json}
     * @throws RefusedException when the server would not start with it, or not take a value
     */
    void validate(String format) {
        Default release = target().or(this::installed)
                .orElseThrow(() -> new RefusedException(
                        "The default configuration of the installed release is not known. Nothing was changed.",
                        Hint.run(
                                "give the archive of a release:",
                                "validate-config",
                                "mattermost.archive=/path/to/archive.tar.gz")));
        ConfigDocument document = place.server().document();
        ConfigValidation found = ConfigValidation.of(document, release.document(), release.release());
        (json(format) ? found.json().lines().toList() : found.text()).forEach(place.reporter()::info);
        if (found.hasErrors()) {
            throw new RefusedException(
                    "The configuration " + document.name() + " has errors; " + release.release()
                            + " would not start with it, or not take a value. Nothing was changed.",
                    Hint.of("correct the settings named above"));
        }
    }

    /** The release that was given by its archive, or that the run under way has unpacked. */
    private Optional<Default> target() {
        String archive = place.options().target().archive();
        if (archive != null) {
            ArchiveIdentity identity = new ReleaseSources(place)
                    .givenArchive()
                    .orElseThrow(() -> new RefusedException(
                            "The archive " + archive + " is a directory; which release is meant is not known."
                                    + " Nothing was changed.",
                            Hint.of("give one archive by mattermost.archive")));
            byte[] bytes = ArchiveConfiguration.read(DownloadUrl.parse(archive)
                    .file()
                    .orElseThrow(() -> new RefusedException(
                            "The archive is not on this machine. Nothing was changed.",
                            Hint.run("fetch it first:", DownloadStage.NAME))));
            return Optional.of(new Default(
                    ConfigDocument.parse(bytes, "the default of " + identity.version()), identity.version()));
        }
        return place.openRun().map(run -> {
            int hop = StageRunner.currentHop(run);
            return new Default(configurations.newDefault(run, hop), Version.parse(run.requireFact(hop, Facts.TO)));
        });
    }

    private Optional<Default> installed() {
        Version version = InstalledRelease.read(place, place.server()).version();
        return configurations.keptDefault(version).map(document -> new Default(document, version));
    }

    private static boolean json(String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "text" -> false;
            case "json" -> true;
            default ->
                throw new RefusedException(
                        "There is no mattermost.format '" + format + "'. Nothing was changed.",
                        Hint.of("give text or json"));
        };
    }
}
