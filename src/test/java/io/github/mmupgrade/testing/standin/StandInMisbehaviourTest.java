package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;

/** The stand-in does badly what it was told to do badly, and only then. */
@Category(Slow.class)
public class StandInMisbehaviourTest {

    @Rule
    public final StandIns standIns = new StandIns();

    @Test
    public void failsToStartOnlyInTheReleaseThatWasNamed() {
        StandInInstallation installation = standIns.install("5.25.6").misbehave("5.37 fail-start");
        installation.start().stop();
        standIns.replaceProgram(installation, "5.37.0");
        assertEquals(1, installation.launch().awaitEnd());
        assertEquals("5.25.0", standIns.schema());
    }

    @Test
    public void failsItsMigrationHalfWaySoThatTheOldServerFailsToo() {
        StandInInstallation installation = standIns.install("5.25.6").misbehave("5.37.0 fail-migration");
        installation.start().stop();
        standIns.replaceProgram(installation, "5.37.0");
        assertEquals(1, installation.launch().awaitEnd());
        assertEquals("5.25.0", standIns.schema());
        standIns.replaceProgram(installation, "5.25.6");
        assertNotEquals(0, installation.launch().awaitEnd());
    }

    @Test
    public void recordsASlowMigrationAsItGoes() {
        StandInInstallation installation = standIns.install("10.11.4").misbehave("* slow-migration 4");
        installation.launch();
        await(() -> standIns.value("SELECT tablename FROM pg_tables WHERE tablename = 'db_migrations'") != null);
        await(() -> standIns.count("db_migrations") > 1);
        assertNull("not listening yet", installation.answeredVersion());
        assertTrue(installation.isRunning());
        await(() -> installation.answeredVersion() != null);
    }

    @Test
    public void hangsOnStop() throws InterruptedException {
        StandInInstallation installation =
                standIns.install("5.37.0").misbehave("* hang-on-stop").start();
        assertTrue(ProcessHandle.of(installation.pid()).orElseThrow().destroy());
        await(() -> installation.console().contains("Stopping Server..."));
        Thread.sleep(1000);
        assertTrue(installation.isRunning());
    }

    @Test
    public void answersWithTheWrongVersion() {
        StandInInstallation installation =
                standIns.install("5.37.0").misbehave("* wrong-version 5.25.6").start();
        assertTrue(
                installation.answeredVersion(), installation.answeredVersion().startsWith("5.37.0.5.25.6."));
    }

    @Test
    public void diesAfterAWhile() {
        StandInInstallation installation =
                standIns.install("5.37.0").misbehave("* die-after 0.5").start();
        assertEquals(2, installation.awaitEnd());
    }

    @Test
    public void neverBinds() {
        StandInInstallation installation = standIns.install("5.37.0").misbehave("* never-bind");
        installation.launch();
        await(() -> standIns.value("SELECT tablename FROM pg_tables WHERE tablename = 'jobs'") != null
                && standIns.count("Jobs") > 0);
        assertNull(installation.answeredVersion());
        assertTrue(installation.isRunning());
    }

    @Test
    public void isUnhealthyAndShowsNoPages() {
        StandInInstallation installation = standIns.install("5.37.0")
                .misbehave("* unhealthy", "* no-pages")
                .start();
        assertEquals(500, installation.client().get("/api/v4/system/ping").statusCode());
        assertEquals(404, installation.client().get("/acme").statusCode());
    }

    @Test
    public void writesAndLosesRowsAtTheStart() {
        StandInInstallation installation = standIns.install("5.37.0").start();
        installation.seed();
        installation.stop();
        installation.misbehave("* post-at-start 2").start().stop();
        assertEquals(SampleData.POSTS + 2, standIns.count("Posts"));
        installation.misbehave("* lose-posts", "* lose-teams").start();
        assertEquals(0, standIns.count("Posts"));
        assertEquals(0, standIns.count("Teams"));
    }

    @Test
    public void leaksItsPasswordIntoTheLog() {
        StandInInstallation installation = standIns.install("5.37.0");
        installation
                .environment("STANDIN_MISBEHAVE", "5.37 leak-secrets; 5.38 fail-start")
                .start();
        assertTrue(installation.console().contains("could not open postgres://"));
        assertFalse(standIns.install("5.36.0").start().console().contains("could not open postgres://"));
    }

    private static void await(BooleanSupplier condition) {
        Instant until = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertTrue("waited long enough", Instant.now().isBefore(until));
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
