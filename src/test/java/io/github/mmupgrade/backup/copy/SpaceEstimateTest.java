package io.github.mmupgrade.backup.copy;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.BackupTest;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SpaceEstimateTest {

    private static final long GIGABYTE = 1_000_000_000;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;

    @Before
    public void prepare() throws IOException {
        fixture = new BackupFixture(folder.getRoot().toPath());
        Files.write(fixture.store.resolve("big"), new byte[1_000_000]);
        Files.write(fixture.store.resolve("small"), new byte[10]);
    }

    @Test
    public void reckonsWhatAFirstBackupNeeds() {
        SpaceEstimate survey = fixture.directory.survey(fixture.sources(), 5_000_000);

        assertEquals(3, survey.files());
        assertEquals(3, survey.newFiles());
        assertTrue(survey.toString(), survey.neededBytes() > 6_000_000 && survey.neededBytes() < 6_300_000);
        survey.requirePossible();
    }

    @Test
    public void countsOnlyWhatIsNewSinceThePreviousBackup() throws Exception {
        BackupFixture.settle();
        fixture.backUp();
        Files.write(fixture.store.resolve("new"), new byte[200_000]);
        SpaceEstimate survey = fixture.directory.survey(fixture.sources(), 0);

        assertEquals(4, survey.files());
        assertEquals(1, survey.newFiles());
        assertTrue(survey.toString(), survey.neededBytes() > 200_000 && survey.neededBytes() < 300_000);
    }

    @Test
    public void refusesWhenTheDiskHasNoRoom() throws IOException {
        SpaceEstimate survey = survey(path -> true, new DiskSpace(1000, OptionalLong.empty()));

        RefusedException refused = assertThrows(RefusedException.class, survey::requirePossible);
        assertTrue(refused.getMessage(), refused.getMessage().contains(fixture.backups.toString()));
        assertEquals("prune-backups", refused.hint().goal());
    }

    @Test
    public void refusesWhenTheInodesRunOut() throws IOException {
        SpaceEstimate survey = survey(path -> true, new DiskSpace(GIGABYTE, OptionalLong.of(3)));

        assertTrue(assertThrows(RefusedException.class, survey::requirePossible)
                .getMessage()
                .contains("inodes"));
    }

    @Test
    public void namesWhatCantBeRead() throws IOException {
        SpaceEstimate survey = survey(path -> !path.endsWith("small"), new DiskSpace(GIGABYTE, OptionalLong.empty()));

        assertTrue(assertThrows(RefusedException.class, survey::requirePossible)
                .getMessage()
                .contains(fixture.store.resolve("small").toString()));
    }

    @Test
    public void doesNotTellRootToBecomeRoot() {
        assertFalse(Unreadable.hint(0, null).text().contains("as root"));
        assertTrue(Unreadable.hint(1000, null).text().contains("as root"));
    }

    @Test
    public void namesWhatWillBeLeftOut() throws IOException {
        BackupTest.run("mkfifo", fixture.store.resolve("pipe").toString());
        SpaceEstimate survey = fixture.directory.survey(fixture.sources(), 0);

        assertEquals(List.of(fixture.store.resolve("pipe").toString()), survey.leftOut());
        survey.requirePossible();
    }

    @Test
    public void asksTheFileSystemForItsInodes() throws IOException {
        DiskSpace space = DiskSpace.of(new LocalHost(), fixture.backups.resolve("not/there/yet"));

        assertTrue(space.bytes() > 0);
        assertTrue(space.inodes().isEmpty() || space.inodes().getAsLong() > 0);
    }

    private SpaceEstimate survey(java.util.function.Predicate<Path> readable, DiskSpace space) throws IOException {
        try (Trees trees = new Trees()) {
            return new SpaceEstimator(
                            Optional.empty(),
                            trees,
                            visit -> readable.test(visit.path()),
                            Unreadable.by(new LocalHost(), null))
                    .survey(fixture.sources(), 0, fixture.backups, space);
        }
    }
}
