package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.kubernetes.cluster.DeploymentState;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a resource stands, as the operator says and as its pods say. */
final class OperatorStatus {

    private final OperatorPlace place;
    private final ObjectNode data = Json.MAPPER.createObjectNode();
    private final List<String> lines = new ArrayList<>();

    OperatorStatus(OperatorPlace place) {
        this.place = place;
    }

    void report() {
        Snapshot seen = place.requireSnapshot();
        resource(seen.resource());
        for (DeploymentState deployment : seen.deployments()) {
            line(
                    "deployment",
                    deployment.name() + ": " + deployment.image() + ", " + deployment.strategy()
                            + (deployment.stuck().isEmpty() ? "" : ", " + deployment.stuck()));
        }
        seen.pods().forEach(pod -> pod(seen, pod));
        seen.job().ifPresent(job -> {
            data.put("job", job.toString());
            line("job", job.toString());
        });
        seen.jobPods().forEach(pod -> line("job pod", inWords(seen, pod)));
        RunClaim.of(seen.resource()).ifPresent(claim -> {
            data.put("worksOnIt", claim.toString());
            line("works on it", claim.toString());
        });
        for (Run run : Run.all(place.journal())) {
            String state = run.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            data.withArray("/runs")
                    .addObject()
                    .put("run", run.id())
                    .put("from", run.requireFact(0, JournalKeys.FROM))
                    .put("to", run.requireFact(0, JournalKeys.TARGET))
                    .put("state", state);
            line(
                    "run",
                    run + ", " + run.requireFact(0, JournalKeys.FROM) + " -> "
                            + String.join(" -> ", OperatorRun.hops(run)) + ", " + state);
        }
        place.reporter().report(new Event.Result(Goal.STATUS, data, lines));
    }

    private void resource(MattermostResource resource) {
        data.put("resource", place.cluster().name().toString());
        data.put("image", resource.podImage());
        data.put("state", resource.state());
        data.put("stable", resource.isStable());
        data.put("replicas", resource.replicas());
        if (!resource.error().isEmpty()) {
            data.put("error", resource.error());
        }
        line("resource", place.cluster().name().toString());
        line("asks for", resource.podImage() + ", " + resource.replicas() + " pods");
        line("operator", resource.toString());
    }

    private void pod(Snapshot seen, PodState pod) {
        boolean asked = pod.ready() && !seen.jobServer().contains(pod);
        String answer = asked ? place.probe().ask(pod.name()).toString() : "not asked";
        data.withArray("/pods")
                .addObject()
                .put("pod", pod.name())
                .put("image", pod.image())
                .put("ready", pod.ready())
                .put("release", answer);
        line("pod", inWords(seen, pod) + (asked ? ", says " : ", ") + answer);
    }

    private static String inWords(Snapshot seen, PodState pod) {
        String trouble = pod.waiting().isEmpty() ? "" : ", " + pod.waiting();
        String said = pod.ready() || seen.said(pod).isEmpty() ? "" : ", " + seen.said(pod);
        return pod.name() + ": " + pod.image() + ", " + (pod.ready() ? "ready" : pod.phase()) + trouble + said;
    }

    private void line(String what, String value) {
        lines.add(String.format(Locale.ROOT, "%-12s %s", what, value));
    }
}
