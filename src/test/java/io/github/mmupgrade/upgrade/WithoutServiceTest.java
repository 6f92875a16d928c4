package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Goals that only read need no service, and a fresh installation can be started. */
public class WithoutServiceTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void goalsThatReadNeedNoService() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().backup();
            scene.service = "auto";
            scene.serviceName = "no-such-unit";
            everyGoalThatReads(scene);
            String said = scene.said.text();
            assertTrue(said, said.contains("Installed: Mattermost 5.25.7"));
            assertTrue(said, said.contains("5.25.7 on 127.0.0.1:"));
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertEquals(e.getMessage(), 1, said.split(java.util.regex.Pattern.quote(e.getMessage()), -1).length - 1);
            assertTrue(scene.server.isRunning());
            scene.server.stop();
            scene.goals().listBackups();
            scene.goals().verifyBackup(null, false);
            scene.goals().status();
            scene.goals().diffConfig();
        }
    }

    private static void everyGoalThatReads(Scene scene) {
        scene.goals().status();
        scene.goals().checkVersion();
        scene.goals().listBackups();
        scene.goals().diffConfig();
        scene.goals().validateConfig();
        scene.goals().verifyBackup(null, false);
    }

    @Test
    public void startsAFreshInstallationOnAnEmptyDatabase() throws Exception {
        try (Scene scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7");
                StandInInstallation fresh = StandInInstallation.create(
                        Scene.archiveOf("5.25.7"),
                        folder.newFolder("fresh").toPath().toRealPath().resolve("mattermost"),
                        TestPostgres.shared().createDatabase("fresh", true))) {
            scene.installDirectory = fresh.directory();
            scene.goals().start();
            try {
                assertTrue(fresh.answeredVersion(), fresh.answeredVersion().contains("5.25.7"));
                assertEquals(
                        Version.parse("5.25.7"),
                        InstalledRelease.read(scene.place(), scene.place().server())
                                .version());
            } finally {
                scene.goals().stop();
            }
        }
    }

    @Test
    public void countsAreSaidInWords() {
        Map<String, Long> rows = new LinkedHashMap<>();
        rows.put("Users", 1L);
        rows.put("Teams", 0L);
        rows.put("FileInfo", 2L);
        assertEquals("1 user, 0 teams, 2 files", new RowCounts(rows).inWords());
        assertFalse(new RowCounts(rows).inWords().contains("="));
    }
}
