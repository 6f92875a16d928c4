package io.github.mmupgrade.release;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import java.net.URI;
import java.util.List;
import org.junit.Test;

public class UpgradePathRefusalTest {

    @Test
    public void refusesDowngradeAndNamesRollback() {
        RefusedException refused = refused(Requests.from("10.11.23").to("9.11.18"));

        assertEquals(
                "Mattermost 10.11.23 is installed; moving to 9.11.18 is a downgrade. Nothing was changed.",
                refused.getMessage());
        assertEquals("rollback", refused.hint().goal());
    }

    @Test
    public void refusesAnOlderPatchToo() {
        assertEquals(
                "rollback", refused(Requests.from("11.7.9").to("11.7.3")).hint().goal());
        assertEquals(
                "rollback",
                refused(Requests.from("11.10.0").to("latest-esr")).hint().goal());
    }

    @Test
    public void saysThatTheCatalogueIsOldWhereANewerReleaseIsInstalled() {
        for (Requests requests : List.of(
                Requests.from("11.11.0").to("latest"),
                Requests.from("11.7.12").to("11.7"),
                Requests.from("11.10.0").to("next"))) {
            RefusedException refused = refused(requests);
            assertTrue(refused.getMessage(), refused.getMessage().contains("The catalogue does not have"));
            assertTrue(refused.hint().text().contains("mattermost.catalogue"));
        }
    }

