package io.github.mmupgrade.host;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where commands run and where files live.
 *
 * <p>Files are {@link Path}s that the host hands out, so that the code above works alike on this machine and on one
 * reached over SSH; only commands and bulk work are asked of the host itself.
 */
public interface Host {

    /** A path on this host. */
    Path path(String first, String... more);

    /**
     * Runs a program and waits for it.
     *
     * @throws CommandNotFoundException when there is no such program
     */
    CommandResult run(Command command);

    /**
     * Starts a program that is asked and answers while it runs; it does not outlive this process.
     *
     * @throws CommandNotFoundException when there is no such program
     */
    Dialogue open(Command command);

    /**
     * Starts a program that outlives this process, in a session of its own, and does not wait for it.
     *
     * @param command the program; its standard input is empty
     * @param log the file that both its streams are appended to
     * @return the number of its process
     */
    long startDetached(Command command, Path log);

    /** Where a program is found on the host's PATH; empty when it isn't there. */
    Optional<Path> which(String program);

    /** The environment that this process itself has on the host. */
    Map<String, String> environment();

    /** The name of the host, for messages. */
    String name();

    /** Who runs the commands when no other user is asked for. */
    Owner self();
}
