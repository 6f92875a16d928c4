package io.github.mmupgrade.maintenance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

@Category(Slow.class)
public class ElsewhereGoalsTest {

    private static final String PASSWORD = "Pl4nted";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Elsewhere restic(String password) {
        Path repository = folder.getRoot().toPath().resolve("repository");
        if (!Files.exists(repository)) {
            var made = new LocalHost()
                    .run(Command.of("restic", "-q", "-r", repository.toString(), "init")
                            .environment("RESTIC_PASSWORD", PASSWORD)
                            .build());
            assertTrue(made.tail(), made.succeeded());
        }
        return Elsewhere.parse("restic:" + repository, null)
                .with(Optional.of(new Elsewhere.Login(password, null, null, null)));
    }

    private static Elsewhere silent() {
        return Elsewhere.parse("rsync:nobody@127.0.0.1:" + FreePorts.next() + ":/srv", null);
    }

    @Test
    public void aPlaceThatDoesNotAnswerFailsNoUpgradeAndIsMadeUpFor() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.elsewhere = silent();

            scene.goals().upgrade();

            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertTrue(scene.place().openRun().isEmpty());
            assertTrue(scene.said.text(), scene.said.text().contains("warn Not everything was handed over"));
            assertTrue(scene.status(), scene.status().contains("Not handed over to " + scene.elsewhere + " yet"));
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().backup());
            assertTrue(e.getMessage(), e.getMessage().contains("is complete here"));
            assertEquals(2, new HandOver(scene.place()).missing().size());

            scene.elsewhere = restic(PASSWORD);
            scene.said.clear();
            scene.goals().backup();

            assertEquals(0, new HandOver(scene.place()).missing().size());
            assertFalse(scene.status(), scene.status().contains("Not handed over"));
            assertEquals(3, scene.said.text().split(" over to restic:.*, and checked it there", -1).length - 1);
        }
    }

    @Test
    public void anUpgradeHandsOverWhenItsServerIsVerifiedAndIsRolledBackWithoutABackupHere() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.elsewhere = restic(PASSWORD);
            scene.databaseBackup = DatabaseSaving.DUMP;
            var before = scene.contents();

            scene.goals().upgrade();

            String said = scene.said.text();
            assertTrue(said, said.contains("Handed backup"));
            assertTrue(said, said.indexOf("is complete") < said.indexOf("Handed backup"));
            for (var backup : new HandOver(scene.place()).missing()) {
                throw new AssertionError(backup + " is not elsewhere");
            }
            TreeDelete.delete(scene.backups);

            scene.goals().rollback(null, true);

            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
        }
    }

    @Test
    public void aWrongPasswordIsRefusedBeforeAnUpgrade() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.elsewhere = restic("another");

            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());

            assertTrue(e.getMessage(), e.getMessage().contains("The password is not that of restic's repository"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertTrue(scene.place().openRun().isEmpty());
        }
    }
}
