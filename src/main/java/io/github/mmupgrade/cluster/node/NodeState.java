package io.github.mmupgrade.cluster.node;

import java.util.List;
import java.util.Map;

/**
 * What a node says of itself. What is not known is null, and {@code notKnown} says why.
 *
 * @param names the names and addresses that the machine has
 * @param clock its time, in milliseconds since 1970
 * @param release the installed release, such as {@code 5.37.10}
 * @param edition the installed edition
 * @param service the service and what it does, in words
 * @param running whether its server runs
 * @param answer what its server answers, in words
 * @param healthy whether it answers as a server that is ready
 * @param answering the release that answers, such as {@code 5.37.10}
 * @param database the database that it uses
 * @param fileStore where its files are, in words
 * @param fileStoreIdentity the same text on every node that uses the same store; null when that cannot be told
 * @param clustered whether its configuration has a cluster
 * @param settings every setting that is in effect, by its dotted name, as JSON; a secret only as a code that is the same
 *     for the same value and the same question
 * @param run the run in progress, else the last one
 * @param worker who works on it now, in words; null for nobody
 * @param kept why its server must not be started; null when it may
 * @param notKnown what could not be found out, and why
 */
public record NodeState(
        List<String> names,
        long clock,
        String release,
        String edition,
        String service,
        boolean running,
        String answer,
        boolean healthy,
        String answering,
        NodeDatabase database,
        String fileStore,
        String fileStoreIdentity,
        boolean clustered,
        Map<String, String> settings,
        NodeRun run,
        String worker,
        String kept,
        List<String> notKnown) {

    /** Copies the lists. */
    public NodeState {
        names = List.copyOf(names);
        settings = Map.copyOf(settings);
        notKnown = List.copyOf(notKnown);
    }

    /** The run in progress; null for none. */
    public NodeRun openRun() {
        return run != null && run.isOpen() ? run : null;
    }
}
