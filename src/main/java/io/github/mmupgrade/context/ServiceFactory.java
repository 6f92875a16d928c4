package io.github.mmupgrade.context;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.service.EnvironmentFile;
import io.github.mmupgrade.service.ProcessSettings;
import io.github.mmupgrade.service.ServiceContext;
import io.github.mmupgrade.service.ServiceControl;
import io.github.mmupgrade.service.ServiceDetection;
import io.github.mmupgrade.service.ServiceKind;
import io.github.mmupgrade.service.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the service that the options ask for, or finds it out. */
final class ServiceFactory {

    private static final String USUAL_NAME = "mattermost";

    private final Host host;
    private final Installation installation;
    private final UpgradeOptions.Service choice;
    private final Path state;
    private final FoundUnit found;

    ServiceFactory(Host host, Installation installation, UpgradeOptions.Service choice, Path state, FoundUnit found) {
        this.host = host;
        this.installation = installation;
        this.choice = choice;
        this.state = state;
        this.found = found;
    }

    /**
     * The service.
     *
     * @param listen where the server listens; null when not known yet: ports are then not looked at
     * @param running the server; null when it does not run
     * @throws RefusedException when there is none, or it cannot be told
     */
    ServiceControl service(ListenAddress listen, RunningServer running) {
        ServiceContext context =
                ServiceContext.of(host, installation.directory(), listen, state.resolve("console.log"));
        Optional<ServiceKind> kind = ServiceKind.parse(choice.kind());
        if (kind.isEmpty()) {
            return found.name()
                    .map(unit -> Services.systemd(context, unit))
                    .orElseGet(() -> found.keep(
                            new ServiceDetection(context).detect(choice.name()).control()));
        }
        String name = choice.name() == null ? USUAL_NAME : choice.name();
        return switch (kind.get()) {
            case SYSTEMD -> Services.systemd(context, name);
            case UPSTART -> Services.upstart(context, name);
            case SYSV -> Services.sysv(context, name);
            case COMMAND ->
                Services.command(
                        context, choice.startCommand(), choice.stopCommand(), choice.statusCommand(), environment());
            case PROCESS -> Services.process(context, processSettings(running));
        };
    }

    private ProcessSettings processSettings(RunningServer running) {
        Integer umask = running == null ? null : running.umask().orElse(null);
        return new ProcessSettings(
                installation.owner(),
                List.of(),
                environment(),
                umask,
                state.resolve("server.pid"),
                installation.directory().resolve("logs").resolve("console.log"));
    }

    private Map<String, String> environment() {
        if (choice.environmentFile() == null) {
            return Map.of();
        }
        try {
            return EnvironmentFile.parse(Files.readString(choice.environmentFile()));
        } catch (IOException e) {
            throw new RefusedException(
                    "The environment file " + choice.environmentFile() + " cannot be read: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Check mattermost.environmentFile."),
                    e);
        }
    }
}