    @Test
    public void refusesTheForbiddenMoveAndNamesTheFirstReleaseThatIsAllowed() {
        RefusedException refused = refused(Requests.from("10.11.23").to("11.6.6"));

        assertTrue(refused.getMessage(), refused.getMessage().contains("11.7.3 or later"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("migration numbers collide"));
        assertEquals("check-version", refused.hint().goal());
        assertEquals(List.of("mattermost.targetVersion=11.7.9"), refused.hint().options());
    }

    @Test
    public void refusesTheForbiddenMoveOnEveryWay() {
        for (String mode : List.of("auto", "every-release", "esr", "direct")) {
            assertTrue(refused(Requests.from("10.11.17").to("11.7.2").by(mode))
                    .getMessage()
                    .contains("11.7.3 or later"));
        }
        assertTrue(
                "the forbidden move is in the middle of the path",
                refused(Requests.from("10.5.14").to("11.6.6")).getMessage().contains("from Mattermost 10.11.23"));
    }

    @Test
    public void refusesMysqlInto11AndNamesTheLastReleaseWithIt() {
        RefusedException refused = refused(Requests.from("9.11.18").to("11.7.9").on(DatabaseServer.mysql("8.0.36")));

        assertEquals(
                "Mattermost 11.7.9 no longer works with MySQL, and the database is on MySQL 8.0. Nothing was changed.",
                refused.getMessage());
        assertEquals(
                List.of("mattermost.targetVersion=10.11.23"), refused.hint().options());
        assertTrue(
                refused.hint().text(),
                refused.hint()
                        .text()
                        .contains("upgrade to 10.11.23, convert the database to PostgreSQL, upgrade to 11.7.9"));
        assertEquals(Goal.UPGRADE.key(), refused.hint().goal());
        assertEquals(
                Goal.CONVERT_DATABASE.key(),
                refused(Requests.from("10.11.23").to("11.7.9").on(DatabaseServer.mysql("8.0")))
                        .hint()
                        .goal());
    }

    @Test
    public void letsMysqlGoUpToTheLastReleaseWithIt() {
        assertEquals(
                "9.11.18 -> 10.5.14 -> 10.11.23",
                Requests.from("9.11.18")
                        .to("10.11")
                        .on(DatabaseServer.mysql("10.11.6"))
                        .plan()
                        .toString());
    }

    @Test
    public void refusesPostgresqlThatIsTooOldForAReleaseOnTheWay() {
        RefusedException refused = refused(Requests.from("10.5.14").to("10.6").on(DatabaseServer.postgresql("12")));
        assertEquals(
                "Mattermost 10.6.6 needs PostgreSQL 13 or later, and the database is on PostgreSQL 12.0. Nothing was changed.",
                refused.getMessage());

        RefusedException onTheWay =
                refused(Requests.from("9.5.14").to("11.7.9").on(DatabaseServer.postgresql("12.18")));
        assertTrue(onTheWay.getMessage(), onTheWay.getMessage().startsWith("Mattermost 10.11.23 needs PostgreSQL 13"));
        assertEquals(
                List.of("mattermost.targetVersion=10.5.14"), onTheWay.hint().options());

        assertTrue(refused(Requests.from("5.25.7").to("5.31.9").on(DatabaseServer.postgresql("9.6.24")))
                .getMessage()
                .endsWith("needs PostgreSQL 10 or later, and the database is on PostgreSQL 9.6. Nothing was changed."));
    }

    @Test
    public void acceptsTheOldestPostgresqlThatIsNeeded() {
        assertEquals(
                1,
                Requests.from("10.5.14")
                        .to("10.6")
                        .on(DatabaseServer.postgresql("13"))
                        .plan()
                        .hops()
                        .size());
    }

    @Test
    public void aDirectWayIsRefusedWhereTheTargetsServerWouldRefuse() {
        for (String[] move : new String[][] {
            {"1.2.1", "1.4.0"}, {"2.2.0", "3.10.3"}, {"3.0.3", "5.37.10"}, {"1.4.0", "2.2.0"}, {"2.1.0", "3.0.3"}
        }) {
            RefusedException refused =
                    refused(Requests.from(move[0]).to(move[1]).by("direct"));
            assertTrue(refused.getMessage(), refused.getMessage().contains("cannot take over a database"));
            assertEquals("check-version", refused.hint().goal());
            assertEquals(
                    List.of("mattermost.path=auto", "mattermost.targetVersion=" + move[1]),
                    refused.hint().options());
        }
        assertTrue(refused(Requests.from("1.2.1").to("1.4.0").by("esr"))
                .hint()
                .options()
                .contains("mattermost.path=auto"));
    }

    @Test
    public void theSchemaInTheDatabaseCountsAndNotTheInstalledBinary() {
        RefusedException older = refused(Requests.from("1.4.0").to("2.1.0").schema("1.2.0"));
        assertTrue(older.getMessage(), older.getMessage().contains("cannot take over a database of Mattermost 1.2"));
        assertTrue(older.hint().text().contains("1.4.0"));

        RefusedException newer = refused(Requests.from("5.9.8").to("5.10.2").schema("5.18.0"));
        assertTrue(newer.getMessage(), newer.getMessage().contains("5.18, which is newer than 5.10.2"));
        assertEquals("rollback", newer.hint().goal());

        assertEquals(
                "a schema may be numbered a release lower than its server",
                1,
                Requests.from("5.31.9")
                        .to("5.37.10")
                        .schema("5.30.0")
                        .plan()
                        .hops()
                        .size());
    }

    @Test
    public void warnsWhereANewerServerThanTheInstalledOneRanOnTheDatabase() {
        List<Hop> hops =
                Requests.from("5.9.8").to("5.25.7").schema("5.18.0").plan().hops();

        assertEquals(
                List.of("the database has the schema of 5.18: a newer server than the installed 5.9.8 has run on it"),
                hops.get(0).warnings());
        assertEquals(List.of(), hops.get(1).warnings());
    }

    @Test
    public void refusesATargetThatItDoesNotKnow() {
        assertTrue(refused(Requests.from("11.7.9").to("11.42.0"))
                .getMessage()
                .startsWith("The catalogue does not have 11.42.0; it has"));
        assertTrue(refused(Requests.from("7.5.2").to("7.6")).getMessage().contains("does not have 7.6"));
        assertThrows(RefusedException.class, () -> new TargetVersion("newest"));
        assertThrows(RefusedException.class, () -> new TargetVersion("11"));
        assertThrows(RefusedException.class, () -> PathMode.parse("fast"));
    }

    @Test
    public void refusesAReleaseThatWasNotPublishedInTheEdition() {
        assertTrue(refused(Requests.from("1.3.0").to("1.4.0").edition(Edition.ENTERPRISE, "amd64"))
                .getMessage()
                .contains("enterprise edition"));
    }

    @Test
    public void aHopSaysWhereItsArchiveIsAndWhyItIsOnTheWay() {
        UpgradePath path = Requests.from("2.1.0").to("3.10.3").plan();

        assertEquals(
                URI.create("https://releases.mattermost.com/3.0.3/mattermost-team-3.0.3-linux-amd64.tar.gz"),
                path.hops().get(1).archive());
        assertEquals(
                List.of(
                        "hop 1 of 3: 2.1.0 -> 2.2.0: every release below 3.0 in turn",
                        "hop 2 of 3: 2.2.0 -> 3.0.3: every path from below 3.0 goes through it",
                        "  needs -upgrade_db_30 with the primary team's name (mattermost.primaryTeam)",
                        "hop 3 of 3: 3.0.3 -> 3.10.3: the target"),
                path.lines());
        assertEquals("2.1.0 -> 2.2.0 -> 3.0.3 -> 3.10.3", path.toString());
    }

    @Test
    public void warnsOfWhatAnAdministratorShouldKnowBefore() {
        String direct = Requests.from("9.5.14")
                .to("10.11.23")
                .by("direct")
                .plan()
                .hops()
                .get(0)
                .warnings()
                .toString();
        assertTrue(direct, direct.contains("skips the extended support releases 9.11, 10.5"));

        String unlisted = Requests.from("10.11.23")
                .to("11.7.8")
                .edition(Edition.ENTERPRISE, "arm64")
                .plan()
                .hops()
                .get(0)
                .warnings()
                .toString();
        assertTrue(unlisted, unlisted.contains("no checksum for this archive (11.7.8, enterprise, arm64)"));

        String unknown = Requests.from("10.5.14")
                .to("10.11.23")
                .on(null)
                .plan()
                .hops()
                .get(0)
                .warnings()
                .toString();
        assertTrue(unknown, unknown.contains("PostgreSQL 13 or later, or MySQL, is needed"));
        assertEquals(
                List.of(),
                Requests.from("10.5.14").to("10.11.23").plan().hops().get(0).warnings());
    }

    private static RefusedException refused(Requests requests) {
        return assertThrows(RefusedException.class, requests::plan);
    }
}
