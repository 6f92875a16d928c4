package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

        TreeGift.give(
                root, self, owner, entry -> entry.equals(root) ? OptionalInt.of(0750) : OptionalInt.empty(), tree -> {
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

    /** Whoever owns the place may rename what is in it: another directory of ours must not be given away for it. */
    @Test
    public void givesNoOtherDirectoryAwayThatWasPutInItsPlace() throws IOException {
        Path base = folder.getRoot().toPath().toRealPath();
        Path root = Files.createDirectory(base.resolve("next"));
        Files.writeString(Files.createDirectory(root.resolve("config")).resolve("file"), "released");
        Path other = Files.createDirectory(base.resolve("private"));
        Path secret =
                Files.writeString(Files.createDirectory(other.resolve("config")).resolve("file"), "secret");
        FileStat made = FileStat.of(root);
        FileStat before = FileStat.of(secret);
        Owner owner = new Owner(made.uid() == 0 ? 54321 : made.uid(), made.uid() == 0 ? 54322 : made.gid());
        AtomicBoolean done = new AtomicBoolean();
        SecureTree attacked = new SecureTree(path -> {
            if (path.equals(root.resolve("config/file")) && done.compareAndSet(false, true)) {
                exchange(root, other);
            }
        });

        FileSystemException refused = assertThrows(
                FileSystemException.class,
                () -> TreeGift.give(root, made, owner, entry -> OptionalInt.of(0777), tree -> {}, attacked));

        assertTrue(refused.getMessage(), refused.getMessage().contains("It was replaced"));
        assertEquals(before, FileStat.of(root.resolve("config/file")));
        assertThrows(
                FileSystemException.class,
                () -> TreeGift.give(root, made, owner, entry -> OptionalInt.of(0777), tree -> {}));
        assertEquals(before, FileStat.of(root.resolve("config/file")));
    }

    @Test
    public void aNewDirectoryIsGivenAwayAndNoOtherInItsPlace() throws IOException {
        Path base = folder.getRoot().toPath().toRealPath();
        FileStat self = FileStat.of(base);
        int uid = self.uid() == 0 ? 54321 : self.uid();
        FileStat model = self.with(0750, uid, self.gid());
        Path fresh = base.resolve("fresh");
        TreeGift.createDirectory(fresh, model);
        assertEquals(0750, FileStat.of(fresh).mode());
        assertEquals(uid, FileStat.of(fresh).uid());

        int refusals = 0;
        for (int moment = 1; moment <= 3; moment++) {
            Path directory = base.resolve("previous" + moment);
            Path other = Files.createDirectory(base.resolve("private" + moment));
            Files.writeString(other.resolve("file"), "secret");
            Files.setAttribute(other, "unix:mode", 0700);
            AtomicInteger left = new AtomicInteger(moment);
            SecureTree attacked = new SecureTree(path -> {
                if (Files.exists(directory) && left.decrementAndGet() == 0) {
                    exchange(directory, other);
                }
            });
            try {
                TreeGift.createDirectory(directory, model, attacked);
            } catch (FileSystemException e) {
                refusals++;
            }
            Path kept = Files.exists(other) ? other : directory;
            assertEquals(0700, FileStat.of(kept).mode());
            assertEquals(self.uid(), FileStat.of(kept).uid());
            TreeDelete.delete(base.resolve("moved-away"));
        }
        assertTrue("refusals: " + refusals, refusals > 0);
    }

    private static void exchange(Path root, Path other) {
        try {
            Files.move(root, root.resolveSibling("moved-away"));
            Files.move(other, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
