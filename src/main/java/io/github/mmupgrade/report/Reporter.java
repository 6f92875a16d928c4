package io.github.mmupgrade.report;

/** Who is told what happens: the console of the build, a file, or a list in a test. Safe for use by several threads. */
@FunctionalInterface
public interface Reporter {

    /** Is told of an event. */
    void report(Event event);

    /** Says something that an administrator wants to know. */
    default void info(String text) {
        report(new Event.Message(Event.Level.INFO, text, null));
    }

    /** Says something that an administrator should look at, though the run goes on. */
    default void warn(String text) {
        report(new Event.Message(Event.Level.WARNING, text, null));
    }

    /** Says what a person can do next, with the command where a goal helps. */
    default void hint(Hint hint) {
        report(new Event.Message(Event.Level.INFO, "", hint));
    }

    /** Says something that only helps to find a fault. */
    default void debug(String text) {
        report(new Event.Message(Event.Level.DEBUG, text, null));
    }

    /**
     * Starts to report the progress of a long step.
     *
     * @param label what is being done, such as {@code copying the file store}
     * @param totalBytes how many bytes there are to do; -1 when not known
     */
    default Meter meter(String label, long totalBytes) {
        return meter(label, totalBytes, Event.Progress.BYTES);
    }

    /**
     * Starts to report the progress of a long step.
     *
     * @param label what is being done
     * @param total how much there is to do; -1 when not known
     * @param unit what is counted, such as {@code rows}
     */
    default Meter meter(String label, long total, String unit) {
        return new ProgressMeter(this, label, total, unit, System::nanoTime);
    }

    /** The progress of one long step. Safe for use by several threads. */
    interface Meter extends AutoCloseable {
        /** Says how much there is to do, once that is known. */
        void expect(long total);

        /** Says that so much more is done. */
        void advance(long more);

        /** Ends the step. */
        @Override
        void close();
    }
}
