package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A server that runs as its own user and reaches a real PostgreSQL by the socket, without role and password. */
public class PeerUpgradeTest {

    private static final String USER = "daemon";
    private static final Owner OWNER = new Owner(1, 1);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static void letThrough(Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @Test
    public void upgradesBacksUpAndGoesBack() throws Exception {
        letThrough(folder.getRoot().toPath());
        try (TestPostgres postgres = new TestPostgres()) {
            letThrough(postgres.socketDirectory());
            postgres.execute(
                    "CREATE ROLE " + USER + " LOGIN CREATEDB PASSWORD 'p'", "CREATE DATABASE chat OWNER " + USER);
            postgres.admit("local all all peer\nhost all all 127.0.0.1/32 scram-sha-256");
            String source = "postgres:///chat?host=" + postgres.socketDirectory() + "&port=" + postgres.port()
                    + "&sslmode=disable";
            TestDatabase database = new TestDatabase("postgres", postgres.port(), "chat", USER, "p", source);
            try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", database, OWNER)) {
                scene.to("5.37.10");
                OldState old = OldState.of(scene, "5.25.7");
                scene.goals().backup();
                scene.goals().upgrade();
                assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
                assertTrue(scene.said.text(), scene.said.text().contains("Froze"));
                assertEquals(
                        OWNER,
                        RunningServer.find(new LocalHost(), scene.server.directory())
                                .get(0)
                                .owner());
                scene.goals().rollback(null, true);
                old.assertBack();
                assertEquals(
                        source, scene.server.setting("SqlSettings.DataSource").asText());
            }
        }
    }
}
