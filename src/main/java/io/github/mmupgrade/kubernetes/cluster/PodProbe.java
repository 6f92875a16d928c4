package io.github.mmupgrade.kubernetes.cluster;

import io.github.mmupgrade.server.ServerAnswer;

/** Asks the server in a pod who it is. */
@FunctionalInterface
public interface PodProbe {

    /** Asks the server in a pod of this name; that it cannot be asked is an answer, too. */
    ServerAnswer ask(String pod);
}
