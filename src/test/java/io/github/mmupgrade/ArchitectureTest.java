package io.github.mmupgrade;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchUnitRunner;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.runner.RunWith;

/** Holds the one way from {@code maven} inward. */
@RunWith(ArchUnitRunner.class)
@AnalyzeClasses(packages = "io.github.mmupgrade", importOptions = ImportOption.DoNotIncludeTests.class)
public class ArchitectureTest {

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

    @ArchTest
    static final ArchRule dependenciesPointInward = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("maven")
            .definedBy("io.github.mmupgrade.maven..")
            .layer("rehearsal")
            .definedBy("io.github.mmupgrade.rehearsal..")
            .layer("upgrade")
            .definedBy("io.github.mmupgrade.upgrade..")
            .layer("domain")
            .definedBy(
                    "io.github.mmupgrade.release..",
                    "io.github.mmupgrade.installation..",
                    "io.github.mmupgrade.service..",
                    "io.github.mmupgrade.database..",
                    "io.github.mmupgrade.backup..",
                    "io.github.mmupgrade.migration..",
                    "io.github.mmupgrade.config..")
            .layer("base")
            .definedBy("io.github.mmupgrade.host..", "io.github.mmupgrade.files..")
            .layer("report")
            .definedBy("io.github.mmupgrade.report..")
            .whereLayer("maven")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("rehearsal")
            .mayOnlyBeAccessedByLayers("maven")
            .whereLayer("upgrade")
            .mayOnlyBeAccessedByLayers("maven", "rehearsal")
            .whereLayer("domain")
            .mayOnlyBeAccessedByLayers("maven", "rehearsal", "upgrade")
            .whereLayer("base")
            .mayOnlyBeAccessedByLayers("maven", "rehearsal", "upgrade", "domain");

    @ArchTest
    static final ArchRule theConfigLibraryKnowsNoHost = noClasses()
            .that()
            .resideInAPackage("io.github.mmupgrade.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.github.mmupgrade.host..", "io.github.mmupgrade.database..", "io.github.mmupgrade.service..");
}
