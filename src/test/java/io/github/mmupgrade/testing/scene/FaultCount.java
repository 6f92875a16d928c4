package io.github.mmupgrade.testing.scene;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Counts faults and those that were not survived. */
public final class FaultCount {

    private final List<String> losses = new ArrayList<>();
    private int faults;

    /** Something that happens, and what must hold after it. */
    public interface Fault {
        void happen() throws Exception;
    }

    /**
     * Has a fault happen.
     *
     * @param more what is told of it when it was not survived
     */
    public void add(String name, Supplier<String> more, Fault fault) {
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

    @Override
    public String toString() {
        return faults + " faults, " + (faults - losses.size()) + " survived, " + losses.size() + " lost"
                + (losses.isEmpty() ? "" : ", the last: " + losses.get(losses.size() - 1));
    }
}
