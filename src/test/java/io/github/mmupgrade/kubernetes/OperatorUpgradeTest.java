package io.github.mmupgrade.kubernetes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunHistory;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.kubernetes.FakeOperator.JobPlay;
import io.github.mmupgrade.kubernetes.FakeOperator.PodPlay;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;

/** An upgrade in Kubernetes by all the sequences that the operator was read to go through. */
public class OperatorUpgradeTest {

    private static final String OLD = "10.10.3";
    private static final String NEW = "10.11.23";
    private static final String OLD_IMAGE = FakeOperator.IMAGE + ":" + OLD;
    private static final String NEW_IMAGE = FakeOperator.IMAGE + ":" + NEW;

    @Rule
    public final OperatorScene scene = new OperatorScene(OLD, 2);

    private FakeOperator operator;

    @Before
    public void findTheOperator() {
        operator = scene.operator();
        scene.target = NEW;
    }

    private void isAt(String version) {
        assertEquals(version, scene.wanted());
        String image = FakeOperator.IMAGE + ":" + version;
        assertEquals(List.of(image, image), operator.images());
        assertNull("no claim is left", scene.annotation());
        assertNull("no job is left", operator.job());
    }

    private String failsAndGoesBack() {
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("was put back and is stable"));
        isAt(OLD);
        return failure.getMessage();
    }

    @Test
    public void anUpgradeEndsWhenEveryPodSaysTheNewRelease() {
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
        scene.said("mm-10-11-23-0 runs 10.11.23");
        scene.said("mm-10-11-23-1 runs 10.11.23");
    }

    @Test
    public void aJobServerListensNowhereAndIsKnownByItsImage() {
        operator.addJobServer(OLD);
        scene.awaitStable();
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
        scene.said("mm-10-11-23-0 runs 10.11.23");
        scene.said("mm-jobserver-10-11-23-0, the job server, is ready with " + NEW_IMAGE);
    }

    @Test
    public void aChangeOfTheEditionAloneIsSavedBeforeToo() throws IOException {
        Path saved = scene.root().resolve("saved");
        scene.command = DatabaseCommand.saving("touch " + saved);
        scene.target = OLD;
        scene.edition = Edition.TEAM;
        scene.succeeds(Goal.UPGRADE);
        assertTrue(Files.exists(saved));
        assertEquals("mattermost/mattermost-team-edition", operator.resource().<String>get("spec", "image"));
    }

    @Test
    public void ofRunsThatAreLongOverNothingIsKept() throws IOException {
        scene.succeeds(Goal.UPGRADE);
        Path state;
        try (Stream<Path> all = Files.list(scene.root().resolve("state"))) {
            state = all.filter(each -> each.getFileName().toString().startsWith("kubernetes-"))
                    .findFirst()
                    .orElseThrow();
        }
        Journal journal = Journal.open(state.resolve("journal.jsonl"), Clock.systemUTC());
        Run first = Run.last(journal).orElseThrow();
        Path logs = Files.createDirectories(
                state.resolve("runs").resolve(first.id()).resolve("logs"));
        for (int i = 1; i < RunHistory.KEPT; i++) {
            Run.begin(journal, Instant.now().plusSeconds(i), Map.of()).mark(0, StageName.RUN, Kind.DONE, Map.of());
        }
        scene.target = "11.7.9";
        scene.succeeds(Goal.UPGRADE);
        List<Run> known = Run.all(Journal.open(journal.file(), Clock.systemUTC()));
        assertEquals(RunHistory.KEPT, known.size());
        assertFalse(known.toString(), known.toString().contains(first.id()));
        assertFalse(Files.exists(logs));
    }

    @Test
    public void aMigrationThatFailsIsFoundWithoutAWordOfTheOperatorAndTheNextTryIsNotBlocked() throws IOException {
        operator.jobs.put(NEW_IMAGE, JobPlay.FAILS);
        for (int i = 1; i <= 11; i++) {
            scene.server()
                    .logs
                    .put(FakeOperator.JOB + "-" + i, "failed to migrate: postgres://mmuser:S3cret@db/mm said no");
        }
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("The migration of the schema failed"));
        String logs = "";
        try (Stream<Path> files = Files.walk(scene.root().resolve("state"))) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                logs += Files.readString(log);
            }
        }
        assertTrue(logs, logs.contains("failed to migrate"));
        assertFalse(logs, logs.contains("S3cret"));

        operator.jobs.remove(NEW_IMAGE);
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void aJobThatIsLeftFromAnOlderTryIsDeletedBefore() {
        operator.jobs.put(NEW_IMAGE, JobPlay.FAILS);
        scene.onFailure = OnFailure.LEAVE;
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("everything was left as it is"));
        assertNotNull(operator.job());
        // somebody goes back by hand, and leaves the job
        operator.edit("{\"spec\":{\"version\":\"" + OLD + "\"}}");
        scene.awaitStable();
        operator.jobs.remove(NEW_IMAGE);
        scene.onFailure = OnFailure.ROLLBACK;
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void whoRepairsTheCauseAndCallsAgainGetsAnotherTry() {
        operator.jobs.put(NEW_IMAGE, JobPlay.FAILS);
        scene.onFailure = OnFailure.LEAVE;
        scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertEquals(NEW, scene.wanted());
        operator.jobs.remove(NEW_IMAGE);
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void aJobThatSucceedsAtItsSecondTryIsNoFailure() {
        operator.jobs.put(NEW_IMAGE, JobPlay.FLAKY);
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void anImageThatIsNotThereEndsTheUpgrade() {
        operator.jobs.put(NEW_IMAGE, JobPlay.NO_IMAGE);
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("ImagePullBackOff"));
    }

    @Test
    public void aJobThatWaitsForTheDatabaseIsNamed() {
        operator.jobs.put(NEW_IMAGE, JobPlay.WAITS_FOR_DATABASE);
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("init container init-check-database does not end"));
    }

    @Test
    public void aSidecarThatKeepsTheJobFromItsEndIsNamed() {
        operator.jobs.put(NEW_IMAGE, JobPlay.SIDECAR);
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("sidecars"));
    }

    @Test
    public void aMigrationThatStillRunsAfterItsLimitIsNotKilledAndASecondCallGoesOn() {
        operator.jobs.put(NEW_IMAGE, JobPlay.RUNS_FOR_EVER);
        scene.limits =
                new KubernetesOptions.Limits(Duration.ofSeconds(10), Duration.ofMillis(300), Duration.ofSeconds(10));
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("still runs"));
        assertEquals(NEW, scene.wanted());
        assertNotNull(operator.job());
        assertNotNull("other controllers see the run", scene.annotation());

        RefusedException refused = scene.fails(RefusedException.class, Goal.ROLLBACK);
        assertTrue(refused.getMessage(), refused.getMessage().contains("to end it would leave half of it"));

        operator.jobs.put(NEW_IMAGE, JobPlay.SUCCEEDS);
        scene.succeeds(Goal.UPGRADE);
        scene.said("Resuming run");
        isAt(NEW);
    }

    @Test
    public void podsThatCrashLeaveTheOldOnesServingAndGoBackOnlyWhenAllowed() {
        operator.pods.put(NEW_IMAGE, PodPlay.CRASH);
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("crashed 3 times"));
        assertTrue(failure.getMessage(), failure.getMessage().contains("These pods serve: mm-10-10-3-0"));
        assertEquals(NEW, scene.wanted());

        RefusedException refused = scene.fails(RefusedException.class, Goal.ROLLBACK);
        assertTrue(refused.getMessage(), refused.getMessage().contains("only you can know"));
        scene.schemaCompatible = true;
        scene.succeeds(Goal.ROLLBACK);
        isAt(OLD);
    }

    @Test
    public void podsThatCrashAreTakenBackByThemselvesWhereTheAdministratorAllowsIt() {
        operator.pods.put(NEW_IMAGE, PodPlay.CRASH);
        scene.schemaCompatible = true;
        failsAndGoesBack();
    }

    @Test
    public void aDeploymentThatGivesUpIsAFailureThoughTheOperatorIgnoresIt() {
        operator.pods.put(NEW_IMAGE, PodPlay.STUCK);
        scene.schemaCompatible = true;
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("timed out progressing"));
    }

    @Test
    public void halfOfThePodsIsNotAllOfThemThoughTheOperatorSaysReadyAndTheNewVersion() {
        operator.pods.put(NEW_IMAGE, PodPlay.HALF);
        scene.limits =
                new KubernetesOptions.Limits(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMillis(500));
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("1 of 2 pods are ready"));
    }

    @Test
    public void theStableOfTheOldGenerationIsNotTakenForTheNewOne() {
        operator.hesitatesMillis = 700;
        scene.succeeds(Goal.UPGRADE);
        scene.said("waiting for the operator");
        isAt(NEW);
    }

    @Test
    public void anOperatorThatIsNotThereIsNamed() {
        operator.absent = true;
        scene.limits =
                new KubernetesOptions.Limits(Duration.ofMillis(400), Duration.ofSeconds(10), Duration.ofSeconds(10));
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("has not taken notice"));
        assertEquals("the former values are asked for", OLD, scene.wanted());
    }

    @Test
    public void anErrorThatStaysIsAFailure() {
        scene.whenAskedFor(NEW, () -> {
            operator.error = "failed to get database secret";
            scene.whenAskedFor(OLD, () -> operator.error = "");
        });
        String failure = failsAndGoesBack();
        assertTrue(failure, failure.contains("failed to get database secret"));
    }

    @Test
    public void errorsThatOlderOperatorsWriteWhileAllIsWellAreNone() {
        operator.former = true;
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void whoPutsTheVersionBackIsNotOverruled() {
        operator.jobs.put(NEW_IMAGE, JobPlay.RUNS_FOR_EVER);
        scene.whenJobRuns(() -> operator.edit("{\"spec\":{\"version\":\"" + OLD + "\"}}"));
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(
                failure.getMessage(),
                failure.getMessage().contains("Somebody else has changed chat/mm to " + OLD_IMAGE));
        assertEquals(OLD, scene.wanted());
        assertNull("the job does not block the next try", operator.job());
    }

    @Test
    public void withoutPodsTheDeploymentIsTheProof() {
        operator.edit("{\"spec\":{\"replicas\":0}}");
        scene.noPods();
        scene.succeeds(Goal.UPGRADE);
        scene.said("No pod was asked");
        assertEquals(NEW, scene.wanted());
    }

    @Test
    public void aPodThatSaysAnotherReleaseIsNoSuccess() {
        operator.releases.put("mm-10-11-23-1", OLD);
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("mm-10-11-23-1 was asked"));
        assertTrue(failure.getMessage(), failure.getMessage().contains(OLD));
        operator.releases.put("mm-10-11-23-1", NEW);
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void anApiServerThatIsBusyOrForgetfulForAWhileIsAskedAgain() {
        AtomicInteger requests = new AtomicInteger();
        int[] codes = {410, 429, 503, 500};
        scene.whenAskedFor(
                NEW,
                () -> scene.server().trouble = request -> {
                    int number = requests.incrementAndGet();
                    return number % 3 == 0 && number < 20
                            ? Optional.of(codes[number / 3 % codes.length])
                            : Optional.empty();
                });
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
        assertTrue(requests.get() > 3);
    }

    @Test
    public void aLoginThatExpiresMidwayLeavesARunThatTheNextCallGoesOnWith() {
        for (int code : new int[] {401, 403}) {
            scene.whenAskedFor(NEW, () -> scene.server().trouble = request -> Optional.of(code));
            StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
            assertTrue(failure.getMessage(), failure.getMessage().contains("answers " + code));
            scene.server().trouble = request -> Optional.empty();
        }
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
    }

    @Test
    public void aPatchThatMeetsAWriteOfTheOperatorIsRepeatedAndOneOfSomebodyElseIsNamed() {
        AtomicInteger conflicts = new AtomicInteger();
        scene.server().trouble = request -> request.getMethod().equals("PATCH") && conflicts.incrementAndGet() <= 2
                ? Optional.of(409)
                : Optional.empty();
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);

        scene.target = "11.7.9";
        AtomicBoolean refusing = new AtomicBoolean();
        AtomicBoolean edited = new AtomicBoolean();
        scene.server().trouble = request -> {
            boolean conflict = request.getMethod().equals("PATCH") && !edited.get();
            refusing.compareAndSet(false, conflict);
            return conflict ? Optional.of(409) : Optional.empty();
        };
        operator.before.add((version, job) -> {
            if (refusing.get() && !edited.get()) {
                operator.edit("{\"spec\":{\"replicas\":3}}");
                edited.set(true);
            }
        });
        RefusedException refused = scene.fails(RefusedException.class, Goal.UPGRADE);
        assertTrue(refused.getMessage(), refused.getMessage().contains("Somebody else has changed chat/mm"));
        assertEquals(NEW, scene.wanted());
    }

    @Test
    public void severalHopsFollowOneAnother() {
        scene.target = "11.7.9";
        scene.path = NEW + ",11.7.9";
        scene.succeeds(Goal.UPGRADE);
        scene.said("hop 1 of 2: " + NEW);
        scene.said("hop 2 of 2: 11.7.9");
        isAt("11.7.9");
    }

    @Test
    public void aSecondHopThatFailsGoesBackToTheFirst() {
        scene.target = "11.7.9";
        scene.path = NEW + ",11.7.9";
        operator.jobs.put(FakeOperator.IMAGE + ":11.7.9", JobPlay.FAILS);
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains(NEW_IMAGE + " was put back and is stable"));
        assertTrue(failure.getMessage(), failure.getMessage().contains("is still in progress"));
        assertEquals(NEW, scene.wanted());

        operator.jobs.remove(FakeOperator.IMAGE + ":11.7.9");
        scene.succeeds(Goal.UPGRADE);
        scene.said("Resuming run");
        isAt("11.7.9");
    }

    @Test
    public void anotherControllerSeesTheRunAndGoesOnWithItOnlyWhenTold() {
        operator.jobs.put(NEW_IMAGE, JobPlay.RUNS_FOR_EVER);
        scene.limits =
                new KubernetesOptions.Limits(Duration.ofSeconds(10), Duration.ofMillis(300), Duration.ofSeconds(10));
        scene.fails(StageFailedException.class, Goal.UPGRADE);
        String run = scene.annotation().replaceFirst(".*\"run\":\"([^\"]+)\".*", "$1");

        scene.stateName = "other";
        RefusedException refused = scene.fails(RefusedException.class, Goal.UPGRADE);
        assertTrue(refused.getMessage(), refused.getMessage().contains("run " + run));
        refused = scene.fails(RefusedException.class, Goal.ROLLBACK);
        assertTrue(refused.getMessage(), refused.getMessage().contains("no run"));

        operator.jobs.put(NEW_IMAGE, JobPlay.SUCCEEDS);
        scene.takeOver = run;
        scene.succeeds(Goal.UPGRADE);
        scene.said("Taken over");
        isAt(NEW);
    }

    @Test
    public void aDryRunAndARefusalChangeNothing() {
        String before = operator.resource().getMetadata().getResourceVersion();
        scene.dryRun = true;
        scene.succeeds(Goal.UPGRADE);
        scene.said("would ask for " + NEW_IMAGE);
        scene.dryRun = false;
        scene.vouched = false;
        RefusedException refused = scene.fails(RefusedException.class, Goal.UPGRADE);
        assertTrue(refused.getMessage(), refused.getMessage().contains("Nobody vouches for a backup"));
        assertEquals(OLD, scene.wanted());
        assertNull(scene.annotation());
        assertNotNull(before);
        assertFalse(Files.exists(scene.root().resolve("state").resolve("journal.jsonl")));
    }

    @Test
    public void aCommandThatCannotSaveTheDatabaseKeepsTheResourceAsItIs() {
        scene.vouched = false;
        scene.command = DatabaseCommand.saving("echo no room; exit 3");
        StageFailedException failure = scene.fails(StageFailedException.class, Goal.UPGRADE);
        assertTrue(failure.getMessage(), failure.getMessage().contains("The command that saves the database"));
        assertEquals(OLD, scene.wanted());
        Path saved = scene.root().resolve("saved");
        scene.command =
                DatabaseCommand.saving("echo $MATTERMOST_KUBERNETES_NAMESPACE/$MATTERMOST_KUBERNETES_NAME >" + saved);
        scene.succeeds(Goal.UPGRADE);
        isAt(NEW);
        assertTrue(Files.exists(saved));
    }

    @Test
    public void aReleaseThatIsThereIsNotInstalledAgain() {
        scene.target = OLD;
        scene.succeeds(Goal.UPGRADE);
        scene.said("Nothing to do");
        isAt(OLD);
    }
}
