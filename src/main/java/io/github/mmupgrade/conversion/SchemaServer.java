package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.scratch.Isolation;
import io.github.mmupgrade.scratch.ScratchCopy;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/** Starts a copy of the installed release on another database, once, and stops it again. */
final class SchemaServer {

    private final GoalContext context;

    SchemaServer(GoalContext context) {
        this.context = context;
    }

    /** Has the release make its tables. It finds those that an interrupted attempt has made. */
    void make(DataSource target, Version release) {
        InstalledServer server = context.server();
        Owner owner = context.host().self().uid() == 0 ? server.user() : null;
        ScratchPlace place = ScratchPlace.make(
                Path.of(System.getProperty("java.io.tmpdir")),
                "schema-" + context.installation().stateName());
        try {
            place.directory(place.state(), null);
            place.directory(place.backups(), null);
            place.directory(place.installation().getParent(), owner);
            new ScratchCopy(context.host(), context.installation().directory(), place.installation(), owner, false)
                    .programs(server.fileStore());
            ScratchServer scratch = new ScratchServer(place, Isolation.read(false), context.options(), freePort());
            scratch.configure(context.host(), server.effective().asDocument(), target);
            GoalContext there =
                    GoalContext.open(scratch.options(DatabaseSaving.NONE), context.host(), quiet(), context.clock());
            ServerLifecycle lifecycle = new ServerLifecycle(there);
            try {
                lifecycle.startAndWait(release);
            } finally {
                lifecycle.stop();
            }
        } finally {
            place.remove();
        }
    }

    /** What is said of the copy would be taken for the server. */
    private Reporter quiet() {
        return event ->
                EventText.lines(event).forEach(line -> context.reporter().debug("copy: " + line));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("There is no free port on 127.0.0.1", e);
        }
    }
}
