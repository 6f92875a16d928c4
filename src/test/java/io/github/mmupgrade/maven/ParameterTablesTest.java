package io.github.mmupgrade.maven;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The tables of parameters in docs hold what the descriptor holds, which has it from the Javadoc of the parameters. A page
 * says only which properties are in a table, and in which order. With {@code -Dgolden=docs} the test writes the rest of
 * each row.
 */
public class ParameterTablesTest {

    private static final Path DOCS = Path.of("docs");
    private static final boolean WRITE = "docs".equals(System.getProperty("golden"));

    private static final String HEADER = "| property | default | meaning |";
    private static final Pattern ROW = Pattern.compile("\\| `(mattermost\\.[^`]*)` \\|.*");

    @Test
    public void sayWhatTheDescriptorSays() throws Exception {
        Map<String, String> rows = rows();
        Set<String> missing = new TreeSet<>(rows.keySet());
        try (Stream<Path> pages = Files.list(DOCS)) {
            for (Path page : pages.sorted().toList()) {
                String text = Files.readString(page);
                String meant = filled(text, rows, missing);
                if (WRITE) {
                    Files.writeString(page, meant);
                } else {
                    assertEquals(page + ": mvn test -Dtest=ParameterTablesTest -Dgolden=docs corrects it", meant, text);
                }
            }
        }
        assertEquals("parameters that are in no table", Set.of(), missing);
    }

    /** A page with the rows of its tables of parameters as they have to be. */
    private static String filled(String page, Map<String, String> rows, Set<String> missing) {
        StringBuilder filled = new StringBuilder();
        boolean inTable = false;
        for (String line : page.split("\n")) {
            inTable = line.equals(HEADER) || (inTable && line.startsWith("|"));
            Matcher row = ROW.matcher(line);
            boolean known = inTable && row.matches() && rows.containsKey(row.group(1));
            filled.append(known ? rows.get(row.group(1)) : line).append('\n');
            if (known) {
                missing.remove(row.group(1));
            }
        }
        return filled.toString();
    }

    /** The row of each property. Where goals describe it in different words, the longest ones are taken. */
    private static Map<String, String> rows() throws Exception {
        Map<String, String> rows = new TreeMap<>();
        Element plugin = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("target/plugin-enhanced.xml").toFile())
                .getDocumentElement();
        for (Element goal : below(plugin, "mojo")) {
            Element values = below(goal, "configuration").get(0);
            for (Element parameter : below(goal, "parameter")) {
                for (Element value : below(values, text(parameter, "name"))) {
                    String property = value.getTextContent().replaceAll("[${}]", "");
                    if (property.startsWith("mattermost.")) {
                        String row = row(property, value.getAttribute("default-value"), text(parameter, "description"));
                        rows.merge(property, row, (one, other) -> one.length() < other.length() ? other : one);
                    }
                }
            }
        }
        return rows;
    }

    private static String row(String property, String byDefault, String description) {
        String meaning = description.replaceAll("</?code>", "`").replaceAll("\\s+", " ");
        assertFalse(property + " has markup that a table does not: " + meaning, meaning.matches(".*<[a-z/].*"));
        return "| `" + property + "` | " + (byDefault.isEmpty() ? "" : "`" + byDefault + "` ") + "| "
                + meaning.replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&")
                        .replace("|", "\\|") + " |";
    }

    private static String text(Element element, String name) {
        return below(element, name).get(0).getTextContent();
    }

    private static List<Element> below(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);
        return Stream.iterate(0, index -> index + 1)
                .limit(found.getLength())
                .map(index -> (Element) found.item(index))
                .toList();
    }
}
