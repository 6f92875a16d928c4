package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.WebhookReceiver;
import io.github.mmupgrade.testing.scene.InterruptedScene;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What users and administrators are told around a downtime: announcements, the page on the port, and notifications. */
public class TellPeopleTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void anUpgradeAndItsRollbackAreAnnouncedShownAndNotified() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
                WebhookReceiver users = new WebhookReceiver();
                WebhookReceiver administrators = new WebhookReceiver()) {
            scene.maintenancePage = true;
            try (Poll poll = new Poll(scene)) {
                run(scene, Goal.UPGRADE, new GoalArguments.None(), users, administrators);
                assertTrue(poll.seen.toString(), poll.seen.contains("503 Mattermost is being upgraded."));
                assertEquals(poll.seen.toString(), 0, poll.surprises());
            }
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(users.texts().toString(), 2, users.texts().size());
            assertTrue(users.texts().get(0), users.texts().get(0).contains("about to be upgraded"));
            String back = users.texts().get(1);
            assertTrue(
                    back, back.matches("Mattermost is back, with release 5\\.37\\.10\\. It was down for [0-9.]+ s\\."));
            String told = administrators.texts().get(0);
            assertTrue(told, told.contains(new LocalHost().name() + ": the upgrade is done."));
            assertTrue(told, told.contains("\n- from: `5.25.7`\n- to: `5.37.10`\n- downtime: "));
            assertTrue(told, told.contains("\n- backup: `" + scene.backups));
            try (Poll poll = new Poll(scene)) {
                run(scene, Goal.ROLLBACK, new GoalArguments.Rollback(null, false), users, administrators);
                assertTrue(
                        poll.seen.toString(),
                        poll.seen.contains("503 Mattermost is going back to its previous release."));
                assertEquals(poll.seen.toString(), 0, poll.surprises());
            }
            String undone = administrators.texts().get(1);
            assertTrue(undone, undone.contains("the rollback is done."));
            assertTrue(undone, undone.contains("Mattermost 5.25.7 is running on its previous data."));
            // nothing to do, nothing to tell
            run(scene, Goal.ROLLBACK, new GoalArguments.Rollback(null, false), users, administrators);
            assertEquals(2, administrators.texts().size());
            assertFalse(scene.said.text(), scene.said.text().contains(WebhookReceiver.SECRET));
        }
    }

    @Test
    @Category(Slow.class)
    public void aFailureIsNotifiedAndTheOldServerAnnouncedThoughAWebhookIsOutOfOrder() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
                WebhookReceiver users = new WebhookReceiver().answering(200, 404);
                WebhookReceiver administrators = new WebhookReceiver()) {
            scene.maintenancePage = true;
            scene.server.misbehave("5.37 fail-start");
            try (Poll poll = new Poll(scene)) {
                assertThrows(
                        StageFailedException.class,
                        () -> run(scene, Goal.UPGRADE, new GoalArguments.None(), users, administrators));
                assertTrue(poll.seen.toString(), poll.seen.contains("503 Mattermost is being upgraded."));
                assertEquals(poll.seen.toString(), 0, poll.surprises());
            }
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            String text = scene.said.text();
            assertTrue(
                    text,
                    text.contains("warn It was not announced that the server is back: the webhook on 127.0.0.1"
                            + " answered with status 404."));
            String told = administrators.texts().get(0);
            assertTrue(told, told.contains(": the upgrade failed.**"));
            assertTrue(told, told.contains("Mattermost 5.25.7 is running on its previous data."));
            assertFalse(text, text.contains(WebhookReceiver.SECRET));
        }
    }

    @Test
    public void aRefusalBeforeAnythingBeganIsNobodysBusiness() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.37.10").to("5.25.7");
                WebhookReceiver administrators = new WebhookReceiver()) {
            assertThrows(
                    RefusedException.class,
                    () -> run(scene, Goal.UPGRADE, new GoalArguments.None(), administrators, administrators));
            assertEquals(0, administrators.texts().size());
        }
    }

    @Test
    @Category(Slow.class)
    public void thePageEndsWithACallThatIsBrokenOffAndComesBackWithTheNext() throws Exception {
        try (InterruptedScene interrupted =
                new InterruptedScene(folder.getRoot().toPath())) {
            Scene scene = interrupted.scene;
            scene.maintenancePage = true;
            interrupted.breakOff(Goals::upgrade, StageName.BACKUP.key(), Kind.DONE);
            assertEquals("refused", Poll.ask(scene));
            try (Poll poll = new Poll(scene)) {
                scene.goals().upgrade();
                assertTrue(poll.seen.toString(), poll.seen.contains("503 Mattermost is being upgraded."));
                assertEquals(poll.seen.toString(), 0, poll.surprises());
            }
            assertTrue(scene.answers(), scene.answers().contains(InterruptedScene.NEW));
        }
    }

    private static void run(
            Scene scene, Goal goal, GoalArguments arguments, WebhookReceiver users, WebhookReceiver administrators) {
        Request request = Request.parse(new Request(goal, scene.options(), arguments).toJson());
        new Engine(
                        new LocalHost(),
                        Clock.systemUTC(),
                        major -> {
                            throw new IllegalStateException();
                        },
                        Hint::text)
                .run(
                        request,
                        RequestSecrets.NONE
                                .announcingBy(Optional.of(users.url()))
                                .notifying(Optional.of(administrators.url())),
                        scene.said);
    }

    /** Asks the port all the time, as a browser does. */
    private static final class Poll implements AutoCloseable {
        private final Set<String> seen = Collections.synchronizedSet(new TreeSet<>());
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Thread thread;

        Poll(Scene scene) {
            thread = new Thread(() -> {
                while (!ended.get()) {
                    seen.add(ask(scene));
                }
            });
            thread.start();
        }

        /** The status and the heading of a page; how else it ended. */
        static String ask(Scene scene) {
            try {
                HttpResponse<String> answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(scene.server.address()))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                return answer.statusCode() + " "
                        + answer.body().replaceAll("(?s).*<h1>|</h1>.*", "").strip();
            } catch (ConnectException e) {
                return "refused";
            } catch (IOException e) {
                return "broken off";
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        long surprises() {
            return seen.stream()
                    .filter(each -> !each.startsWith("200 ")
                            && !each.startsWith("503 Mattermost is ")
                            && !each.equals("refused")
                            && !each.equals("broken off"))
                    .count();
        }

        @Override
        public void close() {
            ended.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
