package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TableMapping;
import java.time.Duration;

/** What was done with a table after the stop, by several threads. */
final class TableTotals {
    private final KeyMap changed = new KeyMap(0);
    private final KeyMap gone = new KeyMap(0);

    /** Rows that are no longer what was noted of them when they were copied ahead; not changed while ranges are read. */
    private final KeyMap unknown = new KeyMap(0);

    private long rows;
    private long again;

    /** An earlier call has copied or removed these. */
    synchronized void touched(KeyMap keys) {
        unknown.putAll(keys);
    }

    synchronized void recent(KeyMap keys) {
        rows += keys.size();
        changed.putAll(keys);
        unknown.putAll(keys);
    }

    synchronized void add(RangeCatchUp.Result result) {
        rows += result.rows();
        changed.putAll(result.changed());
        gone.putAll(result.gone());
    }

    synchronized void again(long copied) {
        rows += copied;
        again += copied;
    }

    KeyMap unknown() {
        return unknown;
    }

    synchronized long rows() {
        return rows;
    }

    /** The rows that are in PostgreSQL, or were, and not in MySQL. */
    synchronized KeyMap gone() {
        KeyMap all = new KeyMap(gone.size() + unknown.size());
        all.putAll(gone);
        all.putAll(unknown);
        all.takeOut(changed);
        return all;
    }

    Transfer.TableReport report(TableMapping table, Duration took, long repaired) {
        return new Transfer.TableReport(
                table.target().name(),
                rows,
                table.source().bytes(),
                changed.size() + again,
                took.toMillis() / 1000.0,
                repaired);
    }
}
