package io.github.mmupgrade.testing.scene;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Counts faults and those that were not survived. */
public final class FaultCount {

    private static final long MINUTES = Long.getLong("faults.minutes", 0);

    private final List<String> losses = new ArrayList<>();
    private final long until = MINUTES == 0 ? Long.MAX_VALUE : System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    private int faults;

    /** Something that happens, and what must hold after it. */
    public interface Fault {
        void happen() throws Exception;
    }

    /**
     * Has a fault happen, unless the property {@code faults.minutes} says that the time is over.
     *
     * @param more what is told of it when it was not survived
     */
    public void add(String name, Supplier<String> more, Fault fault) {
        if (System.nanoTime() >= until) {
            return;
        }
        faults++;
        try {
            fault.happen();
        } catch (Exception | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            losses.add(name + " (" + more.get() + "): " + trace);
        }
    }

    /** What was not survived, each with its trace. */
    public List<String> losses() {
        return losses;
    }

    /** How many there were, as the last line that a command prints. */
    public String summary() {
        return faults + " faults, " + (faults - losses.size()) + " survived, " + losses.size() + " lost";
    }

    @Override
    public String toString() {
        return summary() + (losses.isEmpty() ? "" : ", the last: " + losses.get(losses.size() - 1));
    }
}
