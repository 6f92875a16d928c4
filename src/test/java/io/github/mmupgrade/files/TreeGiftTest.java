package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public final class TreeGiftTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void givesTheRootOfTheTreeLastAndNobodyEntersBefore() throws IOException {
        Path root = Files.createDirectory(folder.getRoot().toPath().resolve("next"));
        Path file = Files.writeString(Files.createDirectory(root.resolve("bin")).resolve("mattermost"), "program");
        Path outside = Files.writeString(folder.getRoot().toPath().resolve("outside"), "secret");
        Files.createSymbolicLink(root.resolve("link"), outside);
        FileStat before = FileStat.of(outside);
        FileStat self = FileStat.of(root);
        boolean mayGive = self.uid() == 0;
        Owner owner = mayGive ? new Owner(54321, 54322) : new Owner(self.uid(), self.gid());
        Path bin = file.getParent();

        TreeGift.give(root, owner, entry -> entry.equals(root) ? OptionalInt.of(0750) : OptionalInt.empty(), tree -> {
            assertEquals(0700, FileStat.of(root).mode());
            assertEquals(owner.uid(), FileStat.of(file).uid());
            assertEquals(self.uid(), FileStat.of(bin).uid());
        });

        for (Path given : new Path[] {root, bin, file, root.resolve("link")}) {
            assertEquals(given.toString(), owner.uid(), FileStat.of(given).uid());
            assertEquals(given.toString(), owner.gid(), FileStat.of(given).gid());
        }
        assertEquals(0750, FileStat.of(root).mode());
        assertNotEquals(0700, FileStat.of(root).mode());
        assertEquals(before, FileStat.of(outside));
    }
}
