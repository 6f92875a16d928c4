package io.github.mmupgrade.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * One line of the journal.
 *
 * @param format the version of the journal's format; {@link Journal#FORMAT}
 * @param at when it happened
 * @param run the run it belongs to, such as {@code 20261123T031415Z}
 * @param hop which hop of the run, from 1; 0 for what belongs to the whole run
 * @param stage the stage, by the name of its goal; {@code run} for the run itself
 * @param step the step inside the stage; null for the stage as a whole
 * @param kind what happened
 * @param data what is needed to finish or undo it; never a secret
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"format", "at", "run", "hop", "stage", "step", "kind", "data"})
public record JournalEvent(
        int format, Instant at, String run, int hop, String stage, String step, Kind kind, Map<String, String> data) {

    /** What can happen. */
    public enum Kind {
        /** About to be done; written before the act. */
        BEGIN,
        /** Done; written after the act. */
        DONE,
        /** Something that a later goal must know. */
        FACT,
        /** Went wrong; the data say why. */
        FAILED,
        /** Undone. */
        UNDONE
    }

    /** Whether it says that the server is told to stop now. */
    public boolean isStopOrder() {
        return kind == Kind.FACT && stage.equals(StageName.STOP.key()) && data.containsKey(JournalKeys.STOP_ORDERED);
    }

    /** Checks the parts. */
    public JournalEvent {
        Objects.requireNonNull(at);
        Objects.requireNonNull(run);
        Objects.requireNonNull(stage);
        Objects.requireNonNull(kind);
        data = data == null ? Map.of() : Map.copyOf(data);
    }
}
