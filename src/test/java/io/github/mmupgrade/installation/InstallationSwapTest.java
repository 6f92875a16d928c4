package io.github.mmupgrade.installation;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class InstallationSwapTest {

    private static final Mounts NONE = new Mounts(Set.of());

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path opt;
    private Path root;
    private Path next;
    private Path previous;
    private Installation installation;
    private InstallationSwap swap;
    private SwapPreparation preparation;

    @Before
    public void lay() throws IOException {
        opt = folder.getRoot().toPath().toRealPath();
        root = opt.resolve("mattermost");
        write(root, "bin/mattermost", "old");
        write(root, "client/root.html", "old");
        write(root, "client/main.0123.js", "old");
        write(root, "client/branding/logo.png", "mine");
        write(root, "client/plugins/p/x.js", "plugin");
        write(root, "config/config.json", "{\"old\":1}");
        write(root, "config/ca.pem", "cert");
        write(root, "data/f", "upload");
        write(root, "i18n/en.json", "old");
        write(root, "logs/mattermost.log", "log");
        write(root, "templates/t.html", "old");
        write(root, "certificates/key.pem", "mine");
        write(root, "README.md", "old");
        installation = Installation.open(root, NONE);
        next = installation.nextDirectory("5.37.10");
        previous = installation.previousDirectory("5.25.7");
        write(next, "bin/mattermost", "new");
        write(next, "bin/mmctl", "new");
        write(next, "client/root.html", "new");
        write(next, "client/main.4567.js", "new");
        write(next, "config/config.json", "{\"new\":1}");
        write(next, "config/README.md", "new");
        write(next, "data/.keep", "new");
        write(next, "i18n/en.json", "new");
        write(next, "logs/.keep", "new");
        write(next, "prepackaged_plugins/p.tar.gz", "new");
        write(next, "README.md", "new");
        swap = new InstallationSwap(installation);
        preparation = new SwapPreparation(installation);
    }

    @Test
    public void putsTheNewReleaseInAndKeepsWhatIsNotTheVendors() throws IOException {
        SwapPlan plan = plan();
        swap.carryOut(plan, new Recorder());
        assertEquals("new", read("bin/mattermost"));
        assertEquals("new", read("client/root.html"));
        assertEquals("new", read("client/main.4567.js"));
        assertFalse(Files.exists(root.resolve("client/main.0123.js")));
        assertEquals("mine", read("client/branding/logo.png"));
        assertEquals("plugin", read("client/plugins/p/x.js"));
        assertEquals("{\"old\":1}", read("config/config.json"));
        assertEquals("new", read("config/README.md"));
        assertEquals("cert", read("config/ca.pem"));
        assertEquals("upload", read("data/f"));
        assertFalse(Files.exists(root.resolve("data/.keep")));
        assertEquals("mine", read("certificates/key.pem"));
        assertFalse("gone from the new release", Files.exists(root.resolve("templates")));
        assertEquals("old", Files.readString(previous.resolve("templates/t.html")));
        assertEquals(List.of("certificates", "client/branding"), plan.kept());
        assertEquals(InstallationSwap.State.DONE, swap.state(plan));
    }

    @Test
    public void takesItselfBackToTheLastByte() throws IOException {
        Map<String, String> before = tree(opt);
        SwapPlan plan = plan();
        swap.carryOut(plan, new Recorder());
        swap.takeBack(plan, new Recorder());
        assertEquals(before, tree(opt));
        assertEquals(InstallationSwap.State.UNTOUCHED, swap.state(plan));
    }

    @Test
    public void brokenOffAnywhereItIsFinishedOrTakenBackByOneCallAndNeverStartable() throws IOException {
        Map<String, String> before = tree(opt);
        SwapPlan first = plan();
        Recorder whole = new Recorder();
        swap.carryOut(first, whole);
        final Map<String, String> after = tree(opt);
        swap.takeBack(first, new Recorder());
        for (int stop = 0; stop < whole.calls.size(); stop++) {
            SwapPlan plan = plan();
            breakOff(plan, stop);
            boolean half = swap.state(plan) == InstallationSwap.State.HALF_DONE;
            assertEquals("startable only when whole, broken at " + stop, !half, Files.exists(root.resolve("bin")));
            swap.carryOut(plan, new Recorder());
            assertEquals("finished after a break at " + stop, after, tree(opt));
            swap.takeBack(plan, new Recorder());

            breakOff(plan, stop);
            swap.takeBack(plan, new Recorder());
            assertEquals("taken back after a break at " + stop, before, tree(opt));
        }
    }

    private void breakOff(SwapPlan plan, int stop) {
        int[] left = {stop};
        InstallationSwap.Listener breaker = new InstallationSwap.Listener() {
            @Override
            public void before(Rename rename) {
                if (left[0]-- == 0) {
                    throw new IllegalStateException("killed");
                }
            }

            @Override
            public void after(Rename rename) {
                before(rename);
            }
        };
        assertThrows(IllegalStateException.class, () -> swap.carryOut(plan, breaker));
    }

    @Test
    public void anEntryOfTheNewReleaseThatSomebodyRemovedIsNoObstacleToTheWayBack() throws IOException {
        Map<String, String> before = tree(root);
        SwapPlan plan = plan();
        swap.carryOut(plan, new Recorder());
        Files.delete(root.resolve("prepackaged_plugins/p.tar.gz"));
        Files.delete(root.resolve("prepackaged_plugins"));
        Files.delete(root.resolve("README.md"));

        swap.takeBack(plan, new Recorder());

        assertEquals(before, tree(root));
    }

    @Test
    public void aNewReleaseThatSomebodyRemovedIsNotInstalledAndTheOldOneStays() throws IOException {
        Map<String, String> before = tree(root);
        SwapPlan plan = plan();
        TreeDelete.delete(next);

        StageFailedException e = assertThrows(StageFailedException.class, () -> swap.carryOut(plan, new Recorder()));

        assertTrue(e.getMessage(), e.getMessage().contains("not there in whole"));
        assertEquals(before, tree(root));
        swap.takeBack(plan, new Recorder());
        assertEquals(before, tree(root));
    }

    @Test
    public void binLeavesFirstAndArrivesLast() {
        List<SwapPlan.Move> moves = plan().moves();
        assertEquals(root.resolve("bin"), moves.get(0).rename().from());
        assertEquals(root.resolve("bin"), moves.get(moves.size() - 1).rename().to());
    }

    @Test
    public void refusesAMountPointAmongTheEntriesToRename() throws IOException {
        Map<String, String> before = tree(opt);
        Mounts mounts = new Mounts(Set.of(root.resolve("i18n")));
        RefusedException e =
                assertThrows(RefusedException.class, () -> swap.plan(next, previous, ShippedEntries.known(), mounts));
        assertTrue(e.getMessage(), e.getMessage().contains(root.resolve("i18n").toString()));
        assertEquals(before, tree(opt));
    }

    @Test
    public void leavesLinksAndMountPointsOfTheAdministratorAlone() throws IOException {
        Path elsewhere = folder.newFolder("elsewhere").toPath();
        write(elsewhere, "f", "upload");
        Files.delete(root.resolve("data/f"));
        Files.delete(root.resolve("data"));
        Files.createSymbolicLink(root.resolve("data"), elsewhere);
        Mounts mounts = new Mounts(Set.of(root.resolve("logs"), root.resolve("certificates")));
        SwapPlan plan = swap.plan(next, previous, ShippedEntries.known(), mounts);
        swap.carryOut(plan, new Recorder());
        assertTrue(Files.isSymbolicLink(root.resolve("data")));
        assertEquals("upload", read("data/f"));
        assertEquals("log", read("logs/mattermost.log"));
    }

    @Test
    public void aLinkThatTheServersUserPutsInThePlaceOfClientLeadsNoRenameElsewhere() throws IOException {
        SwapPlan plan = plan();
        Path elsewhere = folder.newFolder("elsewhere").toPath();
        write(elsewhere, "root.html", "root's");
        for (Path path : List.of(root, next)) {
            Files.setAttribute(path, "unix:uid", 54321);
        }
        Files.move(root.resolve("client"), root.resolve("moved"));
        Path link = Files.createSymbolicLink(root.resolve("client"), elsewhere);
        Files.setAttribute(link, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);

        assertThrows(RefusedException.class, () -> preparation.tryRenames(next, previous));
        assertThrows(StageFailedException.class, () -> swap.carryOut(plan, new Recorder()));
        assertEquals(Map.of("", "/", "root.html", "root's"), tree(elsewhere));
    }

    @Test
    public void aCustomEntryInTheWayOfTheNewReleaseIsSetAsideAndNamed() throws IOException {
        write(root, "webtools/mine", "mine");
        write(next, "webtools/theirs", "new");
        SwapPlan plan = plan();
        swap.carryOut(plan, new Recorder());
        assertEquals(List.of("webtools"), plan.displaced());
        assertEquals("mine", Files.readString(previous.resolve("webtools/mine")));
        assertEquals("new", read("webtools/theirs"));
    }

    @Test
    public void aListOfTheOldReleaseTellsTheVendorsFromTheAdministrators() throws IOException {
        write(root, "client/extra.js", "mine");
        SwapPlan plan = swap.plan(
                next,
                previous,
                ShippedEntries.of(Set.of("bin", "client", "i18n", "README.md"), Set.of("root.html", "main.0123.js")),
                NONE);
        swap.carryOut(plan, new Recorder());
        assertEquals("mine", read("client/extra.js"));
        assertEquals("old", read("templates/t.html"));
    }

    @Test
    public void neverOverwritesWhatSomebodyPutThere() throws IOException {
        SwapPlan plan = plan();
        write(root, "prepackaged_plugins/stranger", "mine");
        StageFailedException e = assertThrows(StageFailedException.class, () -> swap.carryOut(plan, new Recorder()));
        assertTrue(e.getMessage(), e.getMessage().contains("prepackaged_plugins"));
        assertEquals("mine", read("prepackaged_plugins/stranger"));
        swap.takeBack(plan, new Recorder());
        assertEquals("old", read("bin/mattermost"));
    }

    @Test
    public void theTrialLeavesNothingBehind() throws IOException {
        Map<String, String> before = tree(opt);
        preparation.tryRenames(next, previous);
        assertEquals(before, tree(opt));
    }

    @Test
    public void theTrialRefusesAnotherFileSystem() throws IOException {
        // the tests may work in memory themselves
        Path memory = Path.of("/dev/shm");
        boolean inMemory = Files.getFileStore(next).equals(Files.getFileStore(memory));
        Path elsewhere = Files.createTempDirectory(inMemory ? Path.of("target").toAbsolutePath() : memory, "previous");
        try {
            RefusedException e = assertThrows(RefusedException.class, () -> preparation.tryRenames(next, elsewhere));
            assertTrue(e.getMessage(), e.getMessage().contains("cannot be renamed"));
            assertEquals(List.of(), List.of(elsewhere.toFile().list()));
        } finally {
            Files.delete(elsewhere);
        }
    }

    @Test
    public void whatAKilledTrialLeftIsInstalledByNobodyAndRemoved() throws IOException {
        Map<String, String> before = tree(opt);
        for (Path left : List.of(next, previous, root, root.resolve("client"))) {
            Files.createDirectories(left);
            Files.createFile(left.resolve(".trial-rename-4711"));
        }
        SwapPlan plan = swap.plan(next, opt.resolve("mattermost.previous-again"), ShippedEntries.known(), NONE);
        assertFalse(plan.toString(), plan.toString().contains(".trial"));
        preparation.removeLeftovers();
        Files.delete(previous);
        assertEquals(before, tree(opt));
    }

    @Test
    public void roomForTheWayBackIsNoPartOfTheRelease() throws IOException {
        Map<String, String> before = tree(opt);
        SwapPreparation.keepRoom(next);
        assertFalse(plan().toString(), plan().toString().contains("room-for-the-way-back"));
        SwapPreparation.giveRoomFree(next);
        assertEquals(before, tree(opt));
    }

    /** The unpacked release is the server's user's by then, and perhaps its name, too. */
    @Test
    public void roomForTheWayBackIsMadeBehindNoLink() throws IOException {
        Path outside = Files.createDirectory(opt.resolve("outside"));
        Path large = Files.write(outside.resolve("large"), new byte[1 << 20]);
        Path room = next.resolve(".room-for-the-way-back");
        Files.createSymbolicLink(room, large);
        SwapPreparation.keepRoom(next);
        assertTrue(Files.isRegularFile(room, LinkOption.NOFOLLOW_LINKS));
        SwapPreparation.giveRoomFree(next);
        assertTrue(Files.exists(large));
        Files.move(next, next.resolveSibling("moved-away"));
        Files.createSymbolicLink(next, outside);
        if (FileStat.of(next).uid() == 0) {
            Files.setAttribute(next, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
            assertThrows(RefusedException.class, () -> SwapPreparation.keepRoom(next));
            assertFalse(Files.exists(outside.resolve(".room-for-the-way-back")));
        }
    }

    private SwapPlan plan() {
        return swap.plan(next, previous, ShippedEntries.known(), NONE);
    }

    private String read(String entry) throws IOException {
        return Files.readString(root.resolve(entry));
    }

    private static void write(Path directory, String entry, String text) throws IOException {
        Path file = directory.resolve(entry);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Map<String, String> tree(Path top) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (var walk = Files.walk(top)) {
            for (Path path : walk.toList()) {
                String content = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readString(path) : "/";
                found.put(top.relativize(path).toString(), content);
            }
        }
        return found;
    }

    private static final class Recorder implements InstallationSwap.Listener {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void before(Rename rename) {
            calls.add("before " + rename);
        }

        @Override
        public void after(Rename rename) {
            calls.add("after " + rename);
        }
    }
}
