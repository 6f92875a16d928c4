package io.github.mmupgrade.context;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Printable;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.service.ServiceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps the server of a node from being started whose release does not fit the schema: it was left out of an upgrade, or
 * waits for the node that migrates. For systemd it is an assertion in a drop-in, because a unit in {@code /etc} cannot be
 * masked; whatever else starts servers knows nothing of it, and only the goals of this plugin heed it.
 */
public final class StartBan {

    private static final String FILE = "start-ban";
    private static final String DROP_IN = "mattermost-maven-plugin.conf";

    private final GoalContext context;

    private StartBan(GoalContext context) {
        this.context = context;
    }

    /** The ban of an installation, whether it is there or not. */
    public static StartBan of(GoalContext context) {
        return new StartBan(context);
    }

    /** Why the server must not be started, and what keeps it from that; empty when it may. */
    public Optional<String> reason() {
        try {
            String why = Files.readString(file()).strip();
            return Optional.of(
                    isSystemd()
                            ? why
                            : why + " Only this plugin heeds that: the service (" + kind().key()
                                    + ") is not kept from starting it, such as when the machine starts again.");
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Forbids the start.
     *
     * @param why a sentence
     */
    public void set(String why) {
        try {
            Files.createDirectories(file().getParent());
            Files.writeString(file(), why + "\n");
            if (isSystemd()) {
                Files.createDirectories(dropIn().getParent());
                Files.writeString(dropIn(), assertion(why, file()));
                reload();
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The service cannot be kept from starting: " + IoReason.of(e) + ".",
                    Hint.of("Make sure yourself that this server does not start before it is upgraded."),
                    e);
        }
    }

    /** Allows it again. */
    public void lift() {
        try {
            Files.deleteIfExists(file());
            if (isSystemd() && Files.deleteIfExists(dropIn())) {
                reload();
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The service is still kept from starting: " + IoReason.of(e) + ".",
                    Hint.of("Remove " + dropIn() + " and " + file() + "."),
                    e);
        }
    }

    /**
     * Makes sure that it may be started.
     *
     * @throws RefusedException when it must not
     */
    public void require() {
        reason().ifPresent(why -> {
            throw new RefusedException(
                    why + " Nothing was started.", Hint.run("Upgrade it with the other nodes.", Goal.UPGRADE));
        });
    }

    /** What goes into the unit; other nodes have told what is in the reason, and a second line would be one of the unit. */
    static String assertion(String why, Path file) {
        return "# " + Printable.value(why) + "\n[Unit]\nAssertPathExists=!"
                + file.toString().replace("%", "%%") + "\n";
    }

    private Path file() {
        return context.state().resolve(FILE);
    }

    private boolean isSystemd() {
        return kind() == ServiceKind.SYSTEMD;
    }

    private ServiceKind kind() {
        return context.server().control().kind();
    }

    private Path dropIn() {
        String name = context.server().control().name();
        String unit = name.endsWith(".service") ? name : name + ".service";
        return context.host().path("/etc/systemd/system").resolve(unit + ".d").resolve(DROP_IN);
    }

    private void reload() {
        CommandResult result =
                context.host().run(Command.of("systemctl", "daemon-reload").build());
        if (!result.succeeded()) {
            throw new StageFailedException(
                    "systemctl daemon-reload " + result.ending() + ".",
                    Hint.of("Run it by hand, then the goal again."));
        }
    }
}
