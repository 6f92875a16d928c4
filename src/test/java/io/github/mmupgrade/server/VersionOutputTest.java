package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.service.ServiceFixture;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;

public class VersionOutputTest {

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Test
    public void takesTheBuildNumberForTheRelease() {
        VersionOutput answer = VersionOutput.parse("""
                {"level":"info","ts":1,"msg":"Version: 9.9.9"}
                Version: 5.25.0
                {"level":"info","msg":"Pinging SQL master database"}
                Build Number: 5.25.6
                Build Date: Mon Nov 23 01:55:07 UTC 2026
                Build Hash: cd38d63b
                Build Enterprise Ready: false
                DB Version: 5.25.0
                """, "");
        assertEquals(Optional.of(Version.of(5, 25, 6)), answer.release());
        assertTrue(answer.exact());
        assertEquals(Optional.of(Version.of(5, 25, 0)), answer.schema());
        assertEquals(Optional.of(Edition.TEAM), answer.edition());
        assertEquals(Optional.of("cd38d63b"), answer.buildHash());
    }

    @Test
    public void readsTheFirstReleasesFromStandardError() {
        VersionOutput answer = VersionOutput.parse(
                "", "[2015/12/01] [INFO] Loaded\nVersion: 1.3.0\nBuild Number: 1.3.0\nBuild Date: x\nBuild Hash: y\n");
        assertEquals(Optional.of(Version.of(1, 3, 0)), answer.release());
        assertEquals(Optional.empty(), answer.edition());
        assertEquals(Optional.empty(), answer.schema());
    }

    @Test
    public void fallsBackToTheVersionWhereTheBuildNumberIsAnotherOne() {
        VersionOutput answer =
                VersionOutput.parse("Version: 9.5.1\nBuild Number: 8118149410\nBuild Enterprise Ready: true\n", "");
        assertEquals(Optional.of(Version.of(9, 5, 1)), answer.release());
        assertFalse(answer.exact());
        assertEquals(Optional.of(Edition.ENTERPRISE), answer.edition());
    }

    @Test
    public void doesNotTouchTheDatabaseWhenToldNotTo() throws Exception {
        fixture.program(
                "echo \"$*\" >> asked; [ \"$2\" = --skip-server-start ] || { echo migrated > database; exit 1; }"
                        + "\necho 'unknown flag: --skip-server-start' >&2; exit 1");
        assertEquals(Optional.empty(), asked().withoutDatabase(List.of()));
        assertEquals(
                "version --skip-server-start\n",
                Files.readString(fixture.installation().resolve("asked")));
        assertFalse(Files.exists(fixture.installation().resolve("database")));
    }

    @Test
    public void asksOldProgramsInTheWayTheyKnow() throws Exception {
        fixture.program(
                "[ \"$1\" = -version ] || exit 1\nprintf 'Version: %s\\nBuild Number: %s\\n' 1.4.0 \"$MM_X\" >&2");
        assertEquals(
                Optional.of(Version.of(1, 4, 0)),
                asked().migratingDatabase(List.of()).release());
    }

    @Test
    public void refusesWhenTheProgramDoesNotTell() throws Exception {
        fixture.program("exit 102");
        RefusedException e = assertThrows(RefusedException.class, () -> asked().migratingDatabase(List.of()));
        assertTrue(e.getMessage(), e.getMessage().contains("102"));
    }

    private BinaryVersion asked() {
        return new BinaryVersion(
                fixture.host(), fixture.installation(), fixture.host().self(), Map.of("MM_X", "1.4.0"));
    }
}
