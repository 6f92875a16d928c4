package io.github.mmupgrade.notes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Version;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

public class NotesToReadTest {

    private final Changelog changelog =
            Changelogs.firstForm().and(Changelogs.middleForm()).and(Changelogs.todaysForm());

    @Test
    public void coversEveryReleaseBetweenAndNotOnlyThoseOnThePath() {
        assertEquals(versions("1.3.0", "1.4.0"), between("1.2.1", "1.4.0").versions());
        assertEquals(
                versions("11.0.7", "11.1.3", "11.2.4", "11.3.3"),
                between("10.12.4", "11.3.3").versions());
        assertEquals(List.of(), between("11.2.1", "11.2.1").versions());
    }

    @Test
    public void namesTheReleasesWithoutNotes() {
        NotesToRead notes = between("10.12.4", "11.3.3");

        assertEquals(versions("11.0.7", "11.3.3"), notes.withoutNotes());
        assertTrue(
                notes.lines().contains("No notes were found for Mattermost 11.0.7, 11.3.3. See their release pages:"));
        assertEquals(
                versions("11.0.7", "11.1.3"),
                Changelog.empty()
                        .notesBetween(Version.parse("10.12.4"), Version.parse("11.1.3"), Catalogue.builtIn())
                        .withoutNotes());
    }

    @Test
    public void saysOnOneLineWhichReleasesHaveNoNotes() {
        assertEquals(
                List.of(
                        "No notes were found for Mattermost 5.26.2, 5.27.2, 5.28.2, 5.29.2, 5.30.3, 5.31.9, 5.32.1, 5.33.5, 5.34.5,"
                                + " 5.35.5, 5.36.2, 5.37.10. See their release pages:",
                        "  https://docs.mattermost.com/product-overview/unsupported-legacy-releases.html"),
                Changelog.empty()
                        .notesBetween(Version.parse("5.25.7"), Version.parse("5.37.10"), Catalogue.builtIn())
                        .lines());
    }

    @Test
    public void aPatchReleaseBringsItsOwnNotesOnly() {
        NotesToRead patch = between("11.2.0", "11.2.1");

        assertEquals(versions("11.2.1"), patch.versions());
        assertEquals(1, patch.settings().size());
        assertEquals("FileSettings.ReadTimeout", patch.settings().get(0).dotted());
        assertEquals(
                List.of("Swept the attic."),
                patch.releases().get(0).notes(NoteTopic.DATABASE).stream()
                        .map(Note::text)
                        .toList());
        assertEquals(
                "a patch after the target is not installed",
                0,
                between("11.1.3", "11.2.0").settings().stream()
                        .filter(change -> change.name().equals("ReadTimeout"))
                        .count());
    }

    @Test
    public void patchesOfTheInstalledReleaseCountWhereTheyDoMoreThanRepair() {
        assertEquals(versions("11.2.4", "11.3.3"), between("11.2.0", "11.3.3").versions());
        assertEquals(
                "11.1.1 only fixes",
                versions("11.2.0"),
                between("11.1.0", "11.2.0").versions());
    }

    @Test
    public void aReleaseThatTheCatalogueDoesNotKnowIsNotLost() {
        Changelog unknown =
                Changelog.parse("## Release v7.6\n### Compatibility\n- x\n".getBytes(StandardCharsets.UTF_8), "u.md");

        assertEquals(
                versions("7.6.0", "7.7.4"),
                unknown.notesBetween(Version.parse("7.5.2"), Version.parse("7.7.4"), Catalogue.builtIn())
                        .versions());
    }

    @Test
    public void printsWhatMattersShortByReleaseWithTheLink() {
        List<String> lines = between("11.0.7", "11.2.4").lines();

        assertTrue(lines.contains("Mattermost 11.1.3"));
        assertTrue(lines.contains("  https://docs.mattermost.com/product-overview/mattermost-v11-changelog.html"
                + "#release-v11-2-feature-release"));
        assertTrue(lines.contains("    - Needs a ladder of at least 11 rungs."));
        assertTrue("numbers matter there", lines.contains("    - Needs a ladder of at least 12 rungs."));
        assertTrue(lines.contains("  Known issues: 1"));
        assertTrue(lines.contains("      - door one - use gate one"));
        assertEquals(
                "a note that only changes its numbers is said once",
                1,
                lines.stream()
                        .filter(line -> line.contains("If you come from before"))
                        .count());
        assertFalse("repairs are not shown", lines.toString().contains("Mends a hole"));
        assertTrue(Collections.frequency(lines, "  Settings:") == 1
                && lines.toString().contains("ServiceSettings.EnableAttic = true"));
    }

    @Test
    public void saysThatNotesHaveNothingAboutUpgrading() {
        assertEquals(
                List.of(
                        "Mattermost 5.27.2",
                        "  Nothing in its notes is about upgrading.",
                        "  https://docs.mattermost.com/product-overview/unsupported-legacy-releases.html"),
                between("5.26.2", "5.27.2").lines());
    }

    @Test
    public void cutsALongNoteAndBreaksALongWord() {
        String text =
                "## Release v1.4.0\n### Compatibility\n- " + "word ".repeat(200) + "\n- " + "x".repeat(250) + "\n";

        List<String> lines = Changelog.parse(text.getBytes(StandardCharsets.UTF_8), "long.md")
                .notesBetween(Version.parse("1.3.0"), Version.parse("1.4.0"), Catalogue.builtIn())
                .lines();

        assertTrue(lines.toString(), lines.get(4).endsWith("word ..."));
        assertEquals(
                250,
                lines.stream()
                        .filter(line -> line.contains("xx"))
                        .mapToLong(line ->
                                line.chars().filter(letter -> letter == 'x').count())
                        .sum());
        lines.forEach(line -> assertTrue(line, line.length() <= 100));
    }

    private NotesToRead between(String installed, String target) {
        return changelog.notesBetween(Version.parse(installed), Version.parse(target), Catalogue.builtIn());
    }

    private static List<Version> versions(String... texts) {
        return List.of(texts).stream().map(Version::parse).toList();
    }
}
