package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;

/** Asking the stand-in for its version has the unpleasant consequences that it has with real servers. */
@Category(Slow.class)
public class StandInVersionTest {

    @Rule
    public final StandIns standIns = StandIns.withMd5();

    @Test
    public void release13AnswersFourLinesOnStandardErrorAndMigrates() {
        StandInInstallation.Ended ended = standIns.install("1.3.0").run("-version");
        assertEquals(0, ended.status());
        assertEquals("", ended.output());
        assertEquals(
                List.of("Version: 1.3.0", "Build Number: 1.3.0", "Build Date", "Build Hash"), answer(ended.errors()));
        assertEquals("1.3.0", standIns.schema());
    }

    @Test
    public void release14AnswersFiveLinesOnStandardOutput() {
        StandInInstallation.Ended ended = standIns.install("1.4.0").run("-version");
        assertEquals(
                List.of(
                        "Version: 1.4.0",
                        "Build Number: 1.4.0",
                        "Build Date",
                        "Build Hash",
                        "Build Enterprise Ready: false"),
                answer(ended.output()));
        assertEquals("1.4.0", standIns.schema());
    }

    @Test
    public void release1PanicsInAnotherDirectory() throws IOException {
        StandInInstallation installation = standIns.install("1.4.0");
        StandInInstallation.Ended ended =
                installation.runIn(Files.createDirectory(standIns.path("elsewhere")), "-version");
        assertEquals(2, ended.status());
        assertEquals(
                0,
                installation
                        .runIn(installation.directory().resolve("bin"), "-version")
                        .status());
    }

    @Test
    public void release310DoesNotKnowTheOldFlag() {
        StandInInstallation installation = standIns.install("3.10.3");
        StandInInstallation.Ended ended = installation.run("-version");
        assertEquals(1, ended.status());
        assertTrue(ended.errors(), ended.errors().contains("unknown shorthand flag: 'v' in -version"));
        assertEquals(0, installation.run("version").status());
    }

    @Test
    public void release5MigratesWhenAskedAndMakesDirectoriesWhereItIsAsked() throws IOException {
        StandInInstallation installation = standIns.install("5.25.6");
        StandInInstallation.Ended ended =
                installation.runIn(Files.createDirectory(standIns.path("elsewhere")), "version");
        assertEquals(0, ended.status());
        assertEquals(
                List.of(
                        "Version: 5.25.0",
                        "Build Number: 5.25.6",
                        "Build Date",
                        "Build Hash",
                        "Build Enterprise Ready: false",
                        "DB Version: 5.25.0"),
                answer(ended.output()));
        assertTrue("other lines stand before", ended.output().startsWith("{"));
        assertEquals("5.25.0", standIns.schema());
        assertTrue(Files.isDirectory(standIns.path("elsewhere/data")));
        assertTrue(Files.isDirectory(standIns.path("elsewhere/plugins")));
    }

    @Test
    public void askingANewerBinaryMigratesTheDatabaseOfTheOldServer() {
        standIns.install("5.25.6").run("version");
        standIns.install("5.36.1").run("version");
        assertEquals("5.36.0", standIns.schema());
    }

    @Test
    public void release537LeavesTheDatabaseAloneWhenToldTo() {
        StandInInstallation.Ended ended = standIns.install("5.37.2").run("version", "--skip-server-start");
        assertTrue(ended.output(), ended.output().contains("Build Number: 5.37.2\n"));
        assertFalse(ended.output(), ended.output().contains("DB Version"));
        assertEquals("0", standIns.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    @Test
    public void release525DoesNotKnowThatFlag() {
        StandInInstallation.Ended ended = standIns.install("5.25.6").run("version", "--skip-server-start");
        assertNotEquals(0, ended.status());
        assertTrue(ended.errors(), ended.errors().contains("unknown flag: --skip-server-start"));
    }

    @Test
    public void release10NeverTouchesTheDatabaseForItsVersion() {
        StandInInstallation.Ended ended = standIns.install("10.11.4").run("version");
        assertTrue(ended.output(), ended.output().contains("Version: 10.11.0\nBuild Number: 10.11.4\n"));
        assertEquals("0", standIns.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    @Test
    public void release531CallsItsSchema530() {
        StandInInstallation.Ended ended = standIns.install("5.31.0").run("version", "--skip-server-start");
        assertTrue(ended.output(), ended.output().contains("Version: 5.30.0\nBuild Number: 5.31.0\n"));
    }

    @Test
    public void unreachableDatabaseIsRetriedAndEndsWith102() {
        StandInInstallation installation = standIns.install("5.25.6")
                .set("SqlSettings.DataSource", "postgres://nobody:x@127.0.0.1:1/none?sslmode=disable")
                .misbehave("* connect-seconds 1");
        StandInInstallation.Ended ended = installation.run("version");
        assertEquals(102, ended.status());
        assertTrue(ended.output(), ended.output().contains("retrying"));
    }

    @Test
    public void serversBefore5CannotAuthenticateWithScram() {
        StandInInstallation installation = standIns.install("1.4.0");
        String scram = io.github.mmupgrade.testing.TestPostgres.shared()
                .createDatabase("scram", false)
                .dataSource();
        StandInInstallation.Ended ended =
                installation.set("SqlSettings.DataSource", scram).run("-version");
        assertEquals(2, ended.status());
        assertTrue(ended.errors(), ended.errors().contains("unknown authentication response: 10"));
    }

    /** The answer's lines, without the log's and without what differs from build to build. */
    private static List<String> answer(String output) {
        return output.lines()
                .filter(l -> l.matches("(Version|Build|DB).*"))
                .map(l -> l.replaceFirst("(Build Date|Build Hash): .*", "$1"))
                .toList();
    }
}
