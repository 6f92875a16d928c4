package io.github.mmupgrade.remote.ssh;

import java.util.List;

/**
 * How a third machine logs in to a machine that this one reaches, by this one's forwarded ssh agent.
 *
 * @param client the ssh client with its options
 * @param machine the machine's name, and what is run there: a shell that reads what to do, as {@link SshConnection#opening}
 *     writes it
 * @param knownHosts the machine's keys that are known here, as lines of a file of known hosts
 */
public record DirectLogin(List<String> client, List<String> machine, List<String> knownHosts) {

    /** What the machine's keys are known by there, whatever it is called. */
    static final String ALIAS = "mattermost-source";
}
