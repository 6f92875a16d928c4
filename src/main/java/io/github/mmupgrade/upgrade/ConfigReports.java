package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
     * What the merge into the target's configuration would write, for each release of the path that leads there. As
     * data a JSON Patch with secrets hidden: from the configuration as it is to what is written for the last release.
     */
    Event.Result diff() {
        List<Shipped> target = target();
        if (target.isEmpty()) {
            throw new RefusedException(
                    "No target release is known to compare the configuration with. Nothing was changed.",
                    Hint.run("Give its archive.", Goal.DIFF_CONFIG, "mattermost.archive=/path/to/archive.tar.gz"));
        }
        ConfigDocument now = context.server().document();
        List<MergedConfig> merges = configurations.along(target, target.size(), now, Optional.empty());
        List<String> lines = new ArrayList<>();
        for (int hop = 0; hop < merges.size(); hop++) {
            lines.addAll(heading(target, hop));
            lines.addAll(ConfigDiff.of(merges.get(hop)).text());
        }
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.set("releases", Json.MAPPER.valueToTree(names(target)));
        data.set(
                "patch",
                Json.tree(ConfigDiff.between(now, merges.get(merges.size() - 1).document())
                        .jsonPatch()));
        return new Event.Result(Goal.DIFF_CONFIG, data, lines);
    }

    private static List<String> names(List<Shipped> releases) {
        return releases.stream().map(shipped -> shipped.release().toString()).toList();
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
     * Holds the configuration against the defaults of the releases that it has to go through, and reports the result.
     *
     * @throws RefusedException when a server would not start with it, or not take a value
     */
    void validate() {
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
        ArrayNode objects = Json.MAPPER.createArrayNode();
        Optional<String> wrong = Optional.empty();
        ConfigDocument document = context.server().document();
        for (int hop = 0; hop < releases.size() && wrong.isEmpty(); hop++) {
            Shipped shipped = releases.get(hop);
            ConfigValidation found = ConfigValidation.of(document, shipped.document(), shipped.release());
            lines.addAll(heading(releases, hop));
            lines.addAll(found.text());
            objects.add(Json.tree(found.json()));
            if (found.hasErrors()) {
                wrong = Optional.of("The configuration " + document.name() + " has errors; " + shipped.release()
                        + " would not start with it, or would not accept a value. Nothing was changed.");
            } else if (hop < releases.size() - 1) {
                document = HopConfigurations.after(
                        configurations.merge(document, shipped.document(), shipped.release(), false, Optional.empty()));
            }
        }
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("valid", wrong.isEmpty());
        data.set("releases", objects);
        context.reporter().report(new Event.Result(Goal.VALIDATE_CONFIG, data, lines));
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
}
