package io.github.mmupgrade.release;

import java.util.Objects;

/**
 * What a server does about the schema that it finds in its database.
 *
 * @param outcome what it does
 * @param text the same for a person, as part of a sentence
 */
public record SchemaVerdict(Outcome outcome, String text) {

    /** What a server can do about a schema. */
    public enum Outcome {
        /** The schema is its own: nothing to do. */
        SAME,
        /** It takes the schema to its own at its start. */
        MIGRATES,
        /** It stops until {@code -upgrade_db_30} was run. */
        NEEDS_COMMAND,
        /** It refuses to start, or breaks, because too many releases were skipped. */
        REFUSES_OLDER,
        /** It refuses to start on a schema that is newer than itself. */
        REFUSES_NEWER,
        /** It starts on a schema that is newer than itself; the data can suffer. */
        STARTS_ON_NEWER
    }

    /** Checks the parts. */
    public SchemaVerdict {
        Objects.requireNonNull(outcome);
        Objects.requireNonNull(text);
    }

    /** Whether an upgrade may go on: the server keeps the schema, or takes it to its own, with a command or without. */
    public boolean acceptable() {
        return switch (outcome) {
            case SAME, MIGRATES, NEEDS_COMMAND -> true;
            case REFUSES_OLDER, REFUSES_NEWER, STARTS_ON_NEWER -> false;
        };
    }
}
