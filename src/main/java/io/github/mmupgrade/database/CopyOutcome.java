package io.github.mmupgrade.database;

import java.time.Duration;
import java.util.List;

/** How a freeze or a switch ended: done, or not tried because somebody else uses the database. */
public sealed interface CopyOutcome {

    /**
     * It is done, now or by an earlier call.
     *
     * @param took how long this call took
     * @param warnings what could not be carried over to a copy, such as a setting that only a superuser may make
     */
    record Done(Duration took, List<String> warnings) implements CopyOutcome {
        /** Takes a copy. */
        public Done {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Nothing was changed: other roles' sessions use the database, and only their owners may end them.
     *
     * @param sessions who; never empty
     */
    record Blocked(List<Session> sessions) implements CopyOutcome {
        /** Takes a copy. */
        public Blocked {
            sessions = List.copyOf(sessions);
        }
    }

    /** Whether it is done. */
    default boolean isDone() {
        return this instanceof Done;
    }
}
