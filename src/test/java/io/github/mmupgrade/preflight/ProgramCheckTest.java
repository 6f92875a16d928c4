package io.github.mmupgrade.preflight;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.preflight.ProgramCheck.Programs;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class ProgramCheckTest {

    private static final Programs BOTH =
            new Programs(Version.parse("5.37.10"), Set.of("mattermost", "platform", "mmctl"));
    private static final Programs NEWER = new Programs(Version.parse("6.3.10"), Set.of("mattermost", "mmctl"));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static ProgramCheck check(Scene scene) {
        GoalContext context = scene.place();
        return new ProgramCheck(context, context.server());
    }

    private static void startedBy(Scene scene, String command) {
        scene.service = "command";
        scene.startCommand = command;
        scene.stopCommand = "true";
    }

    @Test
    @Category(Slow.class)
    public void aProgramThatALaterReleaseLacksIsRefusedWhileTheServerRuns() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10", "6.3.10")) {
            Path bin = scene.server.directory().resolve("bin");
            startedBy(scene, bin.resolve("platform").toString());
            long process = scene.server.pid();
            for (Consumer<Goals> goal :
                    List.<Consumer<Goals>>of(Goals::preflight, Goals::upgrade, Goals::download, Goals::stop)) {
                RefusedException e = assertThrows(RefusedException.class, () -> goal.accept(scene.goals()));
                assertTrue(
                        e.getMessage(), e.getMessage().contains(bin.resolve("platform") + ", which Mattermost 6.3.10"));
                assertTrue(
                        e.hint().text(),
                        e.hint().text().contains("Write " + bin.resolve("mattermost") + " in place of "));
                assertEquals(process, scene.server.pid());
                assertTrue(scene.server.isRunning());
            }
            startedBy(scene, bin.resolve("mattermost").toString());
            scene.goals().preflight();
        }
    }

    @Test
    public void saysWhichReleaseHasBothProgramsWhereTheInstalledOneHasOnlyTheOld() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "4.10.10")) {
            startedBy(scene, scene.server.directory().resolve("bin/platform").toString());
            ProgramCheck check = check(scene);
            check.require(List.of(BOTH));
            RefusedException e = assertThrows(RefusedException.class, () -> check.require(List.of(BOTH, NEWER)));
            assertEquals(List.of("mattermost.targetVersion=5.37.10"), e.hint().options());
            e = assertThrows(RefusedException.class, () -> check.require(List.of(NEWER)));
            assertTrue(e.hint().text(), e.hint().text().contains("from 5.0 to 5.39"));
        }
    }

    @Test
    public void aProgramOfOnesOwnInBinIsRefusedAndAScriptThatTakesEitherIsNot() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            Path bin = scene.server.directory().resolve("bin");
            startedBy(scene, bin.resolve("start-chat.sh").toString());
            RefusedException e =
                    assertThrows(RefusedException.class, () -> check(scene).require(List.of(BOTH)));
            assertTrue(e.hint().text(), e.hint().text().contains("/usr/local/bin"));
            Path script = Files.writeString(
                    scene.root.resolve("start"), "#!/bin/sh\n" + bin + "/mattermost || " + bin + "/platform\n");
            startedBy(scene, script.toString());
            assertEquals(Set.of("mattermost", "platform"), check(scene).started());
            check(scene).require(List.of(BOTH, NEWER));
            scene.service = "process";
            check(scene).require(List.of(NEWER));
        }
    }
}
