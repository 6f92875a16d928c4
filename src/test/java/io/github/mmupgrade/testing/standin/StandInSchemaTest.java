package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import java.util.ArrayList;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;

/** Skipping releases and going back ends as it does with real servers. */
@Category(Slow.class)
public class StandInSchemaTest {

    @Rule
    public final StandIns standIns = StandIns.withMd5();

    @Test
    public void release14RefusesToSkipOne() {
        refuses(
                "1.4.0",
                "1.2.1",
                2,
                "panic: The database schema version of 1.2.1 cannot be upgraded.  You must not skip");
    }

    @Test
    public void release1RefusesANewerSchema() {
        refuses("1.3.0", "1.4.0", 2, "You must not skip a version.");
    }

    @Test
    public void release2RefusesANewerSchema() {
        refuses("2.0.0", "2.2.0", 2, "You must not skip a version.");
    }

    @Test
    public void release20AcceptsRelease13() {
        accepts("2.0.0", "1.3.0");
    }

    @Test
    public void release22AcceptsRelease20() {
        accepts("2.2.0", "2.0.0");
    }

    @Test
    public void release30WantsItsOwnCommand() {
        refuses("3.0.3", "2.2.0", 1, "-upgrade_db_30");
        StandInInstallation installation = standIns.install("3.0.2");
        standIns.execute("INSERT INTO Teams (Id, Name, DeleteAt) VALUES ('t', 'acme', 0)");
        assertEquals(1, installation.run("-upgrade_db_30").status());
        assertEquals(
                1, installation.runAnswering("YES\nnobody\n", "-upgrade_db_30").status());
        assertEquals("2.2.0", standIns.schema());
        assertEquals(
                0, installation.runAnswering("YES\nacme\n", "-upgrade_db_30").status());
        assertEquals("3.0.0", standIns.schema());
        assertEquals(0, installation.run("-version").status());
    }

    @Test
    public void release310RefusesRelease22() {
        refuses("3.10.3", "2.2.0", 234, "You must not skip a version.");
    }

    @Test
    public void release52RefusesRelease59() {
        refuses("5.2.0", "5.9.0", 234, "Downgrades are not supported");
    }

    @Test
    public void release59RefusesRelease518() {
        refuses("5.9.8", "5.18.0", 234, "is no longer supported");
    }

    @Test
    public void release525StartsOnRelease537AndOnlyWarns() {
        standIns.leaveSchema("5.37.0");
        StandInInstallation installation = standIns.install("5.25.6").start();
        assertTrue(installation.console(), installation.console().contains("model versions do not match"));
        assertEquals("5.37.0", standIns.schema());
    }

    @Test
    public void release537MigratesAllTheWayFromRelease52() {
        accepts("5.37.0", "5.2.0");
    }

    @Test
    public void release537LeavesRelease3Dirty() {
        refuses("5.37.0", "3.0.0", 1, "Failed to apply database migrations");
        StandInInstallation.Ended again = standIns.install("5.37.1").run("server");
        assertEquals(1, again.status());
        assertTrue(again.errors(), again.errors().contains("Dirty database version 1. Fix and force version."));
    }

    @Test
    public void chainOfTheFirstReleasesWorksOnOneDatabase() {
        List<String> schemas = new ArrayList<>();
        for (String release : List.of("1.3.0", "1.4.0", "2.0.0", "2.1.0", "2.2.0")) {
            assertEquals(0, standIns.install(release).run("-version").status());
            schemas.add(standIns.schema());
        }
        standIns.execute("INSERT INTO Teams (Id, Name, DeleteAt) VALUES ('t', 'acme', 0)");
        assertEquals(
                0,
                standIns.install("3.0.0")
                        .runAnswering("YES\nacme\n", "-upgrade_db_30")
                        .status());
        for (String release : List.of("3.10.3", "4.0.0", "4.10.0", "5.0.0", "5.2.0")) {
            assertEquals(0, standIns.install(release).run("version").status());
            schemas.add(standIns.schema());
        }
        assertEquals(
                List.of("1.3.0", "1.4.0", "2.0.0", "2.1.0", "2.2.0", "3.10.0", "4.0.0", "4.10.0", "5.0.0", "5.2.0"),
                schemas);
    }

    @Test
    public void laterReleasesRecordMigrationsAndLeaveTheOldVersionRow() {
        assertEquals(0, standIns.install("5.37.0").run("version").status());
        StandInInstallation next = standIns.install("10.11.4");
        assertEquals(0, next.run("db", "migrate").status());
        assertEquals("5.37.0", standIns.schema());
        long before = standIns.count("db_migrations");
        assertTrue("migrations: " + before, before > 10);
        assertEquals(0, standIns.install("11.0.1").run("db", "migrate").status());
        assertTrue(standIns.count("db_migrations") > before);
        assertTrue(next.run("db", "version").output().contains("Current database schema version is: "));
    }

    @Test
    public void latePatchesOf1011CollideWithTheFirstReleasesOf11() {
        standIns.install("10.11.17").run("db", "migrate");
        StandInInstallation.Ended ended = standIns.install("11.7.2").run();
        assertNotEquals(0, ended.status());
        assertTrue(ended.errors(), ended.errors().contains("does not exist"));
    }

    @Test
    public void collisionIsGoneFrom1173On() {
        standIns.install("10.11.17").run("db", "migrate");
        standIns.install("11.7.3").start();
    }

    private void accepts(String release, String schema) {
        standIns.leaveSchema(schema);
        StandInInstallation installation = standIns.install(release);
        StandInInstallation.Ended ended = installation.run(release.startsWith("5") ? "version" : "-version");
        assertEquals(ended.toString(), 0, ended.status());
        assertEquals(release, standIns.schema());
    }

    private void refuses(String release, String schema, int status, String message) {
        standIns.leaveSchema(schema);
        StandInInstallation.Ended ended = standIns.install(release).run();
        assertEquals(ended.toString(), status, ended.status());
        assertTrue(ended.errors(), ended.errors().contains(message));
        assertEquals(schema, standIns.schema());
        assertEquals("the tables are as before", "2", columnsOfPosts());
    }

    private String columnsOfPosts() {
        return standIns.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'posts'");
    }
}
