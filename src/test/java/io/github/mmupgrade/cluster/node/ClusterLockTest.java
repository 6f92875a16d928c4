package io.github.mmupgrade.cluster.node;

import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The part of the lock that is in the database server. */
public class ClusterLockTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** Any role can take it, and keep everybody waiting. */
    @Test
    public void aSessionThatHoldsItIsNamed() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.server.stop();
            String name = "mattermost-maven-plugin " + scene.database.name();
            long key = Long.parseUnsignedLong(
                    Digests.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16), 16);
            try (Connection other = scene.database.connect("postgres");
                    Statement statement = other.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(" + key + ")");
                ClusterLock.Attempt refused = ClusterLock.attempt(scene.place(), "me");
                assertNull(refused.lock());
                assertTrue(refused.holder(), refused.holder().contains("of the role " + scene.database.user()));
            }
            ClusterLock.Attempt taken = ClusterLock.attempt(scene.place(), "me");
            assertNull(taken.holder(), taken.holder());
            assertTrue(taken.lock().renew());
            taken.lock().close();
        }
    }
}
