package io.github.mmupgrade.notes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.github.mmupgrade.notes.SettingChange.Kind;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ChangelogTest {

    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void readsTheSectionsOfTheFirstForm() {
        Changelog changelog = Changelogs.firstForm();
        ReleaseNotes notes = changelog.find(Version.parse("1.4.0")).orElseThrow();

        assertEquals(3, changelog.releases().size());
        assertFalse(notes.wholeLine());
        assertEquals(List.of("The oldest browser that still works is number 9"), texts(notes, NoteTopic.COMPATIBILITY));
        assertEquals(
                "headings below a topic belong to it",
                List.of("Renamed Blurb to Head", "Added Purpose column"),
                texts(notes, NoteTopic.DATABASE));
        assertEquals(
                "contributors are no issue",
                List.of("The moon rises twice", "The sun doesn't"),
                texts(notes, NoteTopic.KNOWN_ISSUES));
    }

    @Test
    public void readsTheSettingsOfTheFirstFormAsData() {
        ReleaseNotes notes = Changelogs.firstForm().find(Version.parse("1.4.0")).orElseThrow();

        assertEquals(
                List.of(
                        "added ServiceSettings.EnableWorkshop = false",
                        "added ServiceSettings.SessionDays = 30",
                        "added HelpSettings.ManualLink = \"/static/manual.html\"",
                        "added HelpSettings.HelpMail = \"help@example.org\"",
                        "changed FileSettings.KeepForever = false",
                        "removed FileSettings.OldDrive"),
                settings(notes));
        SettingChange days = notes.settings().get(1);
        assertEquals(Kind.ADDED, days.kind());
        assertEquals(Optional.of("ServiceSettings"), days.section());
        assertEquals("SessionDays", days.name());
        assertEquals(Optional.of(IntNode.valueOf(30)), days.defaultValue());
    }

    @Test
    public void readsTheSectionsOfTodaysForm() {
        ReleaseNotes notes =
                Changelogs.todaysForm().find(Version.parse("11.2.1")).orElseThrow();

        assertTrue(notes.wholeLine());
        assertEquals(Optional.of("release-v11.2-feature-release"), notes.anchor());
        assertEquals(
                List.of("Old doors don't open any more:", "door one - use gate one"), texts(notes, NoteTopic.BREAKING));
        assertEquals(
                List.of(
                        "Take this one at once.",
                        "Doors need oil.",
                        "If you come from before v11.1, read the rest as well."),
                texts(notes, NoteTopic.IMPORTANT));
        assertEquals(List.of("Swept the attic.", "Adds a table Attics."), texts(notes, NoteTopic.DATABASE));
        assertEquals(
                List.of("Needs a ladder of at least 12 rungs.", "ladder | rungs", "short | 12"),
                texts(notes, NoteTopic.COMPATIBILITY));
        assertEquals(List.of("Spiders."), texts(notes, NoteTopic.KNOWN_ISSUES));
        assertTrue(texts(notes, NoteTopic.UPGRADE_IMPACT).contains("Takes a minute."));
        assertEquals(
                "links are words only",
                List.of("Mends a hole. Upgrading is a good idea."),
                texts(notes, NoteTopic.PATCH));
    }

    @Test
    public void readsTheSettingsOfTodaysFormAsData() {
        ReleaseNotes notes =
                Changelogs.todaysForm().find(Version.parse("11.2.0")).orElseThrow();

        assertEquals(
                List.of(
                        "added FileSettings.ReadTimeout",
                        "added ServiceSettings.EnableAttic = true",
                        "added ServiceSettings.AtticFloors",
                        "added ServiceSettings.AtticDoors",
                        "added ServiceSettings.AtticWindows",
                        "added SecuritySettings.AtticKeys",
                        "added Cellar.Enable",
                        "added Cellar.Depth",
                        "added Cellar.Light",
                        "added TeamSettings.LockNames = false",
                        "removed ShedSettings",
                        "removed FenceSettings.Height",
                        "removed FenceSettings.Width",
                        "removed FenceSettings.Colour"),
                settings(notes));
        assertEquals(Optional.of(BooleanNode.TRUE), notes.settings().get(1).defaultValue());
        assertEquals(
                "a setting that came with a patch is the patch's",
                Version.parse("11.2.1"),
                notes.settings().get(0).version());
    }

    @Test
    public void readsTheFormBetweenThem() {
        ReleaseNotes notes =
                Changelogs.middleForm().find(Version.parse("5.28.0")).orElseThrow();

        assertEquals(
                List.of(
                        "added LdapSettings.PublicFile",
                        "added LdapSettings.Retries = 3",
                        "added OneSettings.Targets",
                        "added TwoSettings.Targets",
                        "added KeepSettings.BetweenBatches",
                        "removed FileSettings.ThumbWidth",
                        "removed FileSettings.ThumbHeight",
                        "changed FileSettings.Timeout = 30"),
                settings(notes));
        assertEquals(List.of("Doors open to the other side."), texts(notes, NoteTopic.BREAKING));
        assertEquals(List.of("Added a column Commands.Owner."), texts(notes, NoteTopic.DATABASE));
    }

    @Test
    public void readsADirectoryAndKeepsTheFullerNotesOfARelease() throws IOException {
        Path directory = folder.getRoot().toPath();
        Files.write(directory.resolve("a.md"), Changelogs.bytes("first-form.md"));
        Files.write(directory.resolve("b.MD"), Changelogs.bytes("todays-form.md"));
        Files.writeString(directory.resolve("c.md"), "## Release v1.4.0\n\nshort\n");
        Files.writeString(directory.resolve("d.txt"), "## Release v9.0.0\n");

        Changelog changelog = Changelog.read(directory);

        assertEquals(5, changelog.releases().size());
        assertEquals(
                6,
                changelog.find(Version.parse("1.4.0")).orElseThrow().settings().size());
        assertEquals(
                6,
                Changelogs.firstForm().and(Changelogs.todaysForm()).releases().size()
                        + Changelog.empty().releases().size()
                        + 1);
    }

    @Test
    public void refusesWhatIsNoChangelog() throws IOException {
        byte[] page = "<html><body>Please log in</body></html>".getBytes(StandardCharsets.UTF_8);
        RefusedException refused = assertThrows(RefusedException.class, () -> Changelog.parse(page, "notes.md"));
        assertEquals("notes.md is not a changelog: it has no heading of a release", refused.getMessage());
        assertTrue(refused.hint().text().contains("mattermost.changelog"));

        Path empty = folder.newFolder("empty").toPath();
        assertThrows(RefusedException.class, () -> Changelog.read(empty));
        Path missing = empty.resolve("missing.md");
        assertTrue(assertThrows(RefusedException.class, () -> Changelog.read(missing))
                .getMessage()
                .contains(missing.toString()));
        assertThrows(RefusedException.class, () -> Changelog.parse(new byte[33 * 1024 * 1024], "huge.md"));
    }

    @Test
    public void survivesWhatWasMadeToHurt() {
        String deep = "## Release v1.0.0\n\n### Compatibility\n\n" + ">".repeat(20_000) + " x\n\n" + "* ".repeat(5_000)
                + "y\n\n" + "[".repeat(50_000) + "\n\n- an \u001b[31mangry\u001b[0m\u202e note\u0007\n";

        ReleaseNotes notes = Changelog.parse(deep.getBytes(StandardCharsets.UTF_8), "deep.md")
                .find(Version.parse("1.0.0"))
                .orElseThrow();

        List<String> texts = texts(notes, NoteTopic.COMPATIBILITY);
        assertEquals("an [31mangry[0m note", texts.get(texts.size() - 1));
    }

    private static List<String> texts(ReleaseNotes notes, NoteTopic topic) {
        return notes.notes(topic).stream().map(Note::text).toList();
    }

    private static List<String> settings(ReleaseNotes notes) {
        return notes.settings().stream()
                .map(change -> change.kind().word() + " " + change)
                .toList();
    }
}
