package io.github.mmupgrade.saving.method;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.testing.ProcessWatch;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.OwnCommand;
import io.github.mmupgrade.testing.scene.Scene;
import java.time.Duration;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The organisation's own command as the way back: called at the moments that it knows, in time, or not at all. */
public class CommandMethodTest {

    private static final Duration LIMIT = Duration.ofSeconds(3);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OwnCommand command;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
        command = new OwnCommand(scene.root);
        scene.databaseBackup = DatabaseSaving.COMMAND;
        scene.databaseCommand = command.within(LIMIT);
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
    }

    private Run run() {
        return Run.last(scene.place().journal()).orElseThrow();
    }

    private String copy() {
        return scene.place().installation().stateName() + "-" + run().id();
    }

    private String status() {
        return scene.status();
    }

    @Test
    public void anUpgradeIsSavedByTheCommandAndGoesBackByIt() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        // what was frozen is looked at before the new release is installed
        assertEquals(List.of("check freeze", "check freeze", "prepare", "freeze", "check go-back"), command.calls());
        assertTrue(scene.said.text(), scene.said.text().contains("by your own command, from " + copy()));
        assertTrue(status(), status().contains(copy()));
        List<String> variables = command.environment("freeze");
        for (String expected : List.of(
                "MATTERMOST_BACKUP_NAME=" + copy(),
                "MATTERMOST_RUN=" + run().id(),
                "MATTERMOST_RELEASE=5.25.7",
                "MATTERMOST_TARGET=5.37.10",
                "MATTERMOST_DRY_RUN=false",
                "MATTERMOST_INSTALLATION=" + scene.server.directory())) {
            assertTrue(expected + " in " + variables, variables.contains(expected));
        }
        // a rollback is called without the parameters of the upgrade
        scene.databaseBackup = DatabaseSaving.AUTO;
        scene.databaseCommand = DatabaseCommand.NONE;
        scene.goals().rollback(null, false);
        old.assertBack();
        assertEquals(List.of("check go-back", "go-back"), last(2));
        assertTrue(scene.said.text(), scene.said.text().contains(copy() + "-newer"));
        // the newer database is kept until the next upgrade
        assertTrue(status(), status().contains(copy()));
        String first = copy();
        scene.goals().upgrade();
        assertEquals("discard", command.calls().get(command.calls().size() - 1));
        assertFalse(status(), status().contains(first));
    }

    @Test
    @Category(Slow.class)
    public void aCommandIsCalledAtNoMomentThatItDoesNotKnow() throws Exception {
        scene.databaseCommand = DatabaseCommand.saving(command.within(LIMIT).line());
        scene.dryRun = true;
        scene.goals().upgrade();
        scene.goals().preflight();
        assertEquals(List.of(), command.calls());
        assertTrue(scene.said.text(), scene.said.text().contains("would call your own command"));
        scene.dryRun = false;
        scene.goals().upgrade();
        scene.dryRun = true;
        scene.goals().rollback(null, false);
        assertEquals(List.of("freeze"), command.calls());
    }

    @Test
    @Category(Slow.class)
    public void aFreezeThatHangsIsEndedWithAllOfItAndTheOldServerRunsAgain() throws Exception {
        command.misbehave("hang-freeze");
        String message = old.failing(event -> {}, "(freeze) did not end within 3.0 s and was ended. What ran: ");
        assertTrue(message, message.contains("(sleep)") && message.contains("waiting"));
        old.assertBack();
        assertEquals(List.of(), sleeping());
        // once because the freeze failed, once because the upgrade was given up
        assertEquals(List.of("freeze", "discard", "discard"), last(3));
        assertFalse(status(), status().contains(copy()));
        command.behave("hang-freeze");
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
    }

    private List<String> last(int calls) throws Exception {
        return command.calls()
                .subList(command.calls().size() - calls, command.calls().size());
    }

    private static List<String> sleeping() throws Exception {
        try (ProcessWatch watch = new ProcessWatch()) {
            Thread.sleep(300);
            return watch.containing("sleep 600");
        }
    }

    @Test
    @Category(Slow.class)
    public void aFreezeThatFailsBringsTheOldServerBack() throws Exception {
        command.misbehave("fail-freeze");
        String message = old.failing(event -> {}, "ended with status 3: no room left");
        assertTrue(message, message.contains("is running on its previous data"));
        old.assertBack();
        assertEquals(List.of("freeze", "discard", "discard"), last(3));
    }

    @Test
    @Category(Slow.class)
    public void aPreparationThatFailsOrHangsIsRefusedAndNothingIsStopped() throws Exception {
        for (String how : List.of("fail-prepare", "hang-prepare")) {
            command.misbehave(how);
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("(prepare)"));
            assertTrue(e.getMessage(), e.getMessage().contains("Nothing was stopped"));
            old.assertNeverStopped();
            command.behave(how);
        }
        assertEquals(List.of(), sleeping());
        // what was prepared in vain is discarded
        scene.goals().rollback(null, false);
        assertEquals(List.of("discard"), last(1));
    }

    @Test
    @Category(Slow.class)
    public void aCheckThatFailsIsRefusedInTheTableOfPreflight() throws Exception {
        command.misbehave("fail-check");
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().preflight());
        String said = e.getMessage() + scene.said.text();
        assertTrue(said, said.contains("(check) ended with status 3: no room left"));
        assertEquals(List.of("check freeze"), command.calls());
    }

    @Test
    @Category(Slow.class)
    public void aWayBackThatFailsOrHangsOrLiesFailsAndIsResumed() throws Exception {
        scene.goals().upgrade();
        for (String how : List.of("lie", "fail-go-back", "hang-go-back")) {
            command.misbehave(how);
            ProblemException e =
                    assertThrows(ProblemException.class, () -> scene.goals().rollback(null, false));
            assertTrue(e.getMessage(), e.getMessage().contains("(go-back)"));
            assertTrue(e.hint().toString(), e.hint().toString().contains("rollback"));
            command.behave(how);
        }
        scene.goals().rollback(null, false);
        old.assertBack();
        assertEquals(List.of(), sleeping());
    }

    @Test
    @Category(Slow.class)
    public void aWayBackThatIsNotThereIsRefusedBeforeAnythingIsStopped() throws Exception {
        scene.goals().upgrade();
        command.misbehave("fail-check");
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("Nothing was rolled back"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
    }

    @Test
    @Category(Slow.class)
    public void whatCannotBeDiscardedIsKeptAndTriedAgain() throws Exception {
        scene.goals().upgrade();
        scene.goals().rollback(null, false);
        String first = copy();
        for (String how : List.of("fail-discard", "hang-discard")) {
            command.misbehave(how);
            scene.goals().pruneBackups(1, null, Duration.ZERO);
            assertTrue(scene.said.text(), scene.said.text().contains(first + " is kept"));
            assertTrue(status(), status().contains(first));
            command.behave(how);
        }
        scene.goals().pruneBackups(1, null, Duration.ZERO);
        assertFalse(status(), status().contains(first));
        assertEquals(List.of(), sleeping());
    }

    @Test
    @Category(Slow.class)
    public void theForecastIsWhatIsDeclaredOrWhatTheLastTimeTook() throws Exception {
        DatabaseCommand given = scene.databaseCommand;
        scene.databaseCommand = new DatabaseCommand(
                given.line(), given.moments(), given.freezeLimit(), given.otherLimit(), Duration.ofSeconds(40));
        scene.maxDowntime = Duration.ofSeconds(30);
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().preflight());
        String said = e.getMessage() + scene.said.text();
        assertTrue(said, said.contains("takes about 40 s while the server is stopped"));
        scene.databaseCommand = given;
        scene.goals().preflight();
        assertTrue(scene.said.text(), scene.said.text().contains("commandForecast does not say"));
        scene.goals().upgrade();
        scene.goals().rollback(null, false);
        scene.goals().preflight();
        assertTrue(scene.said.text(), scene.said.text().contains("as long as the last time"));
    }

    @Test
    @Category(Slow.class)
    public void aWayBackIsNoBackupSoABackupOnItsOwnIsADump() throws Exception {
        scene.goals().backup();
        assertEquals(List.of(), command.calls());
        assertTrue(SavedDatabase.of(new Backups(scene.place()).chosen(null)) != null);
    }
}
