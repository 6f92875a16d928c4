package io.github.mmupgrade;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.Assert.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchUnitRunner;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.runner.RunWith;

/** Holds the one way from {@code maven} inward. */
@RunWith(ArchUnitRunner.class)
@AnalyzeClasses(packages = "io.github.mmupgrade", importOptions = ImportOption.DoNotIncludeTests.class)
public class ArchitectureTest {

    private static final String BASE = "io.github.mmupgrade.";
    private static final int MOST_FILES = 30;

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.github.mmupgrade.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheMavenPackageKnowsMaven = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.mmupgrade.maven..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.maven..", "org.codehaus.plexus..");

    /** The picture in CONTRIBUTING.md is the list of what may use what: a package uses those on lines below its own. */
    @ArchTest
    static void dependenciesPointDownThePictureInContributing(JavaClasses classes) throws IOException {
        Map<String, Integer> lines = linesOfThePicture();
        Set<String> wrong = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (JavaClass from : classes) {
            String user = packageOf(from);
            seen.add(user);
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (to.getPackageName().startsWith(BASE)
                        && !user.equals(packageOf(to))
                        && lines.getOrDefault(user, 0) >= lines.getOrDefault(packageOf(to), 0)) {
                    wrong.add(user + " -> " + packageOf(to) + ": " + from.getSimpleName() + " uses "
                            + to.getSimpleName());
                }
            }
        }
        assertEquals("arrows that do not point down", Set.of(), wrong);
        assertEquals("the packages of the picture", seen, new TreeSet<>(lines.keySet()));
    }

    /** A package that nobody reads in one sitting is two. */
    @ArchTest
    static void noPackageHasMoreThanThirtyFiles(JavaClasses classes) {
        Map<String, Set<String>> files = new TreeMap<>();
        classes.forEach(each -> files.computeIfAbsent(packageOf(each), name -> new TreeSet<>())
                .add(each.getSource().flatMap(Source::getFileName).orElse("")));
        // nobody reads what the build makes
        files.values().forEach(each -> each.remove("HelpMojo.java"));
        files.values().removeIf(each -> each.size() <= MOST_FILES);
        assertEquals(Map.of(), files);
    }

    private static String packageOf(JavaClass each) {
        return each.getPackageName().substring(BASE.length());
    }

    private static Map<String, Integer> linesOfThePicture() throws IOException {
        Path contributing = Path.of(System.getProperty("basedir", "."), "CONTRIBUTING.md");
        List<String> text = Files.readAllLines(contributing);
        int begin = text.indexOf("```layers");
        Map<String, Integer> lines = new TreeMap<>();
        for (int line = begin + 1; !text.get(line).equals("```"); line++) {
            for (String name : text.get(line).trim().split(" +")) {
                lines.put(name, line);
            }
        }
        return lines;
    }

    @ArchTest
    static final ArchRule theConfigLibraryKnowsNoHost = noClasses()
            .that()
            .resideInAPackage("io.github.mmupgrade.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.github.mmupgrade.host..", "io.github.mmupgrade.database..", "io.github.mmupgrade.service..");
}
