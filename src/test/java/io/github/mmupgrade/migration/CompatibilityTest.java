package io.github.mmupgrade.migration;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.util.Optional;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

public class CompatibilityTest {

    private static final ServerVersion POSTGRES = new ServerVersion("PostgreSQL", 15, 4, "15.4");

    private static MigrationEndpoint end(String release, Edition edition, ServerVersion server, boolean directory) {
        return new MigrationEndpoint(
                "/opt/mattermost", Version.parse(release), edition, Optional.ofNullable(server), directory);
    }

    private static Compatibility releases(String from, String to) {
        return new Compatibility(end(from, Edition.TEAM, POSTGRES, true), end(to, Edition.TEAM, POSTGRES, true));
    }

    private static Compatibility editions(Edition from, Edition to) {
        return new Compatibility(end("5.37.10", from, POSTGRES, true), end("5.37.10", to, POSTGRES, true));
    }

    private static Compatibility servers(ServerVersion from, ServerVersion to) {
        return new Compatibility(end("5.37.10", Edition.TEAM, from, true), end("5.37.10", Edition.TEAM, to, true));
    }

    private static Compatibility stores(boolean from, boolean to) {
        return new Compatibility(
                end("5.37.10", Edition.TEAM, POSTGRES, from), end("5.37.10", Edition.TEAM, POSTGRES, to));
    }

    private static String refused(ThrowingRunnable check) {
        RefusedException e = assertThrows(RefusedException.class, check);
        assertTrue(e.getMessage(), e.getMessage().endsWith("Nothing was changed."));
        return e.getMessage() + " " + e.hint();
    }

    @Test
    public void aSourceOnMySqlIsConvertedFirst() {
        ServerVersion mariaDb = new ServerVersion("MariaDB", 10, 11, "10.11");
        assertTrue(refused(() -> servers(mariaDb, POSTGRES).databaseServers()).contains("convert-database"));
        assertFalse(refused(() -> servers(POSTGRES, mariaDb).databaseServers()).contains("convert-database"));
    }

    @Test
    public void releasesAreTheSameAndTheLatestOfTheirLine() {
        Catalogue catalogue = Catalogue.builtIn();
        assertEquals("5.37.10 on both", releases("5.37.10", "5.37.10").releases(catalogue, false));
        assertTrue(refused(() -> releases("5.37.10", "5.25.7").releases(catalogue, true))
                .contains("Upgrade /opt/mattermost first"));
        assertTrue(refused(() -> releases("5.37.9", "5.37.10").releases(catalogue, true))
                .contains("5.37.9, the destination 5.37.10"));
        assertTrue(refused(() -> releases("5.37.9", "5.37.9").releases(catalogue, false))
                .contains("latest of 5.37 is 5.37.10"));
        assertTrue(releases("5.37.9", "5.37.9").releases(catalogue, true).contains("5.37.10 is the latest"));
    }

    @Test
    public void aReleaseThatTheCatalogueDoesNotKnowIsTaken() {
        assertEquals("99.1.0 on both", releases("99.1.0", "99.1.0").releases(Catalogue.builtIn(), false));
    }

    @Test
    public void editionsStayOrGrow() {
        assertEquals("team on both", editions(Edition.TEAM, Edition.TEAM).editions());
        assertEquals(
                "team to enterprise", editions(Edition.TEAM, Edition.ENTERPRISE).editions());
        assertTrue(refused(() -> editions(Edition.ENTERPRISE, Edition.TEAM).editions())
                .contains("Install the enterprise edition"));
    }

    @Test
    public void databaseServersAreTheSameProductAndMajorVersion() {
        ServerVersion patch = new ServerVersion("PostgreSQL", 15, 18, "15.18");
        ServerVersion newer = new ServerVersion("PostgreSQL", 16, 1, "16.1");
        ServerVersion maria = new ServerVersion("MariaDB", 15, 1, "15.1");
        assertEquals(
                "PostgreSQL 15.4 and PostgreSQL 15.18", servers(POSTGRES, patch).databaseServers());
        assertTrue(refused(() -> servers(POSTGRES, newer).databaseServers()).contains("PostgreSQL 16.1"));
        assertTrue(refused(() -> servers(newer, POSTGRES).databaseServers()).contains("PostgreSQL 16.1"));
        assertTrue(refused(() -> servers(POSTGRES, maria).databaseServers()).contains("MariaDB 15.1"));
        assertTrue(servers(null, POSTGRES).databaseServers().contains("does not say"));
    }

    @Test
    public void filesGoFromDirectoryToDirectoryAndABucketStays() {
        assertEquals("from a directory to a directory", stores(true, true).fileStores());
        assertTrue(stores(false, true).fileStores().contains("bucket"));
        assertTrue(stores(false, false).fileStores().contains("bucket"));
        assertTrue(refused(() -> stores(true, false).fileStores()).contains("FileSettings.DriverName"));
    }
}
