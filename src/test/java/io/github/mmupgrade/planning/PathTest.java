package io.github.mmupgrade.planning;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class PathTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void goesThroughEveryHopAndKeepsUsersOutBetween() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            String listen =
                    scene.server.setting("ServiceSettings.ListenAddress").asText();
            scene.server.stop();
            scene.server
                    .set("ServiceSettings.ListenAddress", ":" + scene.server.port())
                    .start();
            Map<String, String> before = scene.contents();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(before, scene.contents());
            String said = scene.said.text();
            assertTrue(said, said.contains("5.25.7 -> 5.31.9 -> 5.37.10"));
            assertTrue(said, said.contains("Mattermost 5.31.9 answers on 127.0.0.1:" + scene.server.port()));
            // each is asked, and only the last one is watched
            assertFalse(said, said.contains("Mattermost 5.31.9 answers and was healthy"));
            assertTrue(said, said.contains("Mattermost 5.37.10 answers and was healthy"));
            assertEquals(said, 1, said.split("The page of team", -1).length - 1);
            assertEquals(
                    ":" + scene.server.port(),
                    scene.server.setting("ServiceSettings.ListenAddress").asText());
            assertFalse(listen.isEmpty());
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
        }
    }

    @Test
    @Category(Slow.class)
    public void anOverlayIsWrittenOnceAtTheHopThatItIsFor() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.server.stop();
            scene.server.set("TeamSettings.SiteName", "Ours").start();
            Path last = Files.writeString(
                    scene.root.resolve("last.json"), "{\"TeamSettings\": {\"SiteName\": \"Elsewhere\"}}");
            Path between = Files.writeString(
                    scene.root.resolve("between.json"), "{\"TeamSettings\": {\"MaxUsersPerTeam\": 77}}");
            scene.overlays = List.of(Overlay.forLast(last), new Overlay(between, "5.31.9"));
            scene.goals().upgrade();
            ConfigDocument afterTheFirst = new Backups(scene.place())
                    .savedConfiguration(Run.all(scene.place().journal()).get(0), 2);
            assertEquals(
                    "Ours",
                    afterTheFirst.get("TeamSettings.SiteName").orElseThrow().asText());
            assertEquals(
                    77,
                    afterTheFirst
                            .get("TeamSettings.MaxUsersPerTeam")
                            .orElseThrow()
                            .asInt());
            assertEquals(
                    "Elsewhere", scene.server.setting("TeamSettings.SiteName").asText());
        }
    }

    @Test
    @Category(Slow.class)
    public void aConfigurationThatALaterHopDoesNotTakeIsRefusedWhileTheServerRuns() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            Path overlay = Files.writeString(
                    scene.root.resolve("overlay.json"), "{\"TeamSettings\": {\"MaxUsersPerTeam\": \"many\"}}");
            scene.overlays = List.of(Overlay.forLast(overlay));
            long process = scene.server.pid();
            for (Consumer<Goals> goal :
                    List.<Consumer<Goals>>of(Goals::preflight, Goals::upgrade, Goals::download, Goals::stop)) {
                RefusedException e = assertThrows(RefusedException.class, () -> goal.accept(scene.goals()));
                assertTrue(e.getMessage(), e.getMessage().contains("TeamSettings.MaxUsersPerTeam"));
                assertTrue(e.getMessage(), e.getMessage().contains("5.37.10"));
                assertEquals(process, scene.server.pid());
                assertTrue(scene.server.isRunning());
            }
        }
    }

    @Test
    public void anOverlayForAReleaseThatThePathDoesNotGoThroughIsRefusedBeforeAnythingIsFetched() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            Path overlay = Files.writeString(scene.root.resolve("overlay.json"), "{}");
            scene.overlays = List.of(new Overlay(overlay, "5.31.7"));
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("5.31.9, 5.37.10"));
            assertTrue(e.hint().text(), e.hint().text().contains("mattermost.config.overlays=5.31.9:" + overlay));
            assertFalse(Files.exists(scene.server.directory().resolveSibling(".mattermost.next-5.31.9")));
        }
    }

    @Test
    @Category(Slow.class)
    public void aLaterHopThatFailsGoesBackToTheVeryFirstState() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            Map<String, String> before = scene.contents();
            byte[] config = Files.readAllBytes(scene.server.configFile());
            assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
            assertEquals(
                    new String(config, java.nio.charset.StandardCharsets.UTF_8),
                    Files.readString(scene.server.configFile()));
        }
    }

    @Test
    @Category(Slow.class)
    public void passesThroughThreePointZeroWithItsCommand() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "2.2.0").along("3.0.3")) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertEquals(
                    List.of("mattermost.primaryTeam=name-of-the-team"), e.hint().options());
            assertTrue(scene.answers(), scene.answers().startsWith("2.2.0"));
            scene.primaryTeam = "acme";
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().startsWith("3.0"));
        }
    }

    @Test
    public void refusesUntilTheNotesAreAcknowledgedAndNamesTheOption() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.acknowledge = null;
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            String option = String.join(" ", e.hint().options()) + e.hint().text();
            assertTrue(option, option.contains("mattermost.acknowledge="));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertFalse(Files.exists(scene.root.resolve("backups")));
        }
    }

    @Test
    public void refusesAnArchiveThatIsNotTheOneOfTheChecksum() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.sha256 = "0".repeat(64);
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("0".repeat(64)));
            scene.sha256 = null;
            // the stand-in's archive has the vendor's name, but not the vendor's checksum
            e = assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("is refused"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }
}
