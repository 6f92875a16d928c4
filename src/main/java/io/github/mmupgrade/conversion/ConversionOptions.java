package io.github.mmupgrade.conversion;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.transfer.TransferOptions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a database is converted.
 *
 * @param target the empty PostgreSQL database; empty when it was not named
 * @param exclude tables that are left out
 * @param onBadValue what becomes of values that PostgreSQL does not take
 * @param jobs how many tables, or parts of one, are copied at the same time
 */
public record ConversionOptions(
        @JsonIgnore Optional<DataSource> target, List<String> exclude, OnBadValue onBadValue, int jobs) {

    /** What becomes of values that PostgreSQL does not take. */
    public enum OnBadValue {
        /** The conversion is refused before the server is stopped. */
        REFUSE,
        /** They are changed on their way, and written down. */
        REPAIR
    }

    public ConversionOptions {
        target = target == null ? Optional.empty() : target;
        exclude = List.copyOf(exclude);
        Objects.requireNonNull(onBadValue);
    }

    /** Whether values that PostgreSQL does not take are repaired. */
    public boolean repairs() {
        return onBadValue == OnBadValue.REPAIR;
    }

    /** The same for the copy. */
    public TransferOptions transfer() {
        return new TransferOptions(exclude, repairs(), jobs);
    }

    /** Refuses values that PostgreSQL does not take, and leaves no table out. */
    public static ConversionOptions usual(int jobs) {
        return new ConversionOptions(Optional.empty(), List.of(), OnBadValue.REFUSE, jobs);
    }

    /** The same, into a database. */
    public ConversionOptions into(Optional<DataSource> database) {
        return new ConversionOptions(database, exclude, onBadValue, jobs);
    }
}
