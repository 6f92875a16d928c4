package io.github.mmupgrade.agent;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Json;
import java.nio.file.Path;
import java.util.List;

/** What an agent is asked, a line of JSON each, by its standard input. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AgentRequest.Needs.class, name = "needs"),
    @JsonSubTypes.Type(value = AgentRequest.Run.class, name = "run"),
    @JsonSubTypes.Type(value = AgentRequest.Inspect.class, name = "inspect"),
    @JsonSubTypes.Type(value = AgentRequest.LockCluster.class, name = "lock-cluster"),
    @JsonSubTypes.Type(value = AgentRequest.BanStart.class, name = "ban-start"),
    @JsonSubTypes.Type(value = AgentRequest.NoteDrained.class, name = "note-drained"),
    @JsonSubTypes.Type(value = AgentRequest.Shown.class, name = "shown"),
    @JsonSubTypes.Type(value = AgentRequest.Stop.class, name = "stop")
})
public sealed interface AgentRequest {

    /**
     * What a goal would fetch from a network, and which of some archives it needs.
     *
     * @param request the goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param archives the names of archives that the caller has in a directory; null when no directory was given
     */
    record Needs(Request request, JsonNode secrets, List<String> archives) implements AgentRequest {}

    /**
     * To carry a goal out, or to join it when it is carried out already.
     *
     * @param request the goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param fingerprint stands for what is asked for, however often the same is sent
     * @param caller who asks, such as {@code anna on runner-7}
     * @param hints makes the commands of hints, for where the caller is
     * @param postgres the programs of an embedded PostgreSQL; null for none
     * @param job the name of the job that was shown when the connection was lost; null for none
     * @param shown up to which of its events it was shown
     */
    record Run(
            Request request,
            JsonNode secrets,
            String fingerprint,
            String caller,
            HintRenderer hints,
            Path postgres,
            String job,
            long shown)
            implements AgentRequest {

        /** One that shows no job yet. */
        public Run(
                Request request,
                JsonNode secrets,
                String fingerprint,
                String caller,
                HintRenderer hints,
                Path postgres) {
            this(request, secrets, fingerprint, caller, hints, postgres, null, 0);
        }

        /** The same with its reports written to another directory. */
        Run reportingTo(Path directory) {
            return new Run(request.reportingTo(directory), secrets, fingerprint, caller, hints, postgres, job, shown);
        }

        /** The same after a lost connection. */
        public Run joining(String name, long upTo) {
            return new Run(request, secrets, fingerprint, caller, hints, postgres, name, upTo);
        }
    }

    /**
     * What the installation says of itself as a node of a cluster.
     *
     * @param request of any goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param question something random, the same for all nodes that are compared
     */
    record Inspect(Request request, JsonNode secrets, String question) implements AgentRequest {}

    /**
     * To take the lock of a cluster, and to keep it when this is asked again. It ends with the agent.
     *
     * @param request of any goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param caller who asks, such as {@code anna on runner-7}
     */
    record LockCluster(Request request, JsonNode secrets, String caller) implements AgentRequest {}

    /**
     * To keep the server from being started.
     *
     * @param request of any goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param why a sentence; null to allow it again
     */
    record BanStart(Request request, JsonNode secrets, String why) implements AgentRequest {}

    /**
     * To write down, in the last run of a cluster, whether its proxies give this node no requests because of that run.
     *
     * @param request of any goal
     * @param secrets the secrets, as {@link io.github.mmupgrade.engine.RequestSecrets#toJson} wrote them
     * @param drained false when they do again
     */
    record NoteDrained(Request request, JsonNode secrets, boolean drained) implements AgentRequest {}

    /**
     * Says that everything up to this number was shown.
     *
     * @param number as in {@link AgentReply.Told#number()}
     */
    record Shown(long number) implements AgentRequest {}

    /** To stop the job that is shown. */
    record Stop() implements AgentRequest {}

    /** The request in one line. */
    default String toJson() {
        return Json.line(this);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException when it is no request; does not quote it, because it may hold secrets
     */
    static AgentRequest parse(String line) {
        try {
            return Json.read(line, AgentRequest.class);
        } catch (JsonProcessingException quotesTheLine) {
            throw new IllegalArgumentException("An agent was asked something that it does not know");
        }
    }
}
