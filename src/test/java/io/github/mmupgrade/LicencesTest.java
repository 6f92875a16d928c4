package io.github.mmupgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.maven.model.Dependency;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.junit.Test;

/** The libraries that the plugin brings are named with their licences. */
public class LicencesTest {

    @Test
    public void everyDependencyOfThePomIsOnThePageOfLicences() throws Exception {
        Set<String> groups = new TreeSet<>();
        try (Reader pom = Files.newBufferedReader(Path.of("pom.xml"))) {
            for (Dependency each : new MavenXpp3Reader().read(pom).getDependencies()) {
                if (each.getScope() == null || List.of("compile", "runtime").contains(each.getScope())) {
                    groups.add(each.getGroupId());
                }
            }
        }
        assertTrue(groups.toString(), groups.size() > 5);
        String page = Files.readString(Path.of("docs/licences.md"));
        groups.removeIf(group -> page.contains("\n| `" + group + "` | "));
        assertEquals(Set.of(), groups);
    }
}
