package io.github.mmupgrade.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Something that happened while a goal ran. Everything that is shown (console, JSON, HTML) is made of these; no event
 * holds a secret. The JSON form is described in docs/events.md and written by {@link EventJson}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Event.StageBegun.class, name = "stage-begun"),
    @JsonSubTypes.Type(value = Event.StageEnded.class, name = "stage-ended"),
    @JsonSubTypes.Type(value = Event.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = CheckResult.class, name = "check"),
    @JsonSubTypes.Type(value = Event.Message.class, name = "message"),
    @JsonSubTypes.Type(value = Event.DowntimeBegun.class, name = "downtime-begun"),
    @JsonSubTypes.Type(value = Event.DowntimeEnded.class, name = "downtime-ended"),
    @JsonSubTypes.Type(value = Event.Result.class, name = "result"),
    @JsonSubTypes.Type(value = Event.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = Event.Failed.class, name = "failed")
})
public sealed interface Event
        permits Event.StageBegun,
                Event.StageEnded,
                Event.Progress,
                CheckResult,
                Event.Message,
                Event.DowntimeBegun,
                Event.DowntimeEnded,
                Event.Result,
                Event.Refused,
                Event.Failed {

    /** How much a message matters. */
    enum Level {
        /** It only helps to find a fault. */
        DEBUG,
        /** An administrator wants to know it. */
        INFO,
        /** An administrator should look at it, though the run goes on. */
        WARNING
    }

    /**
     * A stage begins.
     *
     * @param hop the hop of the upgrade, from 1; 0 for what is done once for all hops
     * @param stage the stage's name, such as {@code backup}
     */
    record StageBegun(int hop, String stage) implements Event {}

    /**
     * A stage has ended.
     *
     * @param hop the hop of the upgrade, from 1; 0 for what is done once for all hops
     * @param stage the stage's name
     * @param seconds how long it took
     * @param done whether it did what it is for
     */
    record StageEnded(int hop, String stage, Duration seconds, boolean done) implements Event {
        public StageEnded {
            Objects.requireNonNull(stage);
            Objects.requireNonNull(seconds);
        }
    }

    /**
     * How far something long has come.
     *
     * @param label what is being done, such as {@code copying files}
     * @param done how much is done
     * @param total how much there is to do; -1 when that is not known
     * @param unit {@code bytes}, or what else is counted, such as {@code rows}
     * @param seconds how long it has taken so far
     * @param left how long it will still take; null when that is not known
     * @param ended whether it has ended
     */
    record Progress(String label, long done, long total, String unit, Duration seconds, Duration left, boolean ended)
            implements Event {

        /** The unit of what is measured in bytes. */
        public static final String BYTES = "bytes";

        public Progress {
            Objects.requireNonNull(label);
            Objects.requireNonNull(unit);
            Objects.requireNonNull(seconds);
        }
    }

    /**
     * Something to be read.
     *
     * @param level how much it matters
     * @param text the text, in one or several lines; empty for a hint alone
     * @param hint what to do about it; null for nothing
     */
    record Message(Level level, String text, Hint hint) implements Event {
        public Message {
            Objects.requireNonNull(level);
            Objects.requireNonNull(text);
        }
    }

    /** The Mattermost server was told to stop; nobody can use it from now on. */
    record DowntimeBegun() implements Event {}

    /**
     * A Mattermost server answers again.
     *
     * @param seconds how long none has; null when it was an earlier call that stopped it
     */
    record DowntimeEnded(Duration seconds) implements Event {}

    /**
     * What a goal has found or done.
     *
     * @param goal the goal
     * @param data as JSON, for programs; docs/results.md describes it for each goal
     * @param text the same for people, a line each
     */
    record Result(Goal goal, JsonNode data, List<String> text) implements Event {
        public Result {
            Objects.requireNonNull(goal);
            Objects.requireNonNull(data);
            text = List.copyOf(text);
        }
    }

    /**
     * The goal was refused; nothing was changed.
     *
     * @param text why
     * @param hint what to do
     */
    record Refused(String text, Hint hint) implements Event {
        public Refused {
            Objects.requireNonNull(text);
        }
    }

    /**
     * The goal failed.
     *
     * @param text what happened, and how everything is left
     * @param hint what to do
     */
    record Failed(String text, Hint hint) implements Event {
        public Failed {
            Objects.requireNonNull(text);
        }
    }
}
