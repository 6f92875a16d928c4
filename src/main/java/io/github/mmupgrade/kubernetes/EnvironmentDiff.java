package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.kubernetes.cluster.Variable;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the variables that the resource gives the server differ from those of its pods. The configuration itself is in the
 * database, which a resource does not tell.
 */
final class EnvironmentDiff {

    private static final Variable NOT_SET = new Variable("(not set)", true);

    private final OperatorPlace place;

    EnvironmentDiff(OperatorPlace place) {
        this.place = place;
    }

    void report(Snapshot seen) {
        Map<String, Variable> wanted = new TreeMap<>(seen.resource().environment());
        ObjectNode data = Json.MAPPER.createObjectNode();
        List<String> lines = new ArrayList<>();
        lines.add("spec.mattermostEnv of " + place.cluster().name() + " has " + wanted.size() + " variables");
        for (PodState pod : seen.pods()) {
            wanted.forEach((name, value) -> {
                Variable running = pod.environment().getOrDefault(name, NOT_SET);
                if (!running.equals(value)) {
                    data.withArray("/differences")
                            .addObject()
                            .put("pod", pod.name())
                            .put("variable", name)
                            .put("resource", shown(name, value))
                            .put("running", shown(name, running));
                    lines.add(pod.name() + ": " + name + " is " + shown(name, running) + ", and " + shown(name, value)
                            + " in the resource");
                }
            });
        }
        if (data.isEmpty()) {
            lines.add("All pods run with them");
        }
        lines.add("The configuration itself is in the database, and is not compared.");
        place.reporter().report(new Event.Result(Goal.DIFF_CONFIG, data, lines));
    }

    /** A variable {@code MM_SECTION_SETTING} is judged as the setting that it stands for. */
    private static String shown(String name, Variable value) {
        String setting = name.replaceFirst("^MM_", "").replaceFirst("_", ".");
        return value.isReference()
                ? value.text()
                : Secrets.redact(setting, TextNode.valueOf(value.text())).asText();
    }
}
