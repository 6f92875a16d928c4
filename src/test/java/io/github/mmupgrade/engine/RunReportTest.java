package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.Plants;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class RunReportTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private RequestSecrets secrets = RequestSecrets.NONE;

    @Test
    public void aFailedUpgradeWithItsRollbackAndTheOneThatSucceedsAreReportedWithoutAnySecret() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            plant(scene.server.configFile());
            scene.server.misbehave("5.37 fail-start");
            assertThrows(StageFailedException.class, () -> run(scene, Goal.UPGRADE, new GoalArguments.None()));
            assertTrue(said.text(), said.text().contains("info Report: "));
            Path failed = onlyPage(scene);
            String page = Files.readString(failed);
            assertContains(page, "Mattermost 5.25.7 → 5.37.10", "Failed at start and rolled back", "What went wrong");
            assertContains(
                    page,
                    "Mattermost 5.25.7 is running on its previous data",
                    "server down",
                    "The upgrade changes these");
            assertContains(page, "<th scope=\"row\">Edition");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(failed)));
            assertNoSecret(scene, page);

            Files.delete(failed);
            said.clear();
            run(scene, Goal.REPORT, new GoalArguments.Report(null));
            assertEquals(failed.toString(), said.result().path("reportFile").asText());
            assertEquals(beforeTheLog(page), beforeTheLog(Files.readString(failed)));

            Files.delete(scene.server.directory().resolve("misbehave"));
            said.clear();
            run(scene, Goal.UPGRADE, new GoalArguments.None());
            Path done = Path.of(said.result().path("reportFile").asText());
            assertTrue(said.text(), said.text().contains("  report       " + done));
            page = Files.readString(done);
            assertContains(
                    page,
                    "Succeeded",
                    "Rows of ",
                    "<span>of</span> <span>rollback</span>",
                    "settings added",
                    "The way back");
            assertNoSecret(scene, page);

            run(scene, Goal.ROLLBACK, new GoalArguments.Rollback(null, false));
            assertEquals(done.toString(), said.result().path("reportFile").asText());
            assertContains(Files.readString(done), "class=\"outcome\">Rolled back", "is installed again");
        }
    }

    @Test
    @Category(Slow.class)
    public void aReportThatCannotBeWrittenIsAWarningAndOneOfAHalfInstalledTreeIsMade() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "1.3.0").to("1.4.0")) {
            Path state = scene.place().state();
            Files.createDirectories(state);
            Files.createFile(state.resolve("reports"));
            run(scene, Goal.UPGRADE, new GoalArguments.None());
            assertTrue(said.text(), said.text().contains("warn The report cannot be written"));
            assertTrue(scene.answers(), scene.answers().startsWith("1.4.0"));

            Files.delete(state.resolve("reports"));
            Files.move(scene.server.directory().resolve("bin"), scene.root.resolve("bin"));
            run(scene, Goal.REPORT, new GoalArguments.Report(null));
            assertContains(Files.readString(onlyPage(scene)), "Mattermost 1.3.0 → 1.4.0");
            Files.move(scene.root.resolve("bin"), scene.server.directory().resolve("bin"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRehearsalOfAnUpgradeThatWouldFailIsReported() throws Exception {
        Path root = folder.getRoot().toPath();
        try (Scene scene = new Scene(root, "5.25.7").to("5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            RehearsalOptions options = rehearsing(root);
            RefusedException e = assertThrows(
                    RefusedException.class,
                    () -> run(scene, Goal.REHEARSE, new GoalArguments.Rehearse(options, false, null)));
            assertTrue(e.getMessage(), e.getMessage().contains("would fail"));
            Path page = onlyPage(scene);
            assertEquals(page.toString(), said.result().path("reportFile").asText());
            assertContains(
                    Files.readString(page),
                    "Rehearsal with a copy of " + scene.server.directory(),
                    "The upgrade would fail",
                    "What went wrong",
                    "restore-config");
            assertNoSecret(scene, Files.readString(page));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRehearsedConversionIsReported() throws Exception {
        Path root = folder.getRoot().toPath();
        try (Scene scene = new Scene(root, "10.11.22", TestMariaDb.shared().createDatabase("scene", true))) {
            RehearsalOptions options = rehearsing(root);
            ConversionOptions conversion =
                    new ConversionOptions(Optional.empty(), List.of(), ConversionOptions.OnBadValue.REFUSE, 2);
            run(scene, Goal.REHEARSE, new GoalArguments.Rehearse(options, false, conversion));
            assertTrue(said.result().path("predictedDowntimeSeconds").asDouble() > 0);
            String page = Files.readString(onlyPage(scene));
            assertContains(
                    page, "Move of Mattermost 10.11.22 to PostgreSQL", "The conversion would succeed", "convert-copy");
            assertContains(page, "posts");
            assertNoSecret(scene, page);
        }
    }

    private RehearsalOptions rehearsing(Path root) throws Exception {
        TestDatabase scratch = TestPostgres.shared().createDatabase("scratch", true);
        secrets = secrets.rehearsingOn(Optional.of(DataSource.parse("postgres", scratch.dataSource())));
        return new RehearsalOptions(
                null,
                Optional.empty(),
                false,
                FileChoice.NONE,
                false,
                Files.createDirectories(root.resolve("scratch")),
                root.resolve("rehearsal.json"));
    }

    private void run(Scene scene, Goal goal, GoalArguments arguments) {
        UpgradeOptions options = scene.options();
        // as it would travel to another machine
        Request request = Request.parse(new Request(goal, options, arguments).toJson());
        new Engine(new LocalHost(), Clock.systemUTC(), major -> null, hint -> "the command of " + hint.goal())
                .run(request, secrets, said);
    }

    private static Path onlyPage(Scene scene) throws Exception {
        try (Stream<Path> pages = Files.list(scene.place().state().resolve("reports"))) {
            List<Path> found = pages.toList();
            assertEquals(found.toString(), 1, found.size());
            return found.get(0);
        }
    }

    private static void plant(Path file) throws Exception {
        ConfigDocument document = ConfigDocument.read(file);
        ConfigDocument planted = Plants.in(document);
        for (String setting : document.settings()) {
            JsonNode value = document.get(setting).orElseThrow();
            if (!value.isTextual() || setting.equals("SqlSettings.DataSource")) {
                // what a server would not start with
                planted = planted.with(setting, value);
            }
        }
        planted.writeTo(file);
    }

    private static void assertNoSecret(Scene scene, String page) {
        assertFalse(page.contains(Plants.MARKER));
        // what escaping leaves of it as it is
        String password = scene.database.password().replaceAll("[&<>'\"].*", "");
        assertTrue(password, password.length() > 8);
        assertFalse(page.contains(password));
    }

    /** The log ends with the failure, which is told a moment after it was shown. */
    private static String beforeTheLog(String page) {
        return page.substring(0, page.indexOf("Everything that was said"));
    }

    private static void assertContains(String page, String... texts) {
        for (String text : texts) {
            assertTrue(text, page.contains(text));
        }
    }
}
