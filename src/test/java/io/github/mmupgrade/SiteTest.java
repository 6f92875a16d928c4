package io.github.mmupgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.junit.Test;

/** The site that {@code mvn site} makes of the pages: its menu is complete, and no link leads out of it. */
public class SiteTest {

    private static final Path NONE = Path.of("");
    private static final Pattern MENU = Pattern.compile("<item name=\"[^\"]+\" href=\"([^\"]+)\\.html\"");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    public void everyPageIsInTheMenuAndEveryItemIsAPage() throws Exception {
        Set<Path> pages = new TreeSet<>();
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            docs.forEach(pages::add);
        }
        try (Stream<Path> root = Files.list(NONE)) {
            root.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        Set<Path> items = new TreeSet<>();
        Matcher item = MENU.matcher(Files.readString(Path.of("src/site/site.xml")));
        while (item.find()) {
            items.add(Path.of(item.group(1) + ".md"));
        }
        assertTrue("the goals", items.remove(Path.of("plugin-info.md")));
        assertEquals(pages, items);
    }

    @Test
    public void everyLinkLeadsToAFileOfTheSite() throws Exception {
        List<Path> pages = files("manual");
        Set<Path> known = new TreeSet<>(pages);
        known.addAll(files("manual-files"));
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        for (Path page : pages) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                seen++;
                if (!known.contains(page.resolveSibling(link.group(1)).normalize())) {
                    wrong.add(page + ": " + link.group());
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue("" + seen, seen > 100);
    }

    /** The files that an execution of the POM copies to where the site is made. */
    private static List<Path> files(String execution) throws Exception {
        List<Path> found = new ArrayList<>();
        try (Reader pom = Files.newBufferedReader(Path.of("pom.xml"))) {
            PluginExecution copying = new MavenXpp3Reader()
                    .read(pom)
                    .getBuild()
                    .getPluginsAsMap()
                    .get("org.apache.maven.plugins:maven-resources-plugin")
                    .getExecutionsAsMap()
                    .get(execution);
            Xpp3Dom resource =
                    ((Xpp3Dom) copying.getConfiguration()).getChild("resources").getChild("resource");
            for (Xpp3Dom include : resource.getChild("includes").getChildren()) {
                found.addAll(matching(include.getValue()));
            }
        }
        return found;
    }

    private static List<Path> matching(String pattern) throws IOException {
        Path start = Path.of(pattern.replaceFirst("/?[^/]*\\*.*", ""));
        try (Stream<Path> all = Files.walk(start, pattern.contains("**") ? Integer.MAX_VALUE : 1)) {
            return all.filter(Files::isRegularFile)
                    .filter(FileSystems.getDefault().getPathMatcher("glob:" + pattern)::matches)
                    .toList();
        }
    }
}
