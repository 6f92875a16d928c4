package io.github.mmupgrade.service;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandNotFoundException;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.time.Duration;
import java.util.List;

/** Runs the program of a service manager. */
final class ManagerCommand {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private ManagerCommand() {}

    /** Asks something; the caller judges the exit status. */
    static CommandResult ask(ServiceContext context, List<String> line) {
        return run(
                context,
                Command.of(line.get(0)).add(line.subList(1, line.size())).environment("LC_ALL", "C"));
    }

    /** Runs something that may start a server that keeps the streams it was given. */
    static CommandResult act(ServiceContext context, List<String> line, Duration limit) {
        return run(
                context,
                Command.of(line.get(0))
                        .add(line.subList(1, line.size()))
                        .leavesDaemon(context.consoleLog())
                        .limit(limit));
    }

    static CommandResult act(ServiceContext context, List<String> line) {
        return act(context, line, LIMIT);
    }

    private static CommandResult run(ServiceContext context, Command.Builder command) {
        try {
            return context.host().run(command.build());
        } catch (CommandNotFoundException e) {
            throw new RefusedException(
                    e.getMessage() + ", but the service of " + context.installation() + " is managed with it",
                    Hint.of("Set mattermost.service to what manages the server: systemd, upstart, sysv, command or"
                            + " process."),
                    e);
        }
    }
}
