package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

@Category(Slow.class)
public class StandInUpgradeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestDatabase database = TestPostgres.shared().createDatabase("standin", false);

    @Test
    public void newReleaseServesWhatTheOldOneStored() {
        SampleData data;
        try (StandInInstallation old = install("5.25.6", "old")) {
            data = old.start().seed();
            assertEquals(0, old.stop());
        }
        try (StandInInstallation current = install("5.37.0", "current")) {
            current.set("FileSettings.Directory", path("old").resolve("data").toString());
            current.start();
            StandInClient client = current.client();
            client.login(SampleData.TEAM, SampleData.ADMINISTRATOR, SampleData.PASSWORD);
            data.messages().forEach((id, text) -> {
                String post = client.get("/api/v4/posts/" + id).body();
                assertTrue(post, post.contains(id));
            });
            assertEquals(
                    "5.37.0",
                    current.run("version", "--skip-server-start")
                            .output()
                            .lines()
                            .filter(l -> l.startsWith("Build Number: "))
                            .findFirst()
                            .orElseThrow()
                            .substring("Build Number: ".length()));
        }
    }

    private StandInInstallation install(String version, String name) {
        return StandInInstallation.create(StandInArchives.team(version), path(name), database);
    }

    private Path path(String name) {
        return folder.getRoot().toPath().resolve(name);
    }
}
