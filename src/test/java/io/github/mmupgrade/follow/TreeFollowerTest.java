package io.github.mmupgrade.follow;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.RawName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Where the kernel tells nothing, every test here expects to be told so. */
public class TreeFollowerTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path tree;
    private Path ours;

    @Before
    public void prepare() throws IOException {
        tree = folder.newFolder("tree").toPath().toRealPath();
        ours = folder.newFolder("ours").toPath().toRealPath();
    }

    @Test
    public void tellsWhatHappenedInTheTreesAndNothingElse() throws Exception {
        Files.writeString(tree.resolve("old"), "old");
        Map<String, Followed.Kind> entries = entriesAfter(() -> {
            Files.writeString(tree.resolve("old"), "new");
            Files.createDirectory(tree.resolve("directory"));
            Files.writeString(ours.resolve("ours"), "ours");
            Files.writeString(folder.newFile("outside").toPath(), "outside");
        });

        assertTold(
                Map.of(
                        raw(tree), Followed.Kind.CHANGED,
                        raw(tree.resolve("old")), Followed.Kind.CHANGED,
                        raw(tree.resolve("directory")), Followed.Kind.EXCHANGED),
                entries);
    }

    @Test
    public void saysWhenEventsWereLost() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        assertFails("events were lost", true, () -> await(done), () -> {
            // the kernel keeps 16,384 (fs.fanotify.max_queued_events)
            for (int i = 0; i < 20_000; i++) {
                Files.createDirectory(tree.resolve("directory" + i));
            }
            done.countDown();
        });
    }

    @Test
    public void saysWhenItsReaderHasDied() throws Exception {
        assertFails(
                "could not be read",
                false,
                () -> {
                    throw new OutOfMemoryError("for a test");
                },
                () -> {
                    Files.writeString(tree.resolve("file"), "x");
                    Thread.sleep(300);
                });
    }

    @Test
    public void tellsOnlyOnce() throws Exception {
        if (follows()) {
            try (TreeFollower follower = TreeFollower.start(List.of(tree), ours)) {
                follower.stop();
                assertThrows(CannotFollowException.class, follower::stop);
            }
        } else {
            assertThrows(CannotFollowException.class, () -> TreeFollower.start(List.of(tree), ours));
        }
    }

    @Test
    public void trustsNoFileSystemThatOthersWriteTo() throws Exception {
        for (String type : List.of("nfs", "nfs4", "cifs", "fuse.sshfs", "ceph", "gfs2", "ocfs2", "9p", "btrfs")) {
            String why = whyNot("1 0 0:9 / / rw - " + type + " host:/x rw\n");
            assertTrue(why, why.contains(type));
        }
    }

    @Test
    public void trustsNoFileSystemInATreeThatOthersWriteTo() throws Exception {
        String why = whyNot("1 0 0:9 / / rw - nfs host:/x rw\n" + "2 1 0:10 / " + tree + " rw - ext4 /dev/x rw\n"
                + "3 2 0:11 / " + tree + "/in\\040it rw shared:7 - nfs host:/x rw\n");
        assertTrue(why, why.contains("nfs") || !follows());
    }

    @Test
    public void doesNotFollowWhatAnOverlayWritesTo() throws Exception {
        String why = whyNot(
                "1 0 0:9 / / rw - ext4 /dev/x rw\n2 1 0:8 / /merged rw - overlay overlay rw,lowerdir=/l,upperdir="
                        + tree + ",workdir=/w\n");
        assertTrue(why, why.contains("/merged"));
    }

    private String whyNot(String mountinfo) throws IOException {
        Path file = Files.writeString(folder.newFile().toPath(), mountinfo);
        return assertThrows(
                        CannotFollowException.class,
                        () -> TreeFollower.start(
                                List.of(tree), ours, new TreeFollower.Surroundings(file, false, () -> {})))
                .getMessage();
    }

    private interface Act {
        void run() throws Exception;
    }

    private boolean follows() {
        try (TreeFollower follower = TreeFollower.start(List.of(tree), ours)) {
            follower.stop();
            return true;
        } catch (CannotFollowException e) {
            System.out.println("Not followed here, because " + e.getMessage());
            return false;
        }
    }

    private Map<String, Followed.Kind> entriesAfter(Act act) throws Exception {
        if (!follows()) {
            act.run();
            return null;
        }
        try (TreeFollower follower = TreeFollower.start(List.of(tree), ours)) {
            act.run();
            return follower.stop().entries();
        }
    }

    private void assertTold(Map<String, Followed.Kind> wanted, Map<String, Followed.Kind> told) {
        if (told != null) {
            assertEquals(wanted, told);
        } else {
            assertThrows(CannotFollowException.class, () -> TreeFollower.start(List.of(tree), ours));
        }
    }

    private void assertFails(String why, boolean bounded, Runnable beforeReading, Act act) throws Exception {
        var surroundings = new TreeFollower.Surroundings(Path.of("/proc/self/mountinfo"), bounded, beforeReading);
        if (!follows()) {
            assertThrows(CannotFollowException.class, () -> TreeFollower.start(List.of(tree), ours, surroundings));
            return;
        }
        try (TreeFollower follower = TreeFollower.start(List.of(tree), ours, surroundings)) {
            act.run();
            String said =
                    assertThrows(CannotFollowException.class, follower::stop).getMessage();
            assertTrue(said, said.contains(why));
        }
    }

    private static void await(CountDownLatch done) {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String raw(Path path) {
        return RawName.ofWhole(path);
    }
}
