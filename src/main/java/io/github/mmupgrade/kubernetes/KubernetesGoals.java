package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.Clusters;
import io.github.mmupgrade.kubernetes.cluster.PodProbe;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** What each goal does for an installation that the operator runs. */
public final class KubernetesGoals {

    private static final Set<Goal> KNOWN =
            Set.of(Goal.CHECK_VERSION, Goal.PREFLIGHT, Goal.DIFF_CONFIG, Goal.UPGRADE, Goal.STATUS, Goal.ROLLBACK);

    private final UpgradeOptions options;
    private final KubernetesOptions kubernetes;
    private final Host host;
    private final Reporter reporter;
    private final Clock clock;
    private final Clusters clusters;
    private final Function<Cluster, PodProbe> probes;
    private final WatchTimes times;

    /** The goals for a real cluster. */
    public KubernetesGoals(
            UpgradeOptions options, KubernetesOptions kubernetes, Host host, Reporter reporter, Clock clock) {
        this(options, kubernetes, host, reporter, clock, Clusters::real, Cluster::probe, WatchTimes.USUAL);
    }

    KubernetesGoals(
            UpgradeOptions options,
            KubernetesOptions kubernetes,
            Host host,
            Reporter reporter,
            Clock clock,
            Clusters clusters,
            Function<Cluster, PodProbe> probes,
            WatchTimes times) {
        this.options = options;
        this.kubernetes = kubernetes;
        this.host = host;
        this.reporter = reporter;
        this.clock = clock;
        this.clusters = clusters;
        this.probes = probes;
        this.times = times;
    }

    /**
     * Carries a goal out.
     *
     * @throws RefusedException when nothing was changed, also when the goal is none for Kubernetes
     * @throws StageFailedException when it failed half-way
     */
    public void run(Goal goal) {
        if (!KNOWN.contains(goal)) {
            Set<String> known = new TreeSet<>();
            KNOWN.forEach(each -> known.add(each.key()));
            throw new RefusedException(
                    "The goal " + goal + " does not work on an installation in Kubernetes: there the operator does its"
                            + " work. Nothing was changed.",
                    Hint.of("With mattermost.kubernetes.resource these goals work: " + String.join(", ", known) + "."));
        }
        try (Cluster cluster = clusters.open(kubernetes.cluster())) {
            carryOut(
                    goal,
                    OperatorPlace.open(
                            options, kubernetes, cluster, probes.apply(cluster), host, reporter, clock, times));
        }
    }

    private void carryOut(Goal goal, OperatorPlace place) {
        try {
            switch (goal) {
                case CHECK_VERSION -> checkVersion(place);
                case PREFLIGHT -> {
                    OperatorPlan plan = new OperatorUpgrade(place).check();
                    reporter.report(new Event.Result(goal, plan.data(), plan.lines()));
                }
                case DIFF_CONFIG -> new EnvironmentDiff(place).report(place.requireSnapshot());
                case UPGRADE -> new OperatorUpgrade(place).run();
                case STATUS -> new OperatorStatus(place).report();
                default -> new OperatorRollback(place).run();
            }
        } catch (ProblemException e) {
            throw e;
        } catch (ClusterException e) {
            boolean untouched = place.openRun().isEmpty();
            throw untouched
                    ? new RefusedException(e.getMessage() + ". Nothing was changed.", e.hint(), e)
                    : new StageFailedException(
                            e.getMessage() + ".\nThe run " + place.openRun().get() + " is in progress.", e.hint(), e);
        } catch (RuntimeException e) {
            throw new StageFailedException(
                    String.format(Locale.ROOT, "%s failed unexpectedly: %s", goal, UnexpectedFailure.inWords(e)),
                    Hint.run("Please report this, with the output of mvn -X. Show the current state.", Goal.STATUS),
                    e);
        }
    }

    private void checkVersion(OperatorPlace place) {
        OperatorPlan plan = OperatorPlan.make(place, place.require());
        List<String> lines = new ArrayList<>(plan.lines());
        ObjectNode data = plan.data();
        if (!plan.path().isEmpty()) {
            NotesToRead notes = plan.notes();
            lines.addAll(notes.lines());
            data.set(
                    "notesToRead",
                    Json.MAPPER.valueToTree(
                            notes.versions().stream().map(Object::toString).toList()));
        }
        reporter.report(new Event.Result(Goal.CHECK_VERSION, data, lines));
    }
}
