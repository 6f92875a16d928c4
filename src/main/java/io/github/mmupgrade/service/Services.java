package io.github.mmupgrade.service;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** Makes the service of each kind. */
public final class Services {

    private Services() {}

    /** A systemd unit; the name may leave out {@code .service}. */
    public static ServiceControl systemd(ServiceContext context, String name) {
        return new SystemdService(context, name);
    }

    /** An Upstart job. */
    public static ServiceControl upstart(ServiceContext context, String name) {
        return new UpstartService(context, name);
    }

    /** A SysV init script, through {@code service}, or itself where there is no such program. */
    public static ServiceControl sysv(ServiceContext context, String name) {
        List<String> script = context.host().which("service").isPresent()
                ? List.of("service", name)
                : List.of(context.file("/etc/init.d/" + name).toString());
        return new ScriptedService(
                context,
                SysvScript.read(context, name),
                new ScriptedService.Lines(with(script, "start"), with(script, "stop"), with(script, "status")));
    }

    /**
     * The administrator's own commands. Each line is split into arguments at white space, with quotes and backslashes
     * as in a shell; nothing is expanded, and no shell reads it but one that the line itself calls.
     *
     * @param start starts the server and returns
     * @param stop stops it; may return before it is gone
     * @param status ends with 0 when it runs and 3 when it doesn't; null to look at the processes alone
     * @param environment what the service is known to set, for the effective configuration
     */
    public static ServiceControl command(
            ServiceContext context, String start, String stop, String status, Map<String, String> environment) {
        return new ScriptedService(
                context,
                UnitDescription.of(
                        ServiceKind.COMMAND, "the server in " + context.installation(), environment, List.of()),
                new ScriptedService.Lines(
                        CommandWords.require(start, "start"),
                        CommandWords.require(stop, "stop"),
                        status == null || status.isBlank() ? null : CommandWords.split(status)));
    }

    /** A server that the plugin runs itself. */
    public static ServiceControl process(ServiceContext context, ProcessSettings settings) {
        return new ProcessService(context, settings);
    }

    static boolean hasInitScript(ServiceContext context, String name) {
        return Files.isRegularFile(context.file("/etc/init.d/" + name));
    }

    private static List<String> with(List<String> line, String argument) {
        return java.util.stream.Stream.concat(line.stream(), java.util.stream.Stream.of(argument))
                .toList();
    }
}
