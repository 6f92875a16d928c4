package io.github.mmupgrade.context;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The organisation's own command that saves the database. It is one command that is told the moment, and it is called at
 * no moment that it is not said to know: a command that only saves must never be called in a dry run or to go back.
 *
 * @param line what {@code sh -c} runs; null when none is given
 * @param moments the moments that it knows
 * @param freezeLimit after how long it is ended while the server is stopped for it
 * @param otherLimit after how long it is ended at every other moment
 * @param forecast how long the server is stopped for it, as the administrator says; null when they do not say
 */
public record DatabaseCommand(
        String line, Set<Moment> moments, Duration freezeLimit, Duration otherLimit, Duration forecast) {

    /** For each limit, when none is given. */
    public static final Duration FREEZE_LIMIT = Duration.ofHours(1);

    public static final Duration OTHER_LIMIT = Duration.ofHours(12);

    /** None is given. */
    public static final DatabaseCommand NONE = saving(null);

    /** When it is called. */
    public enum Moment {
        /** In preflight, in dry runs and ahead of a rollback: says whether it can be done, and changes nothing. */
        CHECK,
        /** The server runs: what can be done ahead. */
        PREPARE,
        /** The server is stopped: the database is saved as it is now. */
        FREEZE,
        /** The server is stopped: the database becomes what it was when it was frozen; the newer one is kept. */
        GO_BACK,
        /** Nobody needs any more what the other moments have made. */
        DISCARD;

        /** As the command and the parameter have it, such as {@code go-back}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Checks the parts; copies the set, in the order of the moments. */
    public DatabaseCommand {
        moments = moments.isEmpty() ? Set.of() : EnumSet.copyOf(moments);
        Objects.requireNonNull(freezeLimit);
        Objects.requireNonNull(otherLimit);
    }

    @Override
    public Set<Moment> moments() {
        return moments.isEmpty() ? Set.of() : EnumSet.copyOf(moments);
    }

    /** One that saves, and knows nothing else. */
    public static DatabaseCommand saving(String line) {
        return new DatabaseCommand(line, Set.of(Moment.FREEZE), FREEZE_LIMIT, OTHER_LIMIT, null);
    }

    public boolean isGiven() {
        return line != null && !line.isBlank();
    }

    public boolean knows(Moment moment) {
        return moments.contains(moment);
    }

    /** Whether what it makes is a way back for a rollback, and no backup on its own. */
    public boolean isWayBack() {
        return knows(Moment.GO_BACK);
    }

    /** After how long it is ended at a moment. */
    public Duration limit(Moment moment) {
        return moment == Moment.FREEZE ? freezeLimit : otherLimit;
    }

    /** The moments as the parameter has them. */
    public String momentsInWords() {
        return moments.stream().map(Moment::toString).collect(Collectors.joining(","));
    }
}
