package io.github.mmupgrade.maven.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Json;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.apache.maven.execution.MavenExecutionRequest;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.MojoExecution;

/**
 * What a goal bound to a phase has done already in this build. Modules inherit the executions of their parent, and
 * Maven runs an inherited execution in each of them; an installation is upgraded once.
 */
public final class OncePerBuild {

    /** By the build's request, which the sessions of a parallel build share. */
    private static final Map<MavenExecutionRequest, Map<Call, String>> DONE =
            Collections.synchronizedMap(new WeakHashMap<>());

    private record Call(String goal, String execution, JsonNode request, Optional<String> host) {}

    private OncePerBuild() {}

    /** What was asked for; where the reports go is another directory for each module. */
    private static JsonNode asked(Request request) {
        JsonNode asked = Json.MAPPER.valueToTree(request);
        if (asked.at("/options/places") instanceof ObjectNode places) {
            places.remove("reports");
        }
        if (asked.at("/arguments/options") instanceof ObjectNode rehearsal) {
            rehearsal.remove("report");
        }
        return asked;
    }

    /**
     * Whether another module of this build has called the same goal, in an execution of the same id and with the same
     * options. Goals named on the command line run as often as they are named.
     *
     * @param host the machine that it works on; empty for this one
     * @return the identifier of the module that called it; empty when this is the first
     */
    public static Optional<String> calledBy(
            MavenSession session, MojoExecution execution, Request request, Optional<String> host) {
        if (execution.getSource() == MojoExecution.Source.CLI || session.getCurrentProject() == null) {
            return Optional.empty();
        }
        String module = session.getCurrentProject().getId();
        Call call = new Call(execution.getGoal(), execution.getExecutionId(), asked(request), host);
        String first;
        synchronized (DONE) {
            first = DONE.computeIfAbsent(session.getRequest(), build -> new HashMap<>())
                    .putIfAbsent(call, module);
        }
        return Optional.ofNullable(first).filter(other -> !other.equals(module));
    }
}
