package io.github.mmupgrade.remote.ssh;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a machine is reached.
 *
 * @param program the OpenSSH client, {@code ssh} or its path
 * @param knownHosts a file with the keys of machines; null for those that ssh knows
 * @param privateKey a private key; null for those that ssh knows
 * @param terminal whether a person can be asked
 * @param connectTimeout how long a connection may take
 * @param keepAlive how often a silent connection is tried; it counts as lost after the fourth try without an answer
 * @param reconnect for how long a lost connection is tried again
 */
public record SshOptions(
        String program,
        Path knownHosts,
        Path privateKey,
        boolean terminal,
        Duration connectTimeout,
        Duration keepAlive,
        Duration reconnect) {}
