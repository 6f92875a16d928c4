package io.github.mmupgrade.report;

/** Where what a run has to say goes: the console of the build, or a list in a test. */
public interface Reporter {

    /** Says something that an administrator wants to know. */
    void info(String line);

    /** Says something that an administrator should look at, though the run goes on. */
    void warn(String line);

    /** Says what a person can do next, with the command where a goal helps. */
    default void hint(Hint hint) {
        info(hint.toString());
    }

    /** Says something that only helps to find a fault. */
    void debug(String line);

    /**
     * Starts to report the progress of a long step.
     *
     * @param label what is being done, such as {@code copying the file store}
     * @param totalBytes how many bytes there are to do; -1 when not known
     */
    default Meter meter(String label, long totalBytes) {
        return new Meter() {
            @Override
            public void advance(long bytes) {}

            @Override
            public void close() {}
        };
    }

    /** The progress of one long step. Safe for use by several threads. */
    interface Meter extends AutoCloseable {
        /** Says that so many more bytes are done. */
        void advance(long bytes);

        /** Ends the step. */
        @Override
        void close();
    }
}
