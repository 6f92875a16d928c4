package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.remote.AnotherGoalException;
import io.github.mmupgrade.remote.NodeTalk;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.remote.ReportFiles;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.util.Optional;
import java.util.UUID;

/** A node that is reached by ssh. */
public final class RemoteNode implements Node {

    /** How many goals of others are waited for. */
    private static final int MOST_LEFT = 3;

    private final String name;
    private final String address;
    private final Request request;
    private final RequestSecrets secrets;
    private final RemoteEngine engine;
    private final HintRenderer hints;
    private final ReportFiles reports;
    private final NodeTalk questions;
    private final NodeTalk lock;

    /** Tells this call from others of the same person. */
    private final String call = UUID.randomUUID().toString().substring(0, 8);

    /**
     * A node.
     *
     * @param name its name
     * @param address how the proxies know it, {@code host:port}
     * @param request the goal that was asked for, with what is different on this node
     * @param engine carries goals out on it; closed with the node
     */
    public RemoteNode(
            String name,
            String address,
            Request request,
            RequestSecrets secrets,
            RemoteEngine engine,
            HintRenderer hints,
            ReportFiles reports) {
        this.name = name;
        this.address = address;
        this.request = request;
        this.secrets = secrets;
        this.engine = engine;
        this.hints = hints;
        this.reports = reports;
        this.questions = engine.questions(secrets);
        this.lock = engine.questions(secrets);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public NodeState inspect(String question) {
        return questions.inspect(request, question);
    }

    @Override
    public Optional<String> lock() {
        String caller = RemoteEngine.caller(new LocalHost()) + ", call " + call;
        Optional<String> holder = lock.lock(request, caller);
        if (holder.filter(text -> text.startsWith(caller)).isPresent()) {
            throw new StageFailedException(
                    "The lock of the cluster is still held on " + name + " by a connection of this call that was lost.",
                    Hint.of("Run the goal again in a minute."));
        }
        return holder;
    }

    @Override
    public void banStart(String why) {
        questions.banStart(request, why);
    }

    @Override
    public void noteDrained(boolean drained) {
        questions.noteDrained(request, drained);
    }

    /** What another caller has left under way there is shown to its end first. */
    @Override
    public void carryOut(Request goal, Reporter reporter) {
        for (int left = MOST_LEFT; ; left--) {
            try {
                engine.run(goal, secrets, hints, reports, reporter);
                return;
            } catch (AnotherGoalException e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        lock.close();
        questions.close();
        engine.close();
    }
}
