package io.github.mmupgrade.planning;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigMerge;
import io.github.mmupgrade.config.ConfigMode;
import io.github.mmupgrade.config.ConfigOverlay;
import io.github.mmupgrade.config.ConfigPrediction;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.server.ListenAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The merge of an installation's configuration with a release's default. */
public final class HopConfigurations {

    private static final String LISTEN_ADDRESS = "ServiceSettings.ListenAddress";

    private final GoalContext context;

    public HopConfigurations(GoalContext context) {
        this.context = context;
    }

    /**
     * What a hop writes, from what was saved before it. Asked again later, it comes to the same.
     *
     * @throws RefusedException when it cannot be merged; nothing was written
     */
    public MergedConfig merge(Run run, int hop, ConfigDocument saved) {
        return merge(
                addressed(run, hop, saved),
                newDefault(run, hop),
                release(run, hop),
                hop == run.hops(),
                oldDefault(run, hop));
    }

    /**
     * The default configuration of a release.
     *
     * @param release the release
     * @param document its default
     */
    public record Shipped(Version release, ConfigDocument document) {}

    /** The defaults of the hops of a run that are still to come, as they were unpacked. */
    public List<Shipped> shipped(Run run) {
        List<Shipped> releases = new ArrayList<>();
        for (int hop = run.currentHop(); hop <= run.hops(); hop++) {
            releases.add(new Shipped(release(run, hop), newDefault(run, hop)));
        }
        return releases;
    }

    /**
     * What each hop that is still to come will write. Writes nothing.
     *
     * @param now the configuration as it is
     * @throws RefusedException as {@link #along} does
     */
    public List<MergedConfig> everyHop(Run run, ConfigDocument now) {
        requireOverlays(releases(run));
        List<Shipped> shipped = shipped(run);
        return along(shipped, shipped.size(), now, oldDefault(run, run.currentHop()));
    }

    private static List<Version> releases(Run run) {
        return IntStream.rangeClosed(1, run.hops())
                .mapToObj(hop -> release(run, hop))
                .toList();
    }

    /**
     * What is written for each release of a path: for the first of them from a document, for every other one from what
     * the release before it is expected to make of its own.
     *
     * @param releases the releases in their order, as far as they are known
     * @param hops how many releases the path has
     * @param now the configuration as it is
     * @param oldDefault the default of the installed release; empty when it is not known
     * @throws RefusedException when a release would not take its configuration
     */
    public List<MergedConfig> along(
            List<Shipped> releases, int hops, ConfigDocument now, Optional<ConfigDocument> oldDefault) {
        List<MergedConfig> merges = new ArrayList<>();
        ConfigDocument document = now;
        Optional<ConfigDocument> before = oldDefault;
        for (Shipped shipped : releases) {
            boolean last = merges.size() == hops - 1;
            MergedConfig merged = merge(document, shipped.document(), shipped.release(), last, before);
            merges.add(merged);
            document = after(merged);
            before = Optional.of(shipped.document());
        }
        return merges;
    }

    /** What a configuration is expected to be when the release that it was merged for has started with it. */
    public static ConfigDocument after(MergedConfig merged) {
        return merged.prediction().map(ConfigPrediction::result).orElse(merged.document());
    }

    /**
     * Reads every overlay.
     *
     * @param releases those that the path goes through
     * @throws RefusedException when one cannot be read, or is for a release that is not among them
     */
    public void requireOverlays(List<Version> releases) {
        List<Overlay> overlays = context.options().config().overlays();
        ConfigOverlay.read(
                overlays.stream().map(Overlay::file).toList(), context.host().environment());
        for (Overlay overlay : overlays) {
            if (overlay.namesRelease()
                    && !releases.isEmpty()
                    && releases.stream().noneMatch(release -> overlay.appliesTo(release, false))) {
                throw new RefusedException(
                        "The overlay " + overlay + " is for " + overlay.release()
                                + ", which is not among the releases to install: "
                                + releases.stream().map(Version::toString).collect(Collectors.joining(", "))
                                + ". Nothing was changed.",
                        Hint.of("Give it for one of these releases, as in mattermost.config.overlays=" + releases.get(0)
                                + ":" + overlay.file() + ", or without a release for the last one."));
            }
        }
    }

