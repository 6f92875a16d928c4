package io.github.mmupgrade.service;

import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.stream.Collectors;

/** A server that somebody started by hand: stopping the service would not stop it. */
final class ForeignServer {

    private ForeignServer() {}

    /**
     * Refuses when processes run although their service is down.
     *
     * @param alive the server's processes
     * @param service the service's name
     */
    static void refuse(ServiceContext context, List<ProcessInfo> alive, String service) {
        if (!alive.isEmpty()) {
            throw new RefusedException(
                    "A server runs in " + context.installation() + " (process "
                            + alive.stream().map(ProcessInfo::toString).collect(Collectors.joining(", "))
                            + "), but it was not started by " + service + ", which is stopped",
                    Hint.of("Stop that process, or set mattermost.service to what manages it."));
        }
    }
}
