package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.TestSshd;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What needs two machines; both are this one, reached over a real OpenSSH server. */
public class MachinesTest {

    private static TestSshd sshd;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private final HintRenderer hints = new HintRenderer("g:a:1", Map.of(), Map.of());

    @BeforeClass
    public static void listen() throws Exception {
        sshd = new TestSshd();
    }

    @AfterClass
    public static void end() {
        sshd.close();
    }

    private Path root() {
        return folder.getRoot().toPath();
    }

    private RemoteEngine machine() {
        return SshMachines.of(sshd, root(), Duration.ofSeconds(20));
    }

    private ReportFiles files() {
        return new ReportFiles(root().resolve("reports"), root().resolve("reports/rehearsal.json"));
    }

    private Engine engine() {
        return new Engine(
                new LocalHost(),
                Clock.systemUTC(),
                major -> {
                    throw new IllegalStateException();
                },
                hints::command);
    }

    @Test
    public void aMigrationTakesOverASourceOnAnotherMachineThatRunsUntilMostOfItIsSent() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root());
                RemoteEngine source = machine();
                RemoteEngine destination = machine()) {
            State before = State.of(scene.source);
            migrate(scene, source, destination);
            scene.assertMigrated(before);
            before.assertStill(scene.source);
            List<Integer> files = new ArrayList<>();
            Pattern.compile("Sending the backup: .* in (\\d+) files?")
                    .matcher(said.text())
                    .results()
                    .forEach(found -> files.add(Integer.valueOf(found.group(1))));
            assertEquals(said.text(), 2, files.size());
            assertTrue("only what has changed: " + files, files.get(1) < files.get(0));
            destination.run(
                    new Request(Goal.STATUS, scene.destination.options(), new GoalArguments.None()),
                    RequestSecrets.NONE,
                    hints,
                    files(),
                    said);
            assertTrue(said.text(), said.text().contains("/from-127.0.0.1 here from another machine"));
        }
    }

    private void migrate(MigrationScene scene, RemoteEngine source, RemoteEngine destination) {
        new SourceMigration(new LocalHost(), source, Optional.of(destination), Duration.ofSeconds(20), true)
                .run(
                        new Request(
                                Goal.MIGRATE, scene.destination.options(), new GoalArguments.Migrate(scene.options())),
                        RequestSecrets.NONE.network(),
                        hints,
                        files(),
                        (request, reporter) -> destination.run(request, RequestSecrets.NONE, hints, files(), reporter),
                        said);
    }

    @Test
    @Category(Slow.class)
    public void aMigrationWhoseBuildDiedAfterTheStopGoesOnWhenItIsCalledAgain() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root());
                RemoteEngine source = machine();
                RemoteEngine destination = machine()) {
            State before = State.of(scene.source);
            scene.leaveSourceStopped = true;
            scene.source.goals().stop();
            migrate(scene, source, destination);
            scene.assertMigrated(before);
            assertTrue(scene.source.server.answeredVersion() == null);
        }
    }

    @Test
    @Category(Slow.class)
    public void theSourceStaysStoppedAsLongAsTheDestinationMayGoOn() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root());
                RemoteEngine source = machine()) {
            scene.leaveSourceStopped = true;
            AtomicBoolean begun = new AtomicBoolean(true);
            SourceMigration.Destination destination = (request, reporter) -> {
                if (request.goal() == Goal.MIGRATE) {
                    begun.set(true);
                    throw new StageFailedException("the connection is lost", Hint.of("Join it."));
                }
                reporter.report(new Event.Result(
                        Goal.STATUS,
                        Json.tree("{\"runs\":[{\"kind\":\"migration\",\"state\":\""
                                + (begun.get() ? "in progress" : "rolled back") + "\"}]}"),
                        List.of()));
            };
            SourceMigration migration =
                    new SourceMigration(new LocalHost(), source, Optional.empty(), Duration.ofSeconds(20), true);
            Request request =
                    new Request(Goal.MIGRATE, scene.destination.options(), new GoalArguments.Migrate(scene.options()));
            RefusedException running = assertThrows(
                    RefusedException.class,
                    () -> migration.run(request, RequestSecrets.NONE.network(), hints, files(), destination, said));
            assertTrue(running.getMessage(), running.getMessage().contains("runs again since"));
            assertTrue(scene.source.server.answeredVersion() != null);

            begun.set(false);
            assertThrows(
                    StageFailedException.class,
                    () -> migration.run(request, RequestSecrets.NONE.network(), hints, files(), destination, said));
            assertTrue(said.text(), said.text().contains("stays stopped, because the migration is in progress"));
            assertEquals(null, scene.source.server.answeredVersion());
        }
    }

    @Test
    @Category(Slow.class)
    public void aDryRunTouchesNeitherMachine() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root());
                RemoteEngine source = machine()) {
            State before = State.of(scene.source);
            scene.destination.dryRun = true;
            new SourceMigration(new LocalHost(), source, Optional.empty(), Duration.ZERO, true)
                    .run(
                            new Request(
                                    Goal.MIGRATE,
                                    scene.destination.options(),
                                    new GoalArguments.Migrate(scene.options())),
                            RequestSecrets.NONE.network(),
                            hints,
                            files(),
                            (request, reporter) -> {
                                throw new IllegalStateException();
                            },
                            said);
            assertTrue(said.text(), said.text().contains("would make a backup on "));
            before.assertStill(scene.source);
            assertFalse(Files.exists(root().resolve("sent")));
        }
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseIsMovedToPostgresThereAndBack() throws Exception {
        TestDatabase target = TestPostgres.shared().createDatabase("converted", false);
        try (Scene scene = new Scene(root(), "10.11.22", TestMariaDb.shared().createDatabase("scene", true));
                RemoteEngine machine = machine()) {
            Map<String, String> before = scene.contents();
            RequestSecrets secrets = RequestSecrets.NONE.converting(Optional.of(DataSource.parse(target.dataSource())));
            machine.run(
                    new Request(
                            Goal.CONVERT_DATABASE,
                            scene.options(),
                            new GoalArguments.Convert(ConversionOptions.usual(2))),
                    secrets,
                    hints,
                    files(),
                    said);
            assertTrue(said.text(), said.text().contains("Moved the database of"));
            assertTrue(Files.readString(scene.server.configFile()).contains("postgres://"));
            machine.run(
                    new Request(Goal.ROLLBACK, scene.options(), new GoalArguments.Rollback(null, false)),
                    RequestSecrets.NONE,
                    hints,
                    files(),
                    said);
            assertEquals(before, scene.contents());
            assertTrue(scene.answers(), scene.answers().contains("10.11.22"));
        }
    }

    @Test
    @Category(Slow.class)
    public void anUpgradeIsRehearsedHereWithABackupThatIsMadeThere() throws Exception {
        try (Scene scene = new Scene(root(), "5.25.7").along("5.25.7", "5.37.10");
                RemoteEngine source = machine()) {
            TestDatabase scratch = TestPostgres.shared().createDatabase("scratch", true);
            RequestSecrets secrets =
                    RequestSecrets.NONE.rehearsingOn(Optional.of(DataSource.parse("postgres", scratch.dataSource())));
            RehearsalOptions options = new RehearsalOptions(
                    null,
                    Optional.empty(),
                    false,
                    FileChoice.NONE,
                    false,
                    Files.createDirectories(root().resolve("scratch")),
                    root().resolve("reports/rehearsal.json"));
            new ControllerRehearsal(new LocalHost(), source, engine(), root().resolve("here"), Duration.ofSeconds(20))
                    .run(
                            new Request(
                                    Goal.REHEARSE, scene.options(), new GoalArguments.Rehearse(options, false, null)),
                            secrets,
                            hints,
                            files(),
                            said);
            assertTrue(said.text(), Files.exists(root().resolve("reports/rehearsal.json")));
            assertEquals(said.text(), "5.37.10", said.result().path("to").asText());
            assertTrue(scene.answers(), scene.answers().contains(".5.25.7."));
        }
    }
}
