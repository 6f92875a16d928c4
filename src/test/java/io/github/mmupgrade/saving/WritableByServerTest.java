package io.github.mmupgrade.saving;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.UserMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Root writes nowhere for the server's user where that user may not write. Takes root. */
public final class WritableByServerTest {

    private static final Owner USER = UserMount.USER;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path base;
    private Path install;

    @Before
    public void make() throws IOException {
        base = folder.getRoot().toPath().toRealPath();
        for (Path above = base;
                !above.equals(Path.of(System.getProperty("java.io.tmpdir")));
                above = above.getParent()) {
            Files.setAttribute(above, "unix:mode", 0755);
        }
        install = Files.createDirectories(base.resolve("mattermost/client")).getParent();
        Files.createDirectory(install.resolve("plugins"));
        give(install);
    }

    private static Path give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", USER.uid(), LinkOption.NOFOLLOW_LINKS);
        return path;
    }

    private void require(String part, Path target) {
        WritableByServer.require(new LocalHost(), new Installation(install, false), USER, Map.of(part, target));
    }

    private void assertRefused(String part, Path target) {
        RefusedException refused = assertThrows(RefusedException.class, () -> require(part, target));
        assertTrue(refused.getMessage(), refused.getMessage().contains("cannot write to " + target));
    }

    @Test
    public void aDirectoryOfTheUsersIsWrittenToThereOrNot() throws IOException {
        Path store = give(Files.createDirectory(base.resolve("store")));
        require("files", store);
        require("files", store.resolve("not-there-yet"));
    }

    @Test
    public void aDirectoryOfRootsIsNotThereOrNot() throws IOException {
        Path ofRoot = Files.createDirectory(base.resolve("of-root"));
        assertRefused("files", ofRoot);
        assertRefused("files", base.resolve("not-there"));
    }

    @Test
    public void aDirectoryOfEverybodysIsNot() throws IOException {
        Path everybodys = Files.createDirectory(base.resolve("tmp"));
        Files.setAttribute(everybodys, "unix:mode", 01777);
        assertRefused("files", everybodys);
    }

    @Test
    public void whatIsInTheInstallationIsItsOwn() {
        require("plugins", install.resolve("plugins"));
        require("client-plugins", install.resolve("client/plugins"));
    }

    @Test
    public void aLinkOutOfTheInstallationIsLookedAtWhereItLeads() throws IOException {
        Path ofRoot = Files.createDirectory(base.resolve("of-root"));
        Path link = Files.createSymbolicLink(install.resolve("client/plugins"), ofRoot);
        assertRefused("client-plugins", link);
        give(ofRoot);
        require("client-plugins", link);
    }

    @Test
    public void aFileSystemThatOnlyTheUserEntersIsTheUsersToWriteTo() throws Exception {
        try (UserMount mount = new UserMount(base.resolve("elsewhere/store"))) {
            require("files", mount.directory());
        }
    }
}
