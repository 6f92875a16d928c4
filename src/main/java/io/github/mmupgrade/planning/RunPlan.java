package io.github.mmupgrade.planning;

import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a run is going to do, decided when it begins: a run has one plan, and a call with another plan is another run.
 *
 * @param from the installed version
 * @param edition the edition to install
 * @param hops the releases to pass through, in their order
 * @param options how the configuration is merged, in words: the options that decide what the new server runs with
 */
public record RunPlan(Version from, Edition edition, List<PlannedHop> hops, String options) {

    private static final int SHOWN_DIGITS = 12;
    private static final String HOP_SEPARATOR = ",";
    private static final String SEPARATOR = ", ";
    private static final String PRIMARY_TEAM = "primary team ";
    private static final String NODES = "nodes ";
    private static final Pattern OVERLAY = Pattern.compile("overlay .+? for (\\S+ [0-9a-f]{" + SHOWN_DIGITS + "})");

    /** Copies the list. */
    public RunPlan {
        hops = List.copyOf(hops);
    }

    /**
     * A step of a plan.
     *
     * @param to the release that it installs
     * @param sha256 the checksum of its archive, 64 hexadecimal digits; empty when it is not known
     */
    record PlannedHop(Version to, String sha256) {

        /** Whether both install the same; a checksum that is not known on one side does not differ. */
        private boolean sameAs(PlannedHop other) {
            return to.equals(other.to) && (sha256.isEmpty() || other.sha256.isEmpty() || sha256.equals(other.sha256));
        }

        @Override
        public String toString() {
            return sha256.isEmpty() ? to.toString() : to + " (archive " + sha256.substring(0, SHOWN_DIGITS) + ")";
        }
    }

    /** The plan that a call asks for, its archives verified; in the order of the path. */
    public static RunPlan of(PlannedUpgrade forecast, List<VerifiedArchive> archives, UpgradeOptions options) {
        List<PlannedHop> hops = new ArrayList<>();
        for (int hop = 0; hop < archives.size(); hop++) {
            hops.add(new PlannedHop(
                    forecast.path().hops().get(hop).to(), archives.get(hop).sha256()));
        }
        return new RunPlan(forecast.installed().version(), forecast.edition(), hops, inWords(options));
    }

    /** The plan of a run, as it was written down when the run began. */
    public static RunPlan of(Run run) {
        return new RunPlan(
                Version.parse(run.requireFact(0, JournalKeys.FROM)),
                run.editionAtEnd(),
                run.fact(0, JournalKeys.PLANNED_HOPS).map(RunPlan::readHops).orElseGet(() -> hopsNotedBy(run)),
                run.fact(0, JournalKeys.OPTIONS).orElse(""));
    }

    private static List<PlannedHop> readHops(String text) {
        return Arrays.stream(text.split(HOP_SEPARATOR, -1))
                .map(hop -> hop.split(" ", 2))
                .map(parts -> new PlannedHop(Version.parse(parts[0]), parts[1]))
                .toList();
    }

    /** Earlier versions of this plugin noted each hop on its own. */
    private static List<PlannedHop> hopsNotedBy(Run run) {
        List<PlannedHop> hops = new ArrayList<>();
        for (int hop = 1; hop < run.hops(); hop++) {
            String sum = run.fact(hop, JournalKeys.SHA256).orElse("");
            run.fact(hop, JournalKeys.TO).ifPresent(to -> hops.add(new PlannedHop(Version.parse(to), sum)));
        }
        hops.add(new PlannedHop(
                Version.parse(run.requireFact(0, JournalKeys.TARGET)),
                run.fact(run.hops(), JournalKeys.SHA256).orElse("")));
        return hops;
    }

    /** What is written down of a plan when its run begins, apart from the hops. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(JournalKeys.FROM, from.toString());
        facts.put(JournalKeys.TARGET, hops.get(hops.size() - 1).to().toString());
        facts.put(JournalKeys.TARGET_EDITION, edition.key());
        facts.put(JournalKeys.HOPS, Integer.toString(hops.size()));
        // in one event: a run that is killed right after it began has its whole plan, or there is no run
        facts.put(
                JournalKeys.PLANNED_HOPS,
                hops.stream().map(hop -> hop.to() + " " + hop.sha256()).collect(Collectors.joining(HOP_SEPARATOR)));
        facts.put(JournalKeys.OPTIONS, options);
        facts.put(JournalKeys.PLAN_ID, id());
        return facts;
    }

    /** The plan's identity: the same for the same plan, 12 hexadecimal digits. */
    String id() {
        String text = from + "\n" + edition.key() + "\n"
                + hops.stream().map(hop -> hop.to() + " " + hop.sha256()).collect(Collectors.joining("\n"))
                + "\n" + comparable();
        return Digests.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, SHOWN_DIGITS);
    }

    /** The options without the names of overlays: a file with another name and the same content is the same overlay. */
    private String comparable() {
        return OVERLAY.matcher(options).replaceAll("overlay for $1");
    }

    /** Whether both come to the same. What an old journal does not say does not differ. */
    boolean sameAs(RunPlan other) {
        if (!from.equals(other.from) || edition != other.edition || hops.size() != other.hops.size()) {
            return false;
        }
        for (int hop = 0; hop < hops.size(); hop++) {
            if (!hops.get(hop).sameAs(other.hops.get(hop))) {
                return false;
            }
        }
        return options.isEmpty() || other.options.isEmpty() || comparable().equals(other.comparable());
    }

    /** The options that decide what the new server runs with; overlays by their content, which may hold secrets. */
    static String inWords(UpgradeOptions all) {
        List<String> words = inWords(all.config());
        if (all.target().primaryTeam() != null) {
            words.add(PRIMARY_TEAM + all.target().primaryTeam());
        }
        if (all.cluster() != null) {
            words.add(NODES + String.join(" ", all.cluster().nodes()) + " "
                    + all.cluster().order());
        }
        return String.join(SEPARATOR, words);
    }

    private static List<String> inWords(UpgradeOptions.Config config) {
        List<String> words = new ArrayList<>();
        words.add("config.mode " + config.mode());
        for (Overlay overlay : config.overlays()) {
            words.add("overlay " + overlay.file().getFileName() + " for " + overlay.release() + " "
                    + sumOf(overlay.file()).substring(0, SHOWN_DIGITS));
        }
        if (config.dropUnknown()) {
            words.add("unknown settings dropped");
        }
        if (config.adoptDefaults()) {
            words.add("new defaults adopted");
        }
        return words;
    }

    /** The same plan with another configuration, as a goal asks for it that knows nothing but that. */
    RunPlan with(UpgradeOptions.Config config) {
        List<String> words = inWords(config);
        int team = options.indexOf(PRIMARY_TEAM);
        int rest = team >= 0 ? team : options.indexOf(NODES);
        if (rest >= 0) {
            words.add(options.substring(rest));
        }
        return new RunPlan(from, edition, hops, String.join(SEPARATOR, words));
    }

    private static String sumOf(Path overlay) {
        try {
            return Digests.sha256(Files.readAllBytes(overlay));
        } catch (IOException e) {
            throw new RefusedException(
                    "The overlay " + overlay + " cannot be read. Nothing was changed.",
                    Hint.of("Check mattermost.config.overlays."),
                    e);
        }
    }

    @Override
    public String toString() {
        return from + " -> "
                + hops.stream().map(PlannedHop::toString).collect(Collectors.joining(" -> ")) + ", " + edition
                + " edition" + (options.isEmpty() ? "" : ", " + options);
    }
}
