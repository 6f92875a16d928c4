package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.report.Hint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What saving the database in one way would cost here.
 *
 * @param kind the way
 * @param cost what it costs; empty when it is not possible here
 * @param room what it takes on a disk of this host; empty when it takes none, or the disk is another host's
 * @param text why it costs that, or why it is not possible; a part of a sentence
 * @param hint how to allow it; null when it is possible or nothing helps
 */
public record MethodForecast(DatabaseSaving kind, Optional<Cost> cost, Optional<Room> room, String text, Hint hint) {

    /**
     * What a way takes of a disk.
     *
     * @param directory where
     * @param bytes how much
     * @param purpose what for
     */
    public record Room(Path directory, long bytes, String purpose) {}

    /**
     * What a way costs.
     *
     * @param down how long the server is stopped for it
     * @param wayBack how long a rollback takes to put the database back
     */
    public record Cost(Duration down, Duration wayBack) {
        public Cost {
            Objects.requireNonNull(down);
            Objects.requireNonNull(wayBack);
        }
    }

    public MethodForecast {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(cost);
        Objects.requireNonNull(room);
        Objects.requireNonNull(text);
    }

    public static MethodForecast possible(DatabaseSaving kind, Duration down, Duration wayBack, String text) {
        return new MethodForecast(kind, Optional.of(new Cost(down, wayBack)), Optional.empty(), text, null);
    }

    public static MethodForecast impossible(DatabaseSaving kind, String text, Hint hint) {
        return new MethodForecast(kind, Optional.empty(), Optional.empty(), text, hint);
    }

    /** The same with what it takes on a disk of this host. */
    MethodForecast taking(Optional<Room> needed) {
        return new MethodForecast(kind, cost, needed, text, hint);
    }

    public boolean isPossible() {
        return cost.isPresent();
    }

    /** What would allow it, as a sentence; empty when nothing is known to, or it is possible. */
    String remedy() {
        // the hint says what is done instead, too, which the table says itself
        String remedy = hint == null
                ? ""
                : hint.text().replaceFirst("((^|[.] Otherwise, )[Tt]he database is dumped.*|[.])$", "");
        return remedy.isEmpty() ? "" : " To allow it: " + remedy + ".";
    }

    /** How long the server is stopped for it; only when it is possible. */
    public Duration down() {
        return cost.orElseThrow().down();
    }
}
