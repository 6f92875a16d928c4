package io.github.mmupgrade.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.AgentRequest;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.util.Optional;

/** Asks a machine, as a node of a cluster, by an agent that stays there for the next question. */
public final class NodeTalk implements AutoCloseable {

    private final RemoteEngine engine;
    private final RequestSecrets secrets;
    private final Reconnection reconnect;
    private AgentTalk talk;
    private Event problem;

    NodeTalk(RemoteEngine engine, RequestSecrets secrets, Reconnection reconnect) {
        this.engine = engine;
        this.secrets = secrets;
        this.reconnect = reconnect;
    }

    /**
     * What the node says of itself.
     *
     * @param question something random, the same for all nodes that are compared
     * @throws ProblemException when it cannot be reached, or there is no installation
     */
    public NodeState inspect(Request request, String question) {
        if (ask(new AgentRequest.Inspect(request, hidden(), question)) instanceof AgentReply.Inspected inspected) {
            return inspected.state();
        }
        throw refusal();
    }

    /**
     * Takes the lock of the cluster, or keeps it.
     *
     * @param caller who asks, such as {@code anna on runner-7}
     * @return who has it; empty when it is ours
     * @throws ProblemException when it cannot be taken
     */
    public Optional<String> lock(Request request, String caller) {
        if (ask(new AgentRequest.LockCluster(request, hidden(), caller)) instanceof AgentReply.ClusterLocked locked) {
            return locked.ours()
                    ? Optional.empty()
                    : Optional.of(locked.holder() == null ? "another caller" : locked.holder());
        }
        throw refusal();
    }

    /**
     * Keeps the server from being started, or no longer.
     *
     * @param why a sentence; null to allow it again
     */
    public void banStart(Request request, String why) {
        order(new AgentRequest.BanStart(request, hidden(), why));
    }

    /**
     * Has the node write down, in the last run of a cluster, whether its proxies give it no requests because of that run.
     *
     * @param drained false when they do again
     */
    public void noteDrained(Request request, boolean drained) {
        order(new AgentRequest.NoteDrained(request, hidden(), drained));
    }

    private void order(AgentRequest what) {
        if (ask(what) instanceof AgentReply.Ended ended && ended.outcome() == AgentReply.Outcome.DONE) {
            return;
        }
        throw refusal();
    }

    private JsonNode hidden() {
        return Json.tree(secrets.toJson());
    }

    private ProblemException refusal() {
        if (problem instanceof Event.Refused refused) {
            return new RefusedException(refused.text(), refused.hint());
        }
        if (problem instanceof Event.Failed failed) {
            return new StageFailedException(failed.text(), failed.hint());
        }
        return new StageFailedException(
                engine.target() + " does not answer what it was asked.", Hint.of("Run the goal again."));
    }

    private synchronized AgentReply ask(AgentRequest request) {
        problem = null;
        while (true) {
            try {
                if (talk == null) {
                    talk = engine.startAgent();
                }
                talk.ask(request);
                return answer();
            } catch (LostConnectionException e) {
                close();
                if (!engine.wasConnected()) {
                    throw unreachable(e.getMessage(), e);
                }
                talk = reconnect.attempt(engine::startAgent, () -> false, why -> unreachable(why, e));
            }
        }
    }

    private AgentReply answer() throws LostConnectionException {
        while (true) {
            AgentReply reply = talk.next();
            if (!(reply instanceof AgentReply.Told told)) {
                return reply;
            }
            try {
                Event event = EventJson.read(Json.line(told.event())).event();
                if (event instanceof Event.Refused || event instanceof Event.Failed) {
                    problem = event;
                }
            } catch (IOException e) {
                // of another version: the answer counts
            }
        }
    }

    private RefusedException unreachable(String why, Exception cause) {
        return new RefusedException(
                engine.target() + " cannot be reached: " + why + ".",
                Hint.of("Check that the machine is up and can be reached by ssh, then run the goal again."),
                cause);
    }

    /** Ends the agent, and with it a lock that it holds. */
    @Override
    public synchronized void close() {
        if (talk != null) {
            talk.close();
            talk = null;
        }
    }
}
