package io.github.mmupgrade.saving;

import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A call of the organisation's own command that saves the database. The moment, a name and the connection are in its
 * environment (as libpq and MySQL's tools know it, and the whole data source), its output is reported, its exit status
 * decides.
 */
public final class CommandCall {

    private static final String NAME = "MATTERMOST_BACKUP_NAME";

    /** How long what a killed call has left behind may go on by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GoalContext context;
    private final DatabaseCommand command;
    private final DataSource source;
    private final String name;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path directory = Path.of("/");

    /**
     * A call.
     *
     * @param database how the command reaches it; no session of ours is left in it
     * @param run the upgrade or the backup: what is saved of it has the same name in every call
     */
    public CommandCall(GoalContext context, DatabaseCommand command, Database database, String run) {
        this.context = context;
        this.command = command;
        this.source = database.dataSource();
        this.name = nameOf(context, run);
        environment.putAll(database.clientEnvironment());
        environment.put("MATTERMOST_DATA_SOURCE", source.format());
        environment.put(
                "MATTERMOST_INSTALLATION", context.installation().directory().toString());
        environment.put(NAME, name);
        environment.put("MATTERMOST_RUN", run);
        database.close();
    }

    /** What is saved of a run is called: letters, digits, dots, dashes and underscores; the same in every call. */
    public static String nameOf(GoalContext context, String run) {
        return context.installation().stateName() + "-" + run;
    }

    /**
     * How a call went.
     *
     * @param failure what went wrong, as a sentence; empty when nothing did
     * @param last the last line that it wrote; empty when it wrote none
     */
    public record Answer(Optional<String> failure, String last) {}

    /** Sets a variable. */
    public CommandCall with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs it in the directory that the files of the database are in, if that is there. */
    public CommandCall in(Path backup, Path there) {
        environment.put("MATTERMOST_BACKUP_DIRECTORY", backup.toString());
        directory = Files.isDirectory(there) ? there : directory;
        return this;
    }

    /** Calls it. */
    public Answer at(Moment moment) {
        return at(moment, command.limit(moment));
    }

    /** Calls it with another limit than its own. */
    public Answer at(Moment moment, Duration limit) {
        awaitLeftovers();
        CommandResult result = context.host()
                .run(Command.of("setsid", "sh", "-c", command.line())
                        .environment(environment)
                        .environment("MATTERMOST_BACKUP_MOMENT", moment.toString())
                        .environment("MATTERMOST_DRY_RUN", Boolean.toString(moment == Moment.CHECK))
                        .directory(directory)
                        .limit(limit)
                        .build());
        result.lines().forEach(said -> context.reporter().info(withoutSecrets(said)));
        if (result.succeeded()) {
            return new Answer(Optional.empty(), withoutSecrets(lastLine(result)));
        }
        return new Answer(Optional.of(withoutSecrets(failure(moment, limit, result))), "");
    }

    private static String lastLine(CommandResult result) {
        return result.lines().stream()
                .filter(line -> !line.isBlank())
                .reduce("", (earlier, later) -> later)
                .strip();
    }

    private static String failure(Moment moment, Duration limit, CommandResult result) {
        String what = "The command that saves the database (" + moment + ") ";
        if (!result.timedOut()) {
            return what + result.ending();
        }
        String said = result.tail();
        return what + "did not end within " + Amount.duration(limit) + " and was ended. What ran: "
                + String.join(", ", result.running()) + (said.isEmpty() ? "." : ". It said last: " + said);
    }

    /** A script that shows what it runs (set -x) shows what it was handed, too. */
    private String withoutSecrets(String said) {
        Set<String> secrets = new HashSet<>(Secrets.partsOf(source.format()));
        secrets.add(source.password());
        return Secrets.redactText(said, secrets);
    }

    /**
     * Waits for what a call has left behind whose caller was killed: two calls must not meet. Processes that lead a group
     * of their own, or belong to one whose leader lives, are servers that a call has started, and stay.
     */
    private void awaitLeftovers() {
        Duration end = WaitTimer.real().elapsed().plus(PATIENCE);
        List<ProcessInfo> left = leftovers();
        while (!left.isEmpty() && WaitTimer.real().elapsed().compareTo(end) < 0) {
            WaitTimer.real().sleep(Duration.ofMillis(100));
            left = leftovers();
        }
        if (!left.isEmpty()) {
            context.reporter().warn("Ended what an interrupted call of the command has left behind: " + left);
            left.forEach(process -> ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    private List<ProcessInfo> leftovers() {
        Processes processes = new Processes(context.host());
        return processes.all().stream()
                .filter(process -> !process.ended())
                .filter(process -> processes
                        .environment(process.pid())
                        .filter(variables -> name.equals(variables.get(NAME)))
                        .isPresent())
                .filter(process -> processes
                        .group(process.pid())
                        // one that has ended may wait for its parent to take notice
                        .filter(group -> processes
                                .find(group)
                                .filter(leader -> !leader.ended())
                                .isEmpty())
                        .isPresent())
                .toList();
    }
}
