package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What is shown of the server's own log. */
public class ServerLogTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void showsNoDataSourceAndNoLineWhoseBeginningIsMissing() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.server.stop();
            ServerLog log = new ServerLog(scene.place().server());
            Path file = scene.server.directory().resolve("logs/mattermost.log");
            write(file, """
                    Failed to ping DB: parse postgres://mmuser:r2{b+i(jr@localhost:5432/d: net/url: invalid userinfo
                    Failed to ping DB mmuser:r2{b@tcp(localhost:3306)/d
                    """);
            assertEquals(
                    List.of("Failed to ping DB: parse (data source)", "Failed to ping DB (data source)"),
                    log.linesThatMatter());
            // more than is read at most: the first line that is read has lost its beginning, and with it the address
            write(file, "Failed: postgres://mmuser:secret" + "x".repeat(2_000_000) + "\n" + "Failed to start\n");
            assertEquals(List.of("Failed to start"), log.linesThatMatter());
            assertShowsNoneOf(file, log);
        }
    }

    /** They go to a channel of the very server whose user writes the log. */
    private void assertShowsNoneOf(Path log, ServerLog shown) throws Exception {
        Path ofRoot = folder.getRoot().toPath().resolve("secret.log");
        Files.writeString(ofRoot, "Failed to keep this secret\n");
        Files.setPosixFilePermissions(ofRoot, PosixFilePermissions.fromString("rw-------"));
        Files.delete(log);
        Files.createSymbolicLink(log, ofRoot.toRealPath());
        boolean root = new LocalHost().self().uid() == 0;
        if (root) {
            Files.setAttribute(log, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        }
        // who isn't root reads what that user may
        assertEquals(root ? List.of() : List.of("Failed to keep this secret"), shown.linesThatMatter());
    }

    private static void write(Path file, String text) throws Exception {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
