package io.github.mmupgrade.cluster;

import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** The upgrade of one node of a cluster in a process of its own, which ends as if it was killed. */
final class NodeProcess {

    private NodeProcess() {}

    /**
     * Upgrades.
     *
     * @param arguments a file with the request, the number of the journal's event behind which the process is gone
     */
    public static void main(String[] arguments) throws IOException {
        Request request = Request.parse(Files.readString(Path.of(arguments[0])));
        int wanted = Integer.parseInt(arguments[1]);
        Goals goals = new Goals(request.options(), new LocalHost(), event -> {}, Clock.systemUTC());
        int[] seen = {0};
        goals.observe(event -> {
            if (++seen[0] == wanted) {
                Runtime.getRuntime().halt(UpgradeProcess.KILLED);
            }
        });
        try {
            goals.upgrade();
        } catch (ProblemException e) {
            System.out.println(e.getMessage());
            System.exit(UpgradeProcess.FAILED);
        }
        // not before the server that it has started is on its own
        System.exit(0);
    }
}
