package io.github.mmupgrade.maven;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.maven.PluginSources.SourceHint;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.BeforeClass;
import org.junit.Test;

/** What hints, messages and the documentation tell people to type exists, and its goal takes it. */
public class HintsTest {

    private static final Pattern PROPERTY = Pattern.compile("mattermost(?:\\.[a-zA-Z][A-Za-z0-9-]*)+");

    /** Names that begin as properties do: a program's log, a host, a plugin, the beginning of names. */
    private static final Set<String> NO_PROPERTIES = Set.of("mattermost.log", "mattermost.com", "mattermost.nps");

    /** Goals that are handed over: what is called there is a goal in each call, which names it by its constant. */
    private static final Set<String> VARIABLES =
            Set.of("goal", "NextGoal.of(run)", "allStages(run)", "Objects.requireNonNull(goal)");

    private static PluginSources sources;

    @BeforeClass
    public static void read() throws Exception {
        sources = PluginSources.read(Path.of("src/main/java").toAbsolutePath());
    }

    @Test
    public void everyGoalOfAHintExistsAndTakesTheOptions() {
        Map<String, Set<String>> goals = goals();
        assertTrue(goals.toString(), goals.size() > 20);
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        for (SourceHint hint : sources.hints()) {
            if (VARIABLES.contains(hint.goal())) {
                continue;
            }
            String goal = sources.value(hint.goal());
            if (goal == null || !goals.containsKey(goal)) {
                wrong.add(hint.place().getFileName() + ": " + hint.goal() + " is no goal");
                continue;
            }
            seen++;
            for (String option : hint.options()) {
                Matcher property = PROPERTY.matcher(option);
                if (property.find() && !goals.get(goal).contains(property.group())) {
                    wrong.add(hint.place().getFileName() + ": " + goal + " does not take " + option);
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue("" + seen, seen > 60);
    }

    @Test
    public void everyPropertyThatAnyTextNamesExists() {
        Set<String> wrong = new TreeSet<>();
        sources.texts().forEach((text, place) -> {
            for (String name : namesIn(text)) {
                wrong.add(place.getFileName() + ": " + name);
            }
        });
        assertEquals(Set.of(), wrong);
    }

    @Test
    public void everyPropertyThatTheDocumentationNamesExists() throws Exception {
        for (String file : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/pom.xml")) {
            assertEquals(file, List.of(), namesIn(Files.readString(Path.of(file))));
        }
    }

    @Test
    public void everyCommandOfTheDocumentationTakesItsProperties() throws Exception {
        Map<String, Set<String>> goals = goals();
        Pattern command = Pattern.compile(
                "(?:mattermost-maven-plugin:[0-9A-Z.-]+|mvn mattermost):([a-z-]+)((?:[ \\\\\\n]+-[A-Z]\\S+)*)");
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        for (String file : List.of("README.md", "CONTRIBUTING.md")) {
            Matcher found = command.matcher(Files.readString(Path.of(file)));
            while (found.find()) {
                String goal = found.group(1);
                if (goal.equals("help")) {
                    continue;
                }
                seen++;
                Matcher property = PROPERTY.matcher(found.group(2));
                while (property.find()) {
                    if (found.group(2).charAt(property.start() - 1) == 'D'
                            && !goals.getOrDefault(goal, Set.of()).contains(property.group())) {
                        wrong.add(goal + " " + property.group());
                    }
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue("" + seen, seen > 8);
    }

    /** The goals with their properties, by name instead of by constant. */
    private static Map<String, Set<String>> goals() {
        Map<String, Set<String>> found = new TreeMap<>();
        sources.goals().forEach((goal, constants) -> {
            Set<String> properties = new TreeSet<>();
            constants.forEach(constant -> properties.add(sources.value(constant)));
            found.put(goal, properties);
        });
        return found;
    }

    /** Names in a text that look like the plugin's properties and are none. */
    private static List<String> namesIn(String text) {
        Set<String> wrong = new TreeSet<>();
        Matcher names = PROPERTY.matcher(text);
        while (names.find()) {
            String name = names.group();
            boolean part = text.startsWith(".", names.end()) || text.startsWith("<", names.end());
            boolean longer = names.start() > 0 && "./-_@".indexOf(text.charAt(names.start() - 1)) >= 0;
            boolean known = PropertyNames.all().contains(name)
                    || name.endsWith(".skip")
                    || NO_PROPERTIES.contains(name)
                    || name.endsWith(".service");
            boolean prefix = part && PropertyNames.all().stream().anyMatch(each -> each.startsWith(name + "."));
            if (!known && !longer && !prefix) {
                wrong.add(name);
            }
        }
        return List.copyOf(wrong);
    }
}