    private static Version release(Run run, int hop) {
        return Version.parse(run.requireFact(hop, JournalKeys.TO));
    }

    /**
     * What a configuration becomes for a release.
     *
     * @param last whether the path ends with that release: overlays that name none are for it
     */
    public MergedConfig merge(
            ConfigDocument saved,
            ConfigDocument newDefault,
            Version to,
            boolean last,
            Optional<ConfigDocument> oldDefault) {
        UpgradeOptions.Config options = context.options().config();
        List<Path> overlays = options.overlays().stream()
                .filter(overlay -> overlay.appliesTo(to, last))
                .map(Overlay::file)
                .toList();
        ConfigMerge merge = ConfigMerge.into(newDefault, to)
                .mode(ConfigMode.parse(options.mode()))
                .overlay(ConfigOverlay.read(overlays, context.host().environment()))
                .environment(context.server().environment())
                .dropUnknown(options.dropUnknown())
                .adoptDefaults(options.adoptDefaults());
        oldDefault.ifPresent(merge::oldDefault);
        return merge.merge(saved);
    }

    /** Between the hops of a path users are kept out: only the loopback interface is listened on. */
    private ConfigDocument addressed(Run run, int hop, ConfigDocument saved) {
        int hops = run.hops();
        if (hops == 1) {
            return saved;
        }
        String original = run.fact(1, JournalKeys.LISTEN).orElse("");
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
        return defaultIn(Path.of(run.requireFact(hop, JournalKeys.NEXT)).resolve("config"))
                .orElseThrow(() -> new RefusedException(
                        "The default configuration of " + run.requireFact(hop, JournalKeys.TO) + " is no longer in "
                                + run.requireFact(hop, JournalKeys.NEXT) + " any more. Nothing was written.",
                        Hint.run("Unpack the release again.", Goal.DOWNLOAD)));
    }

    private Optional<ConfigDocument> oldDefault(Run run, int hop) {
        if (hop > 1) {
            return Optional.of(newDefault(run, hop - 1));
        }
        return keptDefault(Version.parse(run.requireFact(0, JournalKeys.FROM)));
    }

    /** The default of a release that was unpacked here before; empty when none was kept. */
    public Optional<ConfigDocument> keptDefault(Version version) {
        Path kept = fileOfDefault(version.toString());
        return Files.exists(kept) ? Optional.of(ConfigDocument.read(kept)) : Optional.empty();
    }

    /** Keeps the default of an unpacked release, so that the next upgrade knows which defaults changed. */
    public void keepDefault(Path unpacked, String version) {
        defaultIn(unpacked.resolve("config")).ifPresent(document -> {
            Path kept = fileOfDefault(version);
            try {
                Files.createDirectories(kept.getParent());
                document.writeTo(kept);
            } catch (IOException e) {
                context.reporter().warn("The default configuration cannot be kept as " + kept + ": " + IoReason.of(e));
            }
        });
    }

    private Path fileOfDefault(String version) {
        return context.state().resolve("shipped").resolve(version + ".config.json");
    }

    private static Optional<ConfigDocument> defaultIn(Path config) {
        return Stream.of("config.json", "default.json")
                .map(config::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map(ConfigDocument::read);
    }

    /** How what the server wrote differs from what was predicted, a line each; empty when nothing does. */
    public List<String> surprises(Run run, int hop) {
        MergedConfig merged = merge(run, hop, new Backups(context).savedConfiguration(run, hop));
        Optional<ConfigPrediction> prediction = merged.prediction();
        if (prediction.isEmpty()) {
            return List.of();
        }
        return prediction.get().differences(context.server().document()).stream()
                .map(Object::toString)
                .toList();
    }
}
