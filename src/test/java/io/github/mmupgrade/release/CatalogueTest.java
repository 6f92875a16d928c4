package io.github.mmupgrade.release;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class CatalogueTest {

    private static final String SUM = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";

    private static final String NEWER_RELEASE = """
            {
              "extends": "built-in",
              "forbidden": [{"fromAtLeast": "11.10.0", "fromBelow": "11.11.0", "toAtMost": "12.0.1", "why": "a fault"}],
              "minimumPostgresql": {"12.0": "15"},
              "releases": [
                {"version": "12.0.0", "type": "major", "released": "2026-10-16", "team": {"sha256": "%s"}},
                {"version": "11.7.9", "type": "esr", "team": {"url": "https://mirror.example/{version}-{arch}.tgz"}}
              ]
            }
            """.formatted(SUM);

    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    private final Catalogue builtIn = Catalogue.builtIn();

    @Test
    public void knowsReleasesOfBothEditionsWithTheirChecksums() {
        Release release = builtIn.find(Version.parse("5.37.10")).orElseThrow();

        assertTrue(release.listed());
        assertTrue(release.isEsr());
        assertEquals(2, release.files().size());
        String sum =
                builtIn.sha256(Version.parse("11.7.9"), Edition.TEAM, "amd64").orElseThrow();
        assertEquals("df9b76ee40212c1552162486befc80f52ba9eefbde1ac6a490bdda4188ba54f0", sum);
        Publication publication =
                builtIn.bySha256(" " + sum.toUpperCase(Locale.ROOT) + "\n").orElseThrow();
        assertEquals(Version.parse("11.7.9"), publication.release().version());
        assertEquals(Edition.TEAM, publication.edition());
        assertEquals(Optional.empty(), builtIn.bySha256(SUM));
    }

    @Test
    public void knowsNoChecksumForAnotherProcessor() {
        assertEquals(Optional.empty(), builtIn.sha256(Version.parse("11.7.9"), Edition.TEAM, "arm64"));
    }

    @Test
    public void everyListedReleaseHasAChecksumThatLeadsBackToIt() {
        assertTrue(builtIn.releases().size() > 100);
        for (Release release : builtIn.releases()) {
            release.files().forEach((edition, file) -> {
                Publication publication =
                        builtIn.bySha256(file.sha256().orElseThrow()).orElseThrow();
                assertEquals(release, publication.release());
                assertEquals(edition, publication.edition());
            });
        }
    }

    @Test
    public void knowsAnUnlistedPatchByItsMinorRelease() {
        Release release = builtIn.find(Version.parse("5.25.6")).orElseThrow();

        assertFalse(release.listed());
        assertTrue(release.isEsr());
        assertEquals("5.25.6 (ESR)", release.toString());
        assertEquals(Optional.empty(), builtIn.sha256(Version.parse("5.25.6"), Edition.TEAM, "amd64"));
        assertEquals(
                URI.create("https://releases.mattermost.com/5.25.6/mattermost-team-5.25.6-linux-amd64.tar.gz"),
                builtIn.url(Version.parse("5.25.6"), Edition.TEAM, "amd64"));
        assertEquals(Optional.empty(), builtIn.find(Version.parse("7.6.0")));
    }

    @Test
    public void namesTheArchiveOfVersionEditionAndProcessor() {
        assertEquals(
                URI.create("https://releases.mattermost.com/11.7.9/mattermost-11.7.9-linux-arm64.tar.gz"),
                builtIn.url(Version.parse("11.7.9"), Edition.ENTERPRISE, "arm64"));
        assertEquals(
                URI.create("https://releases.mattermost.com/2.2.0/mattermost-enterprise-2.2.0-linux-amd64.tar.gz"),
                builtIn.url(Version.parse("2.2.0"), Edition.ENTERPRISE, "amd64"));
        assertEquals(
                URI.create("https://releases.mattermost.com/11.7.9/mattermost-team-11.7.9-linux-amd64.tar.gz.sig"),
                builtIn.signatureUrl(Version.parse("11.7.9"), Edition.TEAM, "amd64"));
    }

    @Test
    public void refusesAnEditionThatTheReleaseDoesNotHave() {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> builtIn.url(Version.parse("1.4.0"), Edition.ENTERPRISE, "amd64"));

        assertEquals(
                "Mattermost 1.4.0 was not published in the enterprise edition. Nothing was changed.",
                refused.getMessage());
        assertTrue(refused.hint().text().contains("Set mattermost.edition to team."));
    }

    @Test
    public void refusesAUrlTemplateWithUnknownPlaces() {
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> Catalogue.expand("https://x.example/{release}", Version.parse("1.0.0"), Edition.TEAM, "amd64"));

        assertTrue(refused.getMessage().contains("https://x.example/{release}"));
    }

    @Test
    public void showsNoPasswordOfAUrlTemplateThatItRefuses() {
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> Catalogue.expand(
                        "https://joe:s3cr3t@x.example/{release}?token=s3cr3t",
                        Version.parse("1.0.0"),
                        Edition.TEAM,
                        "amd64"));

        StringWriter shown = new StringWriter();
        refused.printStackTrace(new PrintWriter(shown, true));
        assertTrue(shown.toString(), shown.toString().contains("https://***@x.example/{release}"));
        assertFalse(shown.toString(), shown.toString().contains("s3cr3t"));
    }

    @Test
    public void knowsTheNewestReleases() {
        assertEquals(Version.parse("11.10.0"), builtIn.latest().version());
        assertEquals(Version.parse("11.7.9"), builtIn.latestEsr().orElseThrow().version());
        assertEquals(
                Version.parse("11.7.9"),
                builtIn.latestOfLine(Version.parse("11.7.0")).orElseThrow().version());
        assertEquals(
                List.of("1.3.0 ", "1.4.0 ", "2.0.0 "),
                builtIn.linesBetween(Version.parse("1.2.0"), Version.parse("2.1.0")).stream()
                        .map(release -> release + " ")
                        .toList());
    }

    @Test
    public void saysWhenSupportHasEnded() {
        LocalDate day = LocalDate.of(2026, 8, 21);

        assertTrue(builtIn.pastSupport(release("10.11.23"), day));
        assertFalse(builtIn.pastSupport(release("10.11.23"), LocalDate.of(2026, 8, 15)));
        assertFalse(builtIn.pastSupport(release("11.7.9"), day));
        assertFalse(builtIn.pastSupport(release("11.7.1"), day));
        assertTrue("no date, but a later ESR's support has ended", builtIn.pastSupport(release("9.11.18"), day));
        assertTrue(builtIn.pastSupport(release("9.10.3"), day));
        assertFalse(
                "no later ESR's support had ended", builtIn.pastSupport(release("9.11.18"), LocalDate.of(2025, 1, 1)));
    }

    @Test
    public void saysSinceWhenAReleaseIsNoLongerSupported() {
        LocalDate day = LocalDate.of(2026, 8, 21);

        assertEquals(
                Optional.of("The vendor's support of Mattermost 10.11.23 ended on 2026-08-15"),
                builtIn.supportNotice(release("10.11.23"), day));
        assertEquals(
                Optional.of("The vendor's support of Mattermost 5.37.10 has ended"),
                builtIn.supportNotice(release("5.37.10"), day));
        assertEquals(Optional.empty(), builtIn.supportNotice(release("11.7.9"), day));
    }

    @Test
    public void knowsWhichDatabasesAReleaseNeeds() {
        assertEquals(Optional.of(Version.parse("13.0")), builtIn.minimumPostgresql(Version.parse("10.11.23")));
        assertEquals(Optional.of(Version.parse("11.0")), builtIn.minimumPostgresql(Version.parse("10.5.14")));
        assertEquals(Optional.of(Version.parse("14.0")), builtIn.minimumPostgresql(Version.parse("11.10.0")));
        assertEquals(Optional.empty(), builtIn.minimumPostgresql(Version.parse("5.25.7")));
        assertTrue(builtIn.supportsMysql(Version.parse("10.12.4")));
        assertFalse(builtIn.supportsMysql(Version.parse("11.0.0")));
    }

    @Test
    public void knowsTheMoveThatTheVendorForbids() {
        assertTrue(forbidden("10.11.17", "11.7.2"));
        assertTrue(forbidden("10.11.23", "11.0.7"));
        assertTrue("the vendor says 11.7.2 or earlier", forbidden("10.11.23", "10.12.4"));
        assertFalse(forbidden("10.11.23", "11.7.3"));
        assertFalse(forbidden("10.11.16", "11.6.6"));
        assertFalse(forbidden("10.12.4", "11.6.6"));
        assertFalse("a patch of the same minor release", forbidden("10.11.17", "10.11.23"));
    }

    @Test
    public void aFileExtendsTheBuiltInOne() throws IOException {
        Path file = folder.newFile("newer.json").toPath();
        Files.writeString(file, NEWER_RELEASE);

        Catalogue catalogue = Catalogue.load(file);

        assertEquals(builtIn.releases().size() + 1, catalogue.releases().size());
        assertEquals(Version.parse("12.0.0"), catalogue.latest().version());
        assertEquals(
                Optional.of(SUM.toLowerCase(Locale.ROOT)),
                catalogue.sha256(Version.parse("12.0.0"), Edition.TEAM, "amd64"));
        assertEquals(
                URI.create("https://mirror.example/11.7.9-amd64.tgz"),
                catalogue.url(Version.parse("11.7.9"), Edition.TEAM, "amd64"));
        assertTrue(catalogue
                .forbidden(Version.parse("11.10.3"), Version.parse("12.0.0"))
                .isPresent());
        assertTrue(catalogue
                .forbidden(Version.parse("10.11.23"), Version.parse("11.6.6"))
                .isPresent());
        assertEquals(Optional.of(Version.parse("15.0")), catalogue.minimumPostgresql(Version.parse("12.0.0")));
        assertEquals(Optional.of(Version.parse("14.0")), catalogue.minimumPostgresql(Version.parse("11.0.0")));
    }

    @Test
    public void aFileWithoutExtendsReplacesTheReleasesAndKeepsTheRules() {
        Catalogue catalogue = load("{\"releases\": [{\"version\": \"9.0.0\", \"type\": \"major\", \"team\": {}}]}");

        assertEquals(1, catalogue.releases().size());
        assertEquals(
                URI.create("https://releases.mattermost.com/9.0.0/mattermost-team-9.0.0-linux-amd64.tar.gz"),
                catalogue.url(Version.parse("9.0.0"), Edition.TEAM, "amd64"));
        assertFalse(catalogue.supportsMysql(Version.parse("11.0.0")));
        assertEquals(
                SchemaVerdict.Outcome.REFUSES_OLDER,
                catalogue
                        .schemaVerdict(Version.parse("1.2.1"), Version.parse("1.4.0"))
                        .outcome());
    }

    @Test
    public void refusesAFileThatIsNoCatalogueAndSaysWhatIsWrong() {
        assertRefused("", "it is not a JSON object");
        assertRefused("[]", "it is not a JSON object");
        assertRefused("{}", "it has no list 'releases'");
        assertRefused("{\"releases\": []}", "it lists no releases");
        assertRefused("{\"format\": 2, \"releases\": []}", "its format is 2");
        assertRefused("{\"extends\": \"mine\", \"releases\": []}", "'extends' can only be \"built-in\"");
        assertRefused("{\"releases\": [{}]}", "'version' is missing in {}");
        assertRefused("{\"releases\": [{\"version\": \"1.0.0\", \"type\": \"lts\", \"team\": {}}]}", "not 'lts'");
        assertRefused(
                "{\"releases\": [{\"version\": \"1.0.0\", \"type\": \"esr\"}]}",
                "release 1.0.0: it has neither 'team'");
        assertRefused(
                "{\"releases\": [{\"version\": \"1.0.0\", \"type\": \"esr\", \"team\": {\"sha256\": \"12\"}}]}",
                "release 1.0.0: Not a SHA-256 sum: '12'");
        assertRefused(
                "{\"releases\": [{\"version\": \"1.0.0\", \"type\": \"esr\", \"released\": \"soon\", \"team\": {}}]}",
                "'soon'");
        assertRefused(
                "{\"releases\": [{\"version\": \"1.0.0\", \"type\": \"esr\", \"team\": {}},"
                        + " {\"version\": \"1.0.0\", \"type\": \"esr\", \"team\": {}}]}",
                "it lists 1.0.0 twice");
        assertRefused("{\"releases\": [], \"releases\": []}", "Duplicate");
    }

    @Test
    public void refusesAFileThatIsNotThere() {
        Path missing = folder.getRoot().toPath().resolve("missing.json");

        RefusedException refused = assertThrows(RefusedException.class, () -> Catalogue.load(missing));

        assertTrue(refused.getMessage().contains(missing.toString()));
        assertTrue(refused.hint().text().contains("mattermost.catalogue"));
    }

    @Test
    public void knowsWhereNotesArePublished() {
        assertTrue(builtIn.changelog(Version.parse("11.7.9"))
                .orElseThrow()
                .source()
                .toString()
                .endsWith("v11-changelog.md"));
        assertEquals(
                2,
                builtIn.changelogs(Version.parse("10.11.23"), Version.parse("11.0.7"))
                        .size());
        assertEquals(
                1,
                builtIn.changelogs(Version.parse("11.0.7"), Version.parse("11.7.9"))
                        .size());
        assertEquals(Optional.empty(), builtIn.changelog(Version.parse("12.1.0")));
        assertSame(builtIn, Catalogue.builtIn());
    }

    private Release release(String version) {
        return builtIn.find(Version.parse(version)).orElseThrow();
    }

    private boolean forbidden(String from, String to) {
        return builtIn.forbidden(Version.parse(from), Version.parse(to)).isPresent();
    }

    private static Catalogue load(String json) {
        return Catalogue.load(json.getBytes(StandardCharsets.UTF_8), "releases.json");
    }

    private static void assertRefused(String json, String reason) {
        RefusedException refused = assertThrows(json, RefusedException.class, () -> load(json));
        assertTrue(refused.getMessage(), refused.getMessage().startsWith("The catalogue releases.json cannot be used"));
        assertTrue(refused.getMessage(), refused.getMessage().contains(reason));
    }
}
