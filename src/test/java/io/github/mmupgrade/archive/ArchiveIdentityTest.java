package io.github.mmupgrade.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Release;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.util.Optional;
import org.junit.Test;

public class ArchiveIdentityTest {

    @Test
    public void believesTheChecksumMoreThanTheName() {
        Catalogue catalogue = Catalogue.builtIn();
        Release release = catalogue.find(Version.parse("5.37.10")).orElseThrow();
        String sum = release.files().get(Edition.TEAM).sha256().orElseThrow();
        ArchiveIdentity identity =
                ArchiveIdentity.of(sum, "/tmp/mattermost-1.2.3-linux-arm64.tar.gz", catalogue::bySha256);
        assertEquals(
                new ArchiveIdentity(Version.parse("5.37.10"), Edition.TEAM, ArchiveProcessor.AMD64, true), identity);
    }

    @Test
    public void readsTheVendorsNames() {
        assertName("mattermost-team-5.37.10-linux-amd64.tar.gz", "5.37.10", Edition.TEAM, ArchiveProcessor.AMD64);
        assertName("mattermost-11.7.9-linux-arm64.tar.gz", "11.7.9", Edition.ENTERPRISE, ArchiveProcessor.ARM64);
        assertName(
                "https://m.example.com/11.7.9/mattermost-enterprise-11.7.9-linux-amd64.tar.gz?x=/y",
                "11.7.9",
                Edition.ENTERPRISE,
                ArchiveProcessor.AMD64);
        assertName("mattermost-team-2.1.0.tar.gz", "2.1.0", Edition.TEAM, ArchiveProcessor.AMD64);
    }

    @Test
    public void saysWhenNothingNamesTheRelease() {
        for (String name :
                new String[] {"mattermost.tar.gz", "mattermost-5.37-linux-amd64.tar.gz", "x-5.37.10.tar.gz"}) {
            RefusedException refused = assertThrows(
                    RefusedException.class, () -> ArchiveIdentity.of("ab12", name, sum -> Optional.empty()));
            assertTrue(refused.getMessage(), refused.getMessage().contains("'" + name + "'"));
            assertTrue(refused.getMessage(), refused.getMessage().contains("ab12"));
        }
    }

    @Test
    public void refusesAnotherReleaseThanAskedFor() {
        ArchiveIdentity identity = ArchiveIdentity.ofName("mattermost-team-5.37.10-linux-amd64.tar.gz")
                .orElseThrow();
        identity.require(Version.parse("5.37.10"), Edition.TEAM);
        RefusedException refused = assertThrows(
                RefusedException.class, () -> identity.require(Version.parse("5.37.10"), Edition.ENTERPRISE));
        assertTrue(refused.getMessage(), refused.getMessage().contains("5.37.10 (team), but 5.37.10 (enterprise)"));
    }

    private static void assertName(String name, String version, Edition edition, ArchiveProcessor processor) {
        assertEquals(
                new ArchiveIdentity(Version.parse(version), edition, processor, false),
                ArchiveIdentity.ofName(name).orElseThrow());
    }
}
