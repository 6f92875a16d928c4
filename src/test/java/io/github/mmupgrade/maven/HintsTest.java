package io.github.mmupgrade.maven;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.maven.PluginSources.SourceHint;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.BeforeClass;
import org.junit.Test;

/** What hints, messages and the documentation tell people to type exists, and its goal takes it. */
public class HintsTest {

    private static final Pattern PROPERTY = Pattern.compile("mattermost(?:\\.[a-zA-Z][A-Za-z0-9-]*)+");

    /** Names that begin as properties do: a program's log, a host, a plugin, the beginning of names. */
    private static final Set<String> NO_PROPERTIES = Set.of(
            "mattermost.log",
            "mattermost.com",
            "mattermost.nps",
            "mattermost.node",
            "mattermost.node.NAME.PARAMETER",
            "mattermost.node.HOST.PARAMETER");

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
        List<Path> files = new ArrayList<>(documentation());
        files.addAll(List.of(
                Path.of("CHANGELOG.md"),
                Path.of("examples/pom.xml"),
                Path.of("examples/rehearse.gitlab-ci.yml"),
                Path.of("examples/pipeline/pom.xml"),
                Path.of("examples/pipeline/README.md"),
                Path.of("examples/pipeline/.gitlab-ci.yml"),
                Path.of("examples/kubernetes/pom.xml"),
                Path.of("examples/kubernetes/README.md"),
                Path.of("examples/kubernetes/dumps.yaml"),
                Path.of("examples/kubernetes/.gitlab-ci.yml"),
                Path.of("examples/pipeline/.github/workflows/mattermost.yml")));
        for (Path file : files) {
            assertEquals(file.toString(), List.of(), namesIn(Files.readString(file)));
        }
    }

    @Test
    public void everyPropertyIsInTheDocumentation() throws Exception {
        Set<String> named = new TreeSet<>();
        for (Path file : documentation()) {
            Matcher names = PROPERTY.matcher(Files.readString(file));
            while (names.find()) {
                named.add(names.group());
            }
        }
        Set<String> missing = new TreeSet<>(PropertyNames.all());
        missing.removeAll(named);
        assertEquals(Set.of(), missing);
    }

    @Test
    public void everyGoalIsInTheReadme() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        Set<String> missing = new TreeSet<>(goals().keySet());
        missing.removeIf(goal -> readme.contains("\n| `" + goal + "` | "));
        assertEquals(Set.of(), missing);
    }

    @Test
    public void everyPreflightCheckIsInTheDocumentation() throws Exception {
        String text = Files.readString(Path.of("docs/preflight.md"));
        Pattern check = Pattern.compile("checks\\.put\\(\\s*\"([a-z ]+)\"");
        Set<String> missing = new TreeSet<>();
        int seen = 0;
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                Matcher found = check.matcher(Files.readString(source));
                while (found.find()) {
                    seen++;
                    if (!text.contains("\n| `" + found.group(1) + "` | ")) {
                        missing.add(found.group(1));
                    }
                }
            }
        }
        assertEquals(Set.of(), missing);
        assertTrue("" + seen, seen > 20);
    }

    @Test
    public void everyLinkOfTheDocumentationLeadsSomewhere() throws Exception {
        Pattern link = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");
        Set<String> wrong = new TreeSet<>();
        Set<Path> reached = new TreeSet<>();
        int seen = 0;
        for (Path file : documentation()) {
            Matcher found = link.matcher(Files.readString(file));
            while (found.find()) {
                seen++;
                Path target = found.group(1).isEmpty()
                        ? file
                        : file.resolveSibling(found.group(1)).normalize();
                if (!Files.exists(target)
                        || (found.group(2) != null && !headings(target).contains(found.group(2)))) {
                    wrong.add(file + ": " + found.group());
                }
                if (file.equals(Path.of("README.md"))) {
                    reached.add(target);
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue("" + seen, seen > 30);
        Set<Path> unlisted = new TreeSet<>(documentation());
        unlisted.removeAll(reached);
        assertEquals(Set.of(Path.of("README.md")), unlisted);
    }

    /** The headings of a page, as links name them. */
    private static Set<String> headings(Path page) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(page)) {
            if (line.startsWith("#")) {
                found.add(line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'));
            }
        }
        return found;
    }

    @Test
    public void everyCommandOfTheDocumentationTakesItsProperties() throws Exception {
        Map<String, Set<String>> goals = goals();
        Pattern command = Pattern.compile(
                "(?:mattermost-maven-plugin:[0-9A-Z.-]+|mvn mattermost):([a-z-]+)((?:[ \\\\\\n]+-[A-Z]\\S+)*)");
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        List<Path> files = new ArrayList<>(documentation());
        files.addAll(List.of(Path.of("examples/pom.xml"), Path.of("examples/rehearse.gitlab-ci.yml")));
        for (Path file : files) {
            Matcher found = command.matcher(Files.readString(file));
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
        assertTrue("" + seen, seen > 15);
    }

    /** The pages that people read: README.md, CONTRIBUTING.md and all that is in docs. */
    private static List<Path> documentation() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
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
                    || PropertyNames.nodeOf(name).isPresent()
                    || name.endsWith(".skip")
                    || NO_PROPERTIES.contains(name)
                    || (name + ".").startsWith(PropertyNames.RESULT)
                    || name.endsWith(".service");
            boolean prefix = part && PropertyNames.all().stream().anyMatch(each -> each.startsWith(name + "."));
            if (!known && !longer && !prefix) {
                wrong.add(name);
            }
        }
        return List.copyOf(wrong);
    }
}
