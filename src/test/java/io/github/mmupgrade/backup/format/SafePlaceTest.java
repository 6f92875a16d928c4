package io.github.mmupgrade.backup.format;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SafePlaceTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final SafePlace place = new SafePlace(new LocalHost().self(), new Users(new LocalHost()));
    private Path base;

    @Before
    public void prepare() throws IOException {
        base = folder.getRoot().toPath().toRealPath();
    }

    @Test
    public void makesWhatIsMissingForItsOwnerAlone() throws IOException {
        place.make(base.resolve("a/b"));

        assertEquals(0700, FileStat.of(base.resolve("a")).mode());
        assertEquals(0700, FileStat.of(base.resolve("a/b")).mode());
    }

    @Test
    public void refusesAPlaceInTheInstallation() throws IOException {
        Path installation = Files.createDirectories(base.resolve("mattermost"));
        refuseInside(installation.resolve("backups"), installation);
        refuseInside(base.resolve("other/../mattermost/backups"), installation);
        assertFalse(Files.exists(installation.resolve("backups")));
    }

    @Test
    public void refusesAPlaceInTheFileStoreThroughALink() throws IOException {
        Path store = Files.createDirectories(base.resolve("store"));
        Files.createSymbolicLink(base.resolve("backups"), store.resolve("inside"));
        refuseInside(base.resolve("backups/mattermost"), store);
        Files.createSymbolicLink(base.resolve("data"), store);
        refuseInside(store.resolve("backups"), base.resolve("data"));
    }

    @Test
    public void allowsAPlaceBesideTheInstallation() throws IOException {
        Path installation = Files.createDirectories(base.resolve("mattermost"));
        place.refuseInside(base.resolve("mattermost-backups"), List.of(installation));
    }

    @Test
    public void refusesADirectoryThatOthersMayWriteTo() throws IOException {
        Path open = Files.createDirectory(base.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThrows(RefusedException.class, () -> place.make(open));
        assertThrows(RefusedException.class, () -> place.make(open.resolve("below")));
        assertFalse(Files.exists(open.resolve("below")));
    }

    @Test
    public void refusesALinkThatLeadsThroughADirectoryThatOthersMayWriteTo() throws IOException {
        Path open = Files.createDirectory(base.resolve("open"));
        Files.createDirectory(open.resolve("target"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(base.resolve("link"), open.resolve("target"));

        assertThrows(RefusedException.class, () -> place.make(link.resolve("backups")));
        assertFalse(Files.exists(open.resolve("target/backups")));
    }

    @Test
    public void followsALinkOfOurOwn() throws IOException {
        Path target = Files.createDirectory(base.resolve("target"));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        Path link = Files.createSymbolicLink(base.resolve("link"), Path.of("target"));
        place.make(link.resolve("backups"));

        assertTrue(Files.isDirectory(target.resolve("backups"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    public void refusesADirectoryOfSomebodyElse() {
        Owner other = new Owner(new LocalHost().self().uid() + 4711, 0);
        SafePlace theirs = new SafePlace(other, new Users(new LocalHost()));

        RefusedException refused = assertThrows(RefusedException.class, () -> theirs.make(base));
        assertTrue(refused.getMessage(), refused.getMessage().contains(base.toString()));
        String me = new Users(new LocalHost()).user(new LocalHost().self().uid());
        assertTrue(
                refused.getMessage(),
                refused.getMessage().contains("belongs to user " + me + ", not to user " + other.uid()));
    }

    @Test
    public void refusesAFileInThePlaceOfTheDirectory() throws IOException {
        Path file = Files.createFile(base.resolve("file"));

        assertThrows(RefusedException.class, () -> place.make(file));
        assertThrows(RefusedException.class, () -> place.make(file.resolve("below")));
    }

    /** What root reads there, such as a journal, tells it what to rename. */
    @Test
    public void rootUsesNoDirectoryThatSomebodyElseCouldExchange() throws IOException {
        Path theirs = Files.createDirectory(base.resolve("theirs"));
        Path state = Files.createDirectory(theirs.resolve("state"));
        place.requireSafe(state, "state directory", "mattermost.stateDirectory");
        boolean root = FileStat.of(theirs).uid() == 0;
        if (root) {
            Files.setAttribute(theirs, "unix:uid", 54321);
            for (Path directory : List.of(theirs, state, theirs.resolve("new"))) {
                RefusedException refused = assertThrows(
                        RefusedException.class,
                        () -> place.requireSafe(directory, "state directory", "mattermost.stateDirectory"));
                assertTrue(refused.getMessage(), refused.getMessage().contains(theirs + " belongs to user 54321"));
                assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.stateDirectory"));
            }
        }
    }

    private void refuseInside(Path directory, Path origin) {
        RefusedException refused =
                assertThrows(RefusedException.class, () -> place.refuseInside(directory, List.of(origin)));
        assertTrue(refused.getMessage(), refused.getMessage().contains(origin.toString()));
    }
}
