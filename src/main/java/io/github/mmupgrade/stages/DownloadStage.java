package io.github.mmupgrade.stages;

import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.installation.NextRelease;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.planning.RunPlan;
import io.github.mmupgrade.planning.RunResumption;
import io.github.mmupgrade.planning.UnpackedReleases;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.unpack.ArchiveUnpacker;
import io.github.mmupgrade.unpack.UnpackLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fetches, verifies and unpacks the archives of all hops, and begins the run. The server goes on running. */
public final class DownloadStage {

    private final GoalContext context;

    public DownloadStage(GoalContext context) {
        this.context = context;
    }

    /** What it would do, a line each. */
    public List<String> plan(PlannedUpgrade forecast) {
        return forecast.path().hops().stream()
                .map(hop -> "download and verify " + hop.to() + ", and unpack it to "
                        + context.installation().nextDirectory(hop.to().toString()))
                .toList();
    }

    /**
     * Begins a run, or resumes the one in progress when it has the same plan. All archives are fetched and verified
     * before: nothing is written down of a plan that lacks one.
     *
     * @throws RefusedException when a run with another plan has already stopped the server
     */
    public Run carryOut(PlannedUpgrade forecast, ReleaseSources sources) {
        new ArchiveChecks(sources).require(forecast.path(), forecast.edition());
        List<VerifiedArchive> archives = forecast.path().hops().stream()
                .map(hop -> sources.archive(hop.to(), forecast.edition()))
                .toList();
        RunPlan plan = RunPlan.of(forecast, archives, context.options());
        Run run = new RunResumption(context).with(plan).orElseGet(() -> begin(forecast, plan));
        if (UnpackedReleases.isComplete(run)) {
            context.reporter().info(StageName.DOWNLOAD + ": already done");
            return run;
        }
        run.mark(0, StageName.DOWNLOAD, JournalEvent.Kind.BEGIN, Map.of());
        for (int hop = 1; hop <= archives.size(); hop++) {
            unpack(run, hop, forecast.path().hops().get(hop - 1).to(), archives.get(hop - 1));
        }
        run.mark(0, StageName.DOWNLOAD, JournalEvent.Kind.DONE, Map.of());
        return run;
    }

    /** Sees that a run that has its plan has the releases that it has still to install. */
    public void complete(Run run, ReleaseSources sources) {
        if (UnpackedReleases.isComplete(run)) {
            context.reporter().info(StageName.DOWNLOAD + ": already done");
            return;
        }
        for (int hop = 1; hop <= run.hops(); hop++) {
            if (!UnpackedReleases.has(run, hop)) {
                Version to = Version.parse(run.requireFact(hop, JournalKeys.TO));
                unpack(run, hop, to, sources.archive(to, run.editionAtEnd()));
            }
        }
    }

    private Run begin(PlannedUpgrade forecast, RunPlan plan) {
        Map<String, String> facts = new LinkedHashMap<>(plan.facts());
        facts.put(JournalKeys.EDITION, forecast.installed().edition().key());
        String team = context.options().target().primaryTeam();
        if (team != null) {
            facts.put(JournalKeys.PRIMARY_TEAM, team);
        }
        String read = context.options().target().acknowledge();
        if (read != null) {
            facts.put(JournalKeys.ACKNOWLEDGED, read);
        }
        ClusterPart part = context.options().cluster();
        if (part != null) {
            facts.put(JournalKeys.NODE, part.node());
            facts.put(JournalKeys.NODES, String.join(",", part.nodes()));
            facts.put(JournalKeys.NODE_ORDER, part.order().name());
            facts.put(JournalKeys.LEFT_OUT, String.join(",", part.leftOut()));
            facts.put(JournalKeys.PROXY_STATE, part.proxyState());
        }
        forecast.schema().ifPresent(schema -> facts.put(JournalKeys.SCHEMA, schema.toString()));
        Run run = Run.begin(context.journal(), context.clock().instant(), facts);
        int number = 0;
        for (Hop hop : forecast.path().hops()) {
            number++;
            run.note(
                    number,
                    StageName.DOWNLOAD,
                    Map.of(
                            JournalKeys.TO,
                            hop.to().toString(),
                            JournalKeys.SCHEMA_COMMAND,
                            Boolean.toString(hop.needsUpgradeDb30())));
        }
        return run;
    }

    private void unpack(Run run, int number, Version to, VerifiedArchive archive) {
        String version = to.toString();
        Path next = context.installation().nextDirectory(version);
        Path list = new ShippedLists(context).file(version, run.editionAtEnd());
        String sum = archive.sha256();
        boolean there = Files.isDirectory(next)
                && Files.exists(list)
                && isGiven(next)
                && run.fact(number, JournalKeys.SHA256).filter(sum::equals).isPresent();
        FileStat made;
        if (there) {
            made = stat(next);
        } else {
            removeStale(next);
            createDirectories(list.getParent());
            made = new ArchiveUnpacker(context.host(), ReleaseSources.processor(), context.reporter())
                    .unpack(archive, next, list, UnpackLimits.DEFAULT)
                    .made();
        }
        run.note(
                number,
                StageName.DOWNLOAD,
                // the release again: a run that was killed right at its beginning has not noted it
                Map.of(
                        JournalKeys.TO,
                        version,
                        JournalKeys.NEXT,
                        next.toString(),
                        JournalKeys.ARCHIVE,
                        archive.file().toString(),
                        JournalKeys.SHA256,
                        sum));
        new HopConfigurations(context).keepDefault(next, version);
        new NextRelease(context.host(), context.installation()).prepare(next, made);
        SwapPreparation.keepRoom(next);
        context.reporter().info("Mattermost " + version + " is verified and unpacked in " + next);
    }

    /** Whether a release has its owner: one that was not given away yet may be any directory of ours by now. */
    private boolean isGiven(Path next) {
        return stat(next).uid() == context.installation().owner().uid();
    }

    private static FileStat stat(Path next) {
        try {
            return FileStat.of(next);
        } catch (IOException e) {
            throw new UncheckedIOException("The unpacked release " + next + " cannot be looked at", e);
        }
    }

    /** What an earlier run left under this name, of another archive or before its end. */
    private void removeStale(Path next) {
        try {
            TreeDelete.delete(next);
        } catch (IOException e) {
            throw new RefusedException(
                    "The leftovers of an earlier run in " + next + " cannot be removed: " + IoReason.of(e)
                            + ". The installation was not changed.",
                    Hint.of("Remove it by hand."),
                    e);
        }
    }

    private static void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The directory " + directory + " cannot be created: " + IoReason.of(e),
                    Hint.of("Run as a user who may write to the state directory."),
                    e);
        }
    }
}
