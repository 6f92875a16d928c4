package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.archive.ArchiveContents;
import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigValidation;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.planning.HopConfigurations.Shipped;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The goals that look at configurations and write none. */
final class ConfigReports {

    private final GoalContext context;
    private final HopConfigurations configurations;

    ConfigReports(GoalContext context) {
        this.context = context;
        this.configurations = new HopConfigurations(context);
    }

    /**
     * What the merge into the target's configuration would write, for each release of the path that leads there.
     *
     * @param format {@code text} or {@code json}, a JSON Patch with secrets hidden: from the configuration as it is to
     *     what is written for the last release
     */
    List<String> diff(String format) {
        boolean json = json(format);
        List<Shipped> target = target();
        if (target.isEmpty()) {
            throw new RefusedException(
                    "No target release is known to compare the configuration with. Nothing was changed.",
                    Hint.run("Give its archive.", Goal.DIFF_CONFIG, "mattermost.archive=/path/to/archive.tar.gz"));
        }
        ConfigDocument now = context.server().document();
        List<MergedConfig> merges = configurations.along(target, target.size(), now, Optional.empty());
        if (json) {
            return ConfigDiff.between(now, merges.get(merges.size() - 1).document())
                    .jsonPatch()
                    .lines()
                    .toList();
        }
        List<String> lines = new ArrayList<>();
        for (int hop = 0; hop < merges.size(); hop++) {
            lines.addAll(heading(target, hop));
            lines.addAll(ConfigDiff.of(merges.get(hop)).text());
        }
        return lines;
    }

    /** Which of several releases what follows is for. */
    private static List<String> heading(List<Shipped> releases, int hop) {
        return releases.size() == 1
                ? List.of()
                : List.of(
                        "",
                        "Step " + (hop + 1) + " of " + releases.size() + ": Mattermost "
                                + releases.get(hop).release());
    }

    /**
     * Holds the configuration against the defaults of the releases that it has to go through.
     *
     * @param format {@code text} or {@code json}: an object, or for a path of several releases a list of them
     * @throws RefusedException when a server would not start with it, or not take a value
     */
    void validate(String format) {
        boolean json = json(format);
        List<Shipped> releases = target();
        if (releases.isEmpty()) {
            releases = List.of(installed()
                    .orElseThrow(() -> new RefusedException(
                            "The default configuration of the installed release is not known. Nothing was changed.",
                            Hint.run(
                                    "Give the archive of a release.",
                                    Goal.VALIDATE_CONFIG,
                                    "mattermost.archive=/path/to/archive.tar.gz"))));
        }
        List<String> lines = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        Optional<String> wrong = Optional.empty();
        ConfigDocument document = context.server().document();
        for (int hop = 0; hop < releases.size() && wrong.isEmpty(); hop++) {
            Shipped shipped = releases.get(hop);
            ConfigValidation found = ConfigValidation.of(document, shipped.document(), shipped.release());
            lines.addAll(heading(releases, hop));
            lines.addAll(found.text());
            objects.add(found.json());
            if (found.hasErrors()) {
                wrong = Optional.of("The configuration " + document.name() + " has errors; " + shipped.release()
                        + " would not start with it, or would not accept a value. Nothing was changed.");
            } else if (hop < releases.size() - 1) {
                document = HopConfigurations.after(
                        configurations.merge(document, shipped.document(), shipped.release(), false, Optional.empty()));
            }
        }
        if (json) {
            String text = releases.size() == 1 ? objects.get(0) : "[" + String.join(",\n", objects) + "]";
            lines = text.lines().toList();
        }
        lines.forEach(context.reporter()::info);
        wrong.ifPresent(message -> {
            throw new RefusedException(message, Hint.of("Correct the settings named above."));
        });
    }

    /**
     * The releases on the way to the target: the one whose archive was given, those that the run in progress has
     * unpacked, or those of the path through a directory of archives; empty when none of these is known.
     */
    private List<Shipped> target() {
        if (context.options().target().archive() != null) {
            ReleaseSources sources = new ReleaseSources(context);
            List<Shipped> releases = sources.givenArchive()
                    .map(identity -> List.of(
                            shipped(identity.version(), sources.onThisMachine(identity.version(), identity.edition()))))
                    .orElseGet(() -> inDirectory(sources));
            configurations.requireOverlays(
                    releases.stream().map(Shipped::release).toList());
            return releases;
        }
        return context.openRun()
                .filter(run -> !run.isMigration())
                .map(configurations::shipped)
                .orElse(List.of());
    }

    private List<Shipped> inDirectory(ReleaseSources sources) {
        PlannedUpgrade forecast = PlannedUpgrade.make(context, context.server(), sources);
        return forecast.path().hops().stream()
                .map(hop -> shipped(hop.to(), sources.onThisMachine(hop.to(), forecast.edition())))
                .toList();
    }

    private static Shipped shipped(Version release, Optional<Path> archive) {
        ArchiveContents contents = ArchiveContents.read(archive.orElseThrow(() -> new RefusedException(
                "The archive is not on this machine. Nothing was changed.",
                Hint.run("Download it first.", Goal.DOWNLOAD))));
        return new Shipped(release, ConfigDocument.parse(contents.configuration(), "the default of " + release));
    }

    private Optional<Shipped> installed() {
        Version version = InstalledRelease.read(context, context.server()).version();
        return configurations.keptDefault(version).map(document -> new Shipped(version, document));
    }

    private static boolean json(String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "text" -> false;
            case "json" -> true;
            default ->
                throw new RefusedException(
                        "There is no mattermost.format '" + format + "'. Nothing was changed.",
                        Hint.of("Set it to text or json."));
        };
    }
}
