package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigMerge;
import io.github.mmupgrade.config.ConfigMode;
import io.github.mmupgrade.config.ConfigOverlay;
import io.github.mmupgrade.config.ConfigPrediction;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.service.ListenAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The merge of an installation's configuration with a release's default. */
final class Configurations {

    private static final String LISTEN_ADDRESS = "ServiceSettings.ListenAddress";

    private final Workplace place;

    Configurations(Workplace place) {
        this.place = place;
    }

    /**
     * What a hop writes, from what was saved before it. Asked again later, it comes to the same.
     *
     * @throws RefusedException when it can't be merged; nothing was written
     */
    MergedConfig merge(Run run, int hop, ConfigDocument saved) {
        return merge(
                addressed(run, hop, saved),
                newDefault(run, hop),
                Version.parse(run.requireFact(hop, Facts.TO)),
                oldDefault(run, hop));
    }

    /** What a configuration becomes for a release. */
    MergedConfig merge(
            ConfigDocument saved, ConfigDocument newDefault, Version to, Optional<ConfigDocument> oldDefault) {
        UpgradeOptions.Config options = place.options().config();
        ConfigMerge merge = ConfigMerge.into(newDefault, to)
                .mode(ConfigMode.parse(options.mode()))
                .overlay(ConfigOverlay.read(options.overlays(), place.host().environment()))
                .environment(place.server().environment())
                .dropUnknown(options.dropUnknown())
                .adoptDefaults(options.adoptDefaults());
        oldDefault.ifPresent(merge::oldDefault);
        return merge.merge(saved);
    }

    /** Between the hops of a path users are kept out: only the loopback interface is listened on. */
    private ConfigDocument addressed(Run run, int hop, ConfigDocument saved) {
        int hops = StageRunner.hops(run);
        if (hops == 1) {
            return saved;
        }
        String original = run.fact(1, Facts.LISTEN).orElse("");
        if (original.isEmpty()) {
            return saved;
        }
        if (hop == hops) {
            return saved.with(LISTEN_ADDRESS, TextNode.valueOf(original));
        }
        ListenAddress address = ListenAddress.of(original, null, null);
        return saved.with(LISTEN_ADDRESS, TextNode.valueOf("127.0.0.1:" + address.port()));
    }

    /** The default of the release that a hop installs; it stays in the directory that the release was unpacked to. */
    ConfigDocument newDefault(Run run, int hop) {
        return defaultIn(Path.of(run.requireFact(hop, Facts.NEXT)).resolve("config"))
                .orElseThrow(() -> new RefusedException(
                        "The default configuration of " + run.requireFact(hop, Facts.TO) + " is not in "
                                + run.requireFact(hop, Facts.NEXT) + " any more. Nothing was written.",
                        Hint.run("unpack the release again:", DownloadStage.NAME)));
    }

    private Optional<ConfigDocument> oldDefault(Run run, int hop) {
        if (hop > 1) {
            return Optional.of(newDefault(run, hop - 1));
        }
        return keptDefault(Version.parse(run.requireFact(0, Facts.FROM)));
    }

    /** The default of a release that was unpacked here before; empty when none was kept. */
    Optional<ConfigDocument> keptDefault(Version version) {
        Path kept = fileOfDefault(version.toString());
        return Files.exists(kept) ? Optional.of(ConfigDocument.read(kept)) : Optional.empty();
    }

    /** Keeps the default of an unpacked release, so that the next upgrade knows which defaults changed. */
    void keepDefault(Path unpacked, String version) {
        defaultIn(unpacked.resolve("config")).ifPresent(document -> {
            Path kept = fileOfDefault(version);
            try {
                Files.createDirectories(kept.getParent());
                document.writeTo(kept);
            } catch (IOException e) {
                place.reporter().warn("The default configuration can't be kept as " + kept + ": " + e.getMessage());
            }
        });
    }

    private Path fileOfDefault(String version) {
        return place.state().resolve("shipped").resolve(version + ".config.json");
    }

    private static Optional<ConfigDocument> defaultIn(Path config) {
        return Stream.of("config.json", "default.json")
                .map(config::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map(ConfigDocument::read);
    }

    /** How what the server wrote differs from what was foretold, a line each; empty when nothing does. */
    List<String> surprises(Run run, int hop) {
        MergedConfig merged = merge(run, hop, new Backups(place).savedConfiguration(run, hop));
        Optional<ConfigPrediction> prediction = merged.prediction();
        if (prediction.isEmpty()) {
            return List.of();
        }
        return prediction.get().differences(place.server().document()).stream()
                .map(Object::toString)
                .toList();
    }
}
