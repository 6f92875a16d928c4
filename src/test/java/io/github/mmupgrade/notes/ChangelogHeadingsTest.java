package io.github.mmupgrade.notes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** Every release of a changelog is found with its sections, by a count that knows nothing of the parser. */
@RunWith(Parameterized.class)
public class ChangelogHeadingsTest {

    private static final Path REAL = Path.of("../shared/data/changelogs");
    private static final Pattern HEADING = Pattern.compile("(#{2,5}) +(.*)");
    private static final Pattern RELEASE = Pattern.compile("Release v([0-9.]+)\\b.*");

    @Parameters(name = "{0}")
    public static List<Object[]> changelogs() throws IOException {
        List<Object[]> all = new ArrayList<>();
        for (String name : List.of("first-form.md", "middle-form.md", "todays-form.md")) {
            all.add(new Object[] {name, Changelogs.bytes(name)});
        }
        if (Files.isDirectory(REAL)) {
            try (Stream<Path> files = Files.list(REAL)) {
                for (Path file : files.sorted().toList()) {
                    all.add(new Object[] {file.getFileName().toString(), Files.readAllBytes(file)});
                }
            }
        }
        return all;
    }

    @Parameter(0)
    public String name;

    @Parameter(1)
    public byte[] markdown;

    @Test
    public void everyReleaseAndEverySectionThatConcernsAnUpgradeIsFound() {
        Map<Version, Set<NoteTopic>> expected = expected();
        Changelog changelog = Changelog.parse(markdown, name);

        assertFalse(expected.isEmpty());
        assertEquals(expected.size(), changelog.releases().size());
        int sections = 0;
        for (Map.Entry<Version, Set<NoteTopic>> release : expected.entrySet()) {
            ReleaseNotes notes = changelog.releases().stream()
                    .filter(found -> found.version().equals(release.getKey()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + release.getKey()));
            for (NoteTopic topic : release.getValue()) {
                assertFalse(release.getKey() + " " + topic, notes.notes(topic).isEmpty());
                sections++;
            }
        }
        assertTrue(name + " has sections", sections > 0);
    }

    /** The topics of each release whose heading is followed by something else than a heading. */
    private Map<Version, Set<NoteTopic>> expected() {
        Map<Version, Set<NoteTopic>> expected = new LinkedHashMap<>();
        Set<NoteTopic> topics = new LinkedHashSet<>();
        List<String> lines = new String(markdown, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher heading = HEADING.matcher(lines.get(i));
            if (!heading.matches()) {
                continue;
            }
            Matcher release = RELEASE.matcher(heading.group(2));
            if (heading.group(1).equals("##") && release.matches()) {
                topics = new LinkedHashSet<>();
                expected.put(Version.parse(release.group(1)), topics);
            } else if (i + 1 < lines.size()
                    && !HEADING.matcher(lines.get(i + 1)).matches()) {
                String text = heading.group(2);
                if (text.startsWith("Compatibility")) {
                    topics.add(NoteTopic.COMPATIBILITY);
                } else if (text.startsWith("Config.json Changes") || text.equals("config.json")) {
                    topics.add(NoteTopic.CONFIGURATION);
                } else if (text.startsWith("Database")) {
                    topics.add(NoteTopic.DATABASE);
                } else if (text.startsWith("Known Issues")) {
                    topics.add(NoteTopic.KNOWN_ISSUES);
                } else if (text.startsWith("Important Upgrade Notes")) {
                    topics.add(NoteTopic.IMPORTANT);
                }
            }
        }
        return expected;
    }

    @Test
    public void theNotesOfEverythingFitAConsole() {
        Changelog changelog = Changelog.parse(markdown, name);

        List<String> lines = changelog
                .notesBetween(Version.parse("0.1.0"), Version.parse("12.0.0"), Catalogue.builtIn())
                .lines();

        assertTrue(lines.size() > changelog.releases().size());
        for (String line : lines) {
            // all releases without notes are on one line, which a terminal wraps
            boolean list = line.startsWith("No notes were found for ");
            assertTrue(line, line.length() <= 100 || list || line.startsWith("  https://"));
        }
    }

    @Test
    public void theSettingsThat140AddedComeOutAsData() {
        List<String> settings = Changelog.parse(markdown, name)
                .find(Version.parse("1.4.0"))
                .map(notes -> notes.settings().stream()
                        .filter(change -> change.kind() == SettingChange.Kind.ADDED)
                        .map(SettingChange::toString)
                        .toList())
                .orElse(List.of());

        if (name.equals("1.4.0-CHANGELOG.md")) {
            assertEquals(15, settings.size());
            assertTrue(settings.contains("ServiceSettings.SessionLengthSSOInDays = 30"));
            assertTrue(settings.contains("SupportSettings.HelpLink = \"/static/help/help.html\""));
            assertTrue(settings.contains("FileSettings.AmazonS3LowercaseBucket = false"));
        } else {
            assertEquals(name.equals("first-form.md") ? 4 : 0, settings.size());
        }
    }
}
