package io.github.mmupgrade.cluster;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import java.time.Duration;
import java.util.Map;

/** A machine that the commands for a proxy run on. */
public interface ProxyHost extends AutoCloseable {

    /** Its name, for messages. */
    String name();

    /**
     * Runs a command.
     *
     * @param command for a shell
     * @param variables what it finds in its environment
     * @param limit after which it is ended
     * @return what it said and its status; 124 when it took too long
     */
    CommandResult run(String command, Map<String, String> variables, Duration limit);

    @Override
    void close();

    /** This machine. */
    static ProxyHost here(Host host) {
        return new ProxyHost() {
            @Override
            public String name() {
                return "this machine";
            }

            @Override
            public CommandResult run(String command, Map<String, String> variables, Duration limit) {
                Command.Builder line = Command.of("sh", "-c", command).limit(limit);
                variables.forEach(line::environment);
                return host.run(line.build());
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }

    /** Another machine. */
    static ProxyHost remote(RemoteCommand commands) {
        return new ProxyHost() {
            @Override
            public String name() {
                return commands.toString();
            }

            @Override
            public CommandResult run(String command, Map<String, String> variables, Duration limit) {
                return commands.run(command, variables, limit);
            }

            @Override
            public void close() {
                commands.close();
            }
        };
    }
}
