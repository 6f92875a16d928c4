package io.github.mmupgrade.agent;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.planning.ReleaseNeeds;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Json;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** What an agent says: lines of JSON with a mark in front, because what a login shell prints may stand between them. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "say")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AgentReply.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = AgentReply.Has.class, name = "has"),
    @JsonSubTypes.Type(value = AgentReply.Fetched.class, name = "fetched"),
    @JsonSubTypes.Type(value = AgentReply.NotFetched.class, name = "not-fetched"),
    @JsonSubTypes.Type(value = AgentReply.Needed.class, name = "needed"),
    @JsonSubTypes.Type(value = AgentReply.Inspected.class, name = "inspected"),
    @JsonSubTypes.Type(value = AgentReply.ClusterLocked.class, name = "cluster-locked"),
    @JsonSubTypes.Type(value = AgentReply.Joined.class, name = "joined"),
    @JsonSubTypes.Type(value = AgentReply.ReportsIn.class, name = "reports-in"),
    @JsonSubTypes.Type(value = AgentReply.OtherEngine.class, name = "other-engine"),
    @JsonSubTypes.Type(value = AgentReply.Told.class, name = "told"),
    @JsonSubTypes.Type(value = AgentReply.Report.class, name = "report"),
    @JsonSubTypes.Type(value = AgentReply.Ended.class, name = "ended")
})
public sealed interface AgentReply {

    /** What every line begins with. */
    String MARK = "@mattermost ";

    /**
     * The agent listens.
     *
     * @param version the plugin's version
     * @param free of an agent that hands a tree over: how many bytes are free where it is
     */
    record Ready(String version, long free) implements AgentReply {}

    /** A file that is in the tree that is handed over. */
    record Has(TreeFile file) implements AgentReply {}

    /**
     * More of a tree has come from another machine.
     *
     * @param bytes how much more than was said before
     */
    record Fetched(long bytes) implements AgentReply {
        /** After how many bytes it is said again. */
        static final long STEP = 1 << 20;
    }

    /**
     * Nothing was fetched: the other machine could not be reached from the agent's.
     *
     * @param why in words
     */
    record NotFetched(String why) implements AgentReply {}

    /** What a goal would fetch. */
    record Needed(ReleaseNeeds needs) implements AgentReply {}

    /** What the installation says of itself as a node of a cluster. */
    record Inspected(NodeState state) implements AgentReply {}

    /**
     * Who has the lock of the cluster.
     *
     * @param ours whether it is the one who asked
     * @param holder who has it otherwise, in words; null when nobody is known
     */
    record ClusterLocked(boolean ours, String holder) implements AgentReply {}

    /**
     * Another call has begun a job; what follows is of that.
     *
     * @param goal the key of its goal
     * @param caller who began it
     * @param since when
     * @param same whether it does what this call asks for
     * @param running whether it still runs; else this shows how it ended
     */
    record Joined(String goal, String caller, Instant since, boolean same, boolean running) implements AgentReply {}

    /**
     * Where the reports are written that events name.
     *
     * @param directory on the agent's machine
     * @param job the name of the job whose reports they are, which goes on without the caller; null for none
     */
    record ReportsIn(String directory, String job) implements AgentReply {}

    /**
     * Another engine has begun what is to be resumed.
     *
     * @param engine the engine's name in the cache
     * @param version its version
     * @param goal the key of the goal that it began
     */
    record OtherEngine(String engine, String version, String goal) implements AgentReply {}

    /**
     * An event.
     *
     * @param number counts the events of the job, from 1; 0 for one that belongs to none
     * @param event as {@link EventJson} writes it
     */
    record Told(long number, JsonNode event) implements AgentReply {}

    /**
     * A report that the goal has written.
     *
     * @param name its name
     * @param content its content
     */
    record Report(String name, String content) implements AgentReply {}

    /**
     * Nothing follows.
     *
     * @param outcome how it ended
     */
    record Ended(Outcome outcome) implements AgentReply {}

    /** How a job ended. */
    enum Outcome {
        /** The goal did what it is for. */
        DONE,
        /** It was refused or failed; the last event says why. */
        NOT_DONE,
        /** Its process is gone, and has not said how it ended. */
        INTERRUPTED,
        /** A caller has stopped it. */
        STOPPED,
        /** It goes on and cannot be shown; the last event says why. No job ends so. */
        NOT_SHOWN
    }

    /** The reply as a line, without its end. */
    default String toLine() {
        return MARK + Json.line(this);
    }

    /**
     * Reads the next one of a stream. No byte behind its line is taken: that may belong to something else.
     *
     * @throws java.io.EOFException when the stream ends before
     */
    static AgentReply read(InputStream in) throws IOException {
        while (true) {
            Optional<AgentReply> reply = parse(new String(line(in), StandardCharsets.UTF_8));
            if (reply.isPresent()) {
                return reply.get();
            }
        }
    }

    /** The next line of a stream without its end. */
    static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new EOFException("the stream has ended");
            }
            line.write(each);
        }
        return line.toByteArray();
    }

    /**
     * Reads a line.
     *
     * @return empty when it is none, but something that a shell or a tool has printed
     * @throws IOException when it is one that is not known
     */
    static Optional<AgentReply> parse(String line) throws IOException {
        if (!line.startsWith(MARK + "{")) {
            return Optional.empty();
        }
        return Optional.of(Json.MAPPER.readValue(line.substring(MARK.length()), AgentReply.class));
    }
}
