package io.github.mmupgrade.rollback;

import java.util.List;

/** What a rollback of a run puts back; an upgrade and a migration have replaced different things. */
public interface RunUndo {

    /**
     * Makes sure that everything is there that it takes. Changes nothing.
     *
     * @param newServerRan whether a server of the new release has run
     * @throws io.github.mmupgrade.report.RefusedException when something is missing
     */
    void require(boolean newServerRan);

    /** What it would do, a line each. */
    List<String> plan();

    /**
     * Puts back what the run has replaced. Can be called again after it was interrupted anywhere.
     *
     * @param newServerRan whether a server of the new release has run, so that database and files may have changed
     * @param aside is told, in sentences, where the newer database is
     */
    void putBack(boolean newServerRan, List<String> aside);

    /** What is left when the old server runs again. */
    default void afterStart() {}
}
