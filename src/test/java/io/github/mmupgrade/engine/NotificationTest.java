package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.stages.Webhook;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.WebhookReceiver;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class NotificationTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private final EventRecorder recorder = new EventRecorder(said, Clock.systemUTC());
    private final WebhookReceiver receiver = new WebhookReceiver();

    @After
    public void end() {
        receiver.close();
    }

    @Test
    public void aRehearsalTellsWhatItPredicts() {
        Event.Result result = rehearsed();
        recorder.report(result);
        assertEquals("""
                **Mattermost on chat1: the rehearsal of an upgrade is done.**
                - installation: `/opt/mattermost`
                - from: `5.25.7`
                - to: `5.37.10`
                - predicted downtime: 4.2 s
                - report: `/srv/target/rehearsal.json`""", sent(Goal.REHEARSE, result));
    }

    @Test
    public void aRehearsalThatFailsTellsWhyAndMentionsNobody() {
        recorder.report(rehearsed());
        String text =
                sent(Goal.REHEARSE, new Event.Refused("It would fail: ```@all``` cannot migrate", Hint.of("Fix it.")));
        assertTrue(text, text.contains("the rehearsal of an upgrade found an obstacle.**"));
        assertTrue(text, text.endsWith("\n```text\nIt would fail: '''@all''' cannot migrate\n```"));
        assertTrue(text, text.contains("- report: `/srv/target/rehearsal.json`"));
    }

    @Test
    public void aFailureIsToldWhateverItsLength() {
        String text = sent(Goal.MIGRATE, new Event.Failed("a".repeat(20_000), null));
        assertTrue(text, text.contains("the migration failed.**"));
        assertTrue(text.length() < 4_000);
    }

    @Test
    public void whatHadNothingToDoIsNotTold() {
        assertEquals("", sent(Goal.UPGRADE, new Event.Result(Goal.UPGRADE, Json.MAPPER.createObjectNode(), List.of())));
    }

    @Test
    public void aWebhookThatDoesNotTakeItIsAWarningWithoutItsUrl() {
        receiver.answering(403);
        assertEquals("", sent(Goal.ROLLBACK, new Event.Failed("It failed.", null)));
        assertEquals(
                "warn The notification was not posted: the webhook on 127.0.0.1 answered with status 403.",
                said.text());
        assertFalse(said.text(), said.text().contains(WebhookReceiver.SECRET));
    }

    private static Event.Result rehearsed() {
        ObjectNode data = Json.MAPPER.createObjectNode().put("installedVersion", "5.25.7");
        data.put("targetVersion", "5.37.10").put("predictedDowntimeSeconds", 4.2);
        data.put("reportFile", "/srv/target/rehearsal.json");
        return new Event.Result(Goal.REHEARSE, data, List.of("Rehearsal of the upgrade"));
    }

    private String sent(Goal goal, Event end) {
        GoalArguments arguments = goal == Goal.REHEARSE
                ? new GoalArguments.Rehearse(
                        new RehearsalOptions(
                                null,
                                Optional.empty(),
                                false,
                                FileChoice.NONE,
                                false,
                                folder.getRoot().toPath(),
                                Path.of("rehearsal.json")),
                        false,
                        null)
                : new GoalArguments.None();
        Request request = new Request(
                goal,
                Scene.options(
                        folder.getRoot().toPath(),
                        Path.of("/opt/mattermost"),
                        null,
                        Duration.ZERO,
                        DatabaseSaving.AUTO,
                        false),
                arguments);
        new Notification(request, "chat1").send(new Webhook(receiver.url()), recorder, end);
        return String.join("\n", receiver.texts());
    }
}
