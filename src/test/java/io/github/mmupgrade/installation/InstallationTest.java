package io.github.mmupgrade.installation;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class InstallationTest {

    private static final Owner USER = new Owner(54321, 54321);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static void give(Path... entries) throws IOException {
        for (Path entry : entries) {
            Files.setAttribute(entry, "unix:uid", USER.uid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(entry, "unix:gid", USER.gid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** What the owner is, root runs and writes for: the owner must not be able to name root. */
    @Test
    public void aProgramOfRootsInAUsersDirectoryIsTheUsers() throws IOException {
        Path directory = folder.getRoot().toPath().toRealPath();
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Files.createDirectory(directory.resolve("config"));
        Path program = Files.writeString(bin.resolve("mattermost"), "#!/bin/sh\n");
        Installation installation = new Installation(directory, false);
        FileStat self = FileStat.of(program);
        assertEquals(new Owner(self.uid(), self.gid()), installation.owner());
        if (new LocalHost().self().uid() != 0) {
            return; // can give nothing away
        }
        give(bin);
        assertEquals(USER, installation.owner());
        Files.delete(program);
        Files.createSymbolicLink(program, Path.of("/bin/sh"));
        assertEquals(USER, installation.owner());
        give(program);
        Files.setAttribute(bin, "unix:uid", 0);
        assertEquals("the link is the user's", USER, installation.owner());
        for (Path root : List.of(program, bin)) {
            Files.setAttribute(root, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
        }
        give(directory);
        assertEquals("who has the directory may exchange bin", USER, installation.owner());
    }
}
