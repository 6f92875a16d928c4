package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.engine.Request;
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

    private record Call(String goal, String execution, Request request) {}

    private OncePerBuild() {}

    /**
     * Whether another module of this build has called the same goal, in an execution of the same id and with the same
     * options. Goals named on the command line run as often as they are named.
     *
     * @return the identifier of the module that called it; empty when this is the first
     */
    public static Optional<String> calledBy(MavenSession session, MojoExecution execution, Request request) {
        if (execution.getSource() == MojoExecution.Source.CLI || session.getCurrentProject() == null) {
            return Optional.empty();
        }
        String module = session.getCurrentProject().getId();
        Call call = new Call(execution.getGoal(), execution.getExecutionId(), request);
        String first;
        synchronized (DONE) {
            first = DONE.computeIfAbsent(session.getRequest(), build -> new HashMap<>())
                    .putIfAbsent(call, module);
        }
        return Optional.ofNullable(first).filter(other -> !other.equals(module));
    }
}
