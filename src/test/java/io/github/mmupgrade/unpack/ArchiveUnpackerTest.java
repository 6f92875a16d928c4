package io.github.mmupgrade.unpack;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;

/** What becomes of an archive is the same whatever inflates it. */
@RunWith(Parameterized.class)
public class ArchiveUnpackerTest {

    @Parameterized.Parameters(name = "igzip installed: {0}")
    public static List<Boolean> igzip() {
        return List.of(true, false);
    }

    @Rule
    public final ArchiveSandbox sandbox = new ArchiveSandbox();

    private final boolean igzip;

    public ArchiveUnpackerTest(boolean igzip) {
        this.igzip = igzip;
        sandbox.use(ArchiveSandbox.hostWith(igzip, true));
    }

    @Test
    public void unpacksModesTimesAndLinksAsTheyAre() throws Exception {
        UnpackedRelease release = sandbox.unpack(ArchiveSample.release()
                .link("mattermost/bin/platform", "mattermost")
                .link("mattermost/client/up", "../bin")
                .hardLink("mattermost/README", "mattermost/README.md")
                .gzip());
        Path root = sandbox.target();
        assertEquals(root, release.directory());
        assertEquals("bin/mattermost", release.serverProgram());
        assertEquals("rwxr-xr-x", mode(root));
        assertEquals("rwxr-xr-x", mode(root.resolve("bin/mattermost")));
        assertEquals("rw-rw-r--", mode(root.resolve("client/files/a.js")));
        assertEquals("rwxr-x---", mode(root.resolve("config")));
        assertEquals("rw-------", mode(root.resolve("config/config.json")));
        assertEquals("r--r--r--", mode(root.resolve("i18n/de.json")));
        for (String name : List.of("", "bin", "bin/mattermost", "config", "i18n/de.json")) {
            assertEquals(
                    name,
                    ArchiveSample.TIME,
                    Files.getLastModifiedTime(root.resolve(name)).toInstant().getEpochSecond());
        }
        assertArrayEquals(ArchiveSample.elf(62), Files.readAllBytes(root.resolve("bin/mattermost")));
        assertEquals(
                "mattermost",
                Files.readSymbolicLink(root.resolve("bin/platform")).toString());
        assertTrue(Files.isSameFile(root.resolve("README"), root.resolve("README.md")));
        assertEquals(
                List.of("shipped"),
                sandbox.names().stream().filter("shipped"::equals).toList());
        assertFalse(Files.exists(ArchiveUnpacker.unfinished(root)));
        assertEquals(List.of(), sandbox.warnings());
    }

    @Test
    public void listsWhatWasShipped() throws Exception {
        UnpackedRelease release = sandbox.unpack(ArchiveSample.release()
                .link("mattermost/bin/platform", "mattermost")
                .gzip());
        List<String> exchanged =
                List.of("README.md", "bin", "client", "client/files", "client/root.html", "config", "i18n");
        assertEquals(exchanged, release.shipped());
        assertEquals(exchanged, ShippedFileList.exchanged(release.shippedList()));
        List<ShippedFileList.Entry> entries = new ArrayList<>();
        ShippedFileList.read(sandbox.list(), entries::add);
        assertTrue(entries.contains(new ShippedFileList.Entry(
                ShippedFileList.Type.FILE,
                0600,
                2,
                Digests.sha256("{}".getBytes(StandardCharsets.UTF_8)),
                "config/config.json")));
        assertTrue(entries.contains(new ShippedFileList.Entry(ShippedFileList.Type.DIRECTORY, 0750, 0, "-", "config")));
        assertTrue(entries.contains(
                new ShippedFileList.Entry(ShippedFileList.Type.LINK, 0777, 0, "mattermost", "bin/platform")));
        List<String> lines = Files.readAllLines(sandbox.list());
        Files.write(sandbox.list(), lines.subList(0, lines.size() - 1));
        assertThrows(IOException.class, () -> ShippedFileList.read(sandbox.list(), entry -> {}));
    }

    @Test
    public void readsEveryMemberOfAGzipFile() throws Exception {
        byte[] tar = ArchiveSample.release().tar();
        byte[] half = Arrays.copyOf(tar, 700);
        sandbox.unpack(ArchiveSample.concat(
                ArchiveSample.gzip(half), ArchiveSample.gzip(Arrays.copyOfRange(tar, 700, tar.length))));
        assertEquals("read me", Files.readString(sandbox.target().resolve("README.md")));
    }

    @Test
    public void unpacksContentsLargerThanEveryBuffer() throws Exception {
        byte[] noise = ArchiveSample.noise(3, 5_000_001);
        UnpackedRelease release = sandbox.unpack(
                ArchiveSample.release().file("mattermost/large", 0644, noise).gzip());
        assertArrayEquals(noise, Files.readAllBytes(sandbox.target().resolve("large")));
        assertTrue(release.bytes() > noise.length);
        assertTrue(Files.readString(sandbox.list()).contains(Digests.sha256(noise)));
    }

    @Test
    public void leavesAnExistingDirectoryAlone() throws Exception {
        Files.createDirectory(sandbox.target());
        Files.writeString(sandbox.target().resolve("mine"), "mine");
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> sandbox.unpack(ArchiveSample.release().gzip()));
        assertTrue(refused.getMessage(), refused.getMessage().contains(sandbox.target() + " already exists"));
        assertEquals("mine", Files.readString(sandbox.target().resolve("mine")));
    }

    @Test
    public void removesWhatAKilledRunLeft() throws Exception {
        Path left = ArchiveUnpacker.unfinished(sandbox.target());
        Files.createDirectories(left.resolve("bin"));
        Files.writeString(left.resolve("bin/old"), "old");
        Files.createSymbolicLink(left.resolve("link"), sandbox.root().resolve("outside"));
        sandbox.unpack(ArchiveSample.release().gzip());
        assertFalse(Files.exists(left, LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(sandbox.target().resolve("bin/old")));
        assertEquals("untouched", Files.readString(sandbox.root().resolve("outside")));
    }

    /** The server's user may own the place: he exchanges the directory for one of his own, with links in it. */
    @Test
    public void touchesNothingOutsideWhenItsDirectoryIsExchanged() throws Exception {
        Path outside = Files.createDirectory(sandbox.root().resolve("private"));
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwx------"));
        Path unfinished = ArchiveUnpacker.unfinished(sandbox.target());
        sandbox.atWarning(() -> {
            Files.move(unfinished, unfinished.resolveSibling("moved-away"));
            Files.createDirectory(unfinished);
            Files.createSymbolicLink(unfinished.resolve("bin"), outside);
            Files.createSymbolicLink(unfinished.resolve("client"), outside);
        });
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> sandbox.unpack(ArchiveSample.release()
                        .file("mattermost/bin/platform", 0755, "#!/bin/sh")
                        .file("mattermost/bin/later", 0666, "later")
                        .gzip()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("It was replaced in the meantime"));
        assertTrue(refused.getMessage(), refused.getMessage().contains(unfinished.toString()));
        assertEquals("rwx------", mode(outside));
        try (var inside = Files.list(outside)) {
            assertEquals(0, inside.count());
        }
        assertFalse(Files.exists(sandbox.target(), LinkOption.NOFOLLOW_LINKS));
    }

    /** An archive may lie where others write: what is unpacked is what was verified. */
    @Test
    public void refusesAnArchiveThatWasExchangedAfterItWasVerified() throws Exception {
        Path archive = sandbox.archive(ArchiveSample.release().gzip());
        VerifiedArchive verified = ArchiveSandbox.verified(archive);
        Files.write(
                archive,
                ArchiveSample.release().file("mattermost/evil", 0755, "evil").gzip());
        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-rw-rw-"));
        ArchiveUnpacker unpacker =
                new ArchiveUnpacker(ArchiveSandbox.hostWith(igzip, true), ArchiveProcessor.AMD64, sandbox);
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> unpacker.unpack(verified, sandbox.target(), sandbox.list(), UnpackLimits.DEFAULT));
        assertTrue(refused.getMessage(), refused.getMessage().contains("not the file any more that was verified"));
        sandbox.assertNothingLeft();
    }

    @Test
    public void namesTheDirectoryThatPeopleKnowWhenTheDiskRefuses() throws Exception {
        Path unfinished = ArchiveUnpacker.unfinished(sandbox.target());
        sandbox.atWarning(() -> Files.writeString(
                Files.createDirectory(unfinished.resolve("taken")).resolve("x"), "x"));
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> sandbox.unpack(ArchiveSample.release()
                        .file("mattermost/bin/platform", 0755, "#!/bin/sh")
                        .file("mattermost/taken", 0644, "x")
                        .gzip()));
        assertTrue(refused.getMessage(), refused.getMessage().contains(unfinished.resolve("taken") + "'"));
        assertFalse(refused.getMessage(), refused.getMessage().contains("/proc/"));
    }

    @Test
    public void refusesEntriesOutside() throws Exception {
        sandbox.assertRefused(with("/etc/cron.d/x"), "'/etc/cron.d/x'", "absolute");
        sandbox.assertRefused(with("../outside"), "'../outside'", "'..'");
        sandbox.assertRefused(with("mattermost/bin/../../../outside"), "'mattermost/bin/../../../outside'", "'..'");
        sandbox.assertRefused(with("mattermost-5/bin/x"), "'mattermost-5/bin/x'", "top directory");
        sandbox.assertRefused(with("README"), "'README'", "top directory");
        sandbox.assertRefused(
                ArchiveSample.empty().file("mattermost", 0644, "x").gzip(),
                "'mattermost'",
                "in the place of the directory");
    }

    @Test
    public void refusesLinksThatLeadOutside() throws Exception {
        sandbox.assertRefused(link("mattermost/x", "/etc/passwd"), "'mattermost/x'", "outside", "/etc/passwd");
        sandbox.assertRefused(link("mattermost/bin/x", "../../outside"), "'mattermost/bin/x'", "../../outside");
        sandbox.assertRefused(link("mattermost/x", ".."), "'mattermost/x'", "outside");
        // inside when read as text, outside when followed
        sandbox.assertRefused(
                ArchiveSample.release()
                        .link("mattermost/a/b/c/up", "../../..")
                        .link("mattermost/x", "a/b/c/up/../outside")
                        .gzip(),
                "'mattermost/x'",
                "outside");
        sandbox.assertRefused(link("mattermost/x", "x"), "'mattermost/x'", "never ends");
        sandbox.assertRefused(hardLink("mattermost/x", "../outside"), "'mattermost/x'", "hard link", "outside");
        sandbox.assertRefused(hardLink("mattermost/x", "/etc/passwd"), "'mattermost/x'", "hard link", "outside");
        sandbox.assertRefused(
                hardLink("mattermost/x", "mattermost/../../outside"), "'mattermost/x'", "hard link", "outside");
        sandbox.assertRefused(
                hardLink("mattermost/x", "mattermost/none"), "'mattermost/x'", "not a file that comes before it");
    }

    @Test
    public void writesNothingThroughALink() throws Exception {
        sandbox.assertRefused(
                ArchiveSample.release()
                        .link("mattermost/x", "bin")
                        .file("mattermost/x/y", 0644, "y")
                        .gzip(),
                "'mattermost/x/y'",
                "is below 'x'");
        sandbox.assertRefused(
                ArchiveSample.release()
                        .link("mattermost/x", "../outside")
                        .file("mattermost/x", 0644, "y")
                        .gzip(),
                "'mattermost/x'",
                "twice");
        sandbox.assertRefused(
                ArchiveSample.release()
                        .file("mattermost/README.md/x", 0644, "y")
                        .gzip(),
                "'mattermost/README.md/x'",
                "not a directory");
    }

    @Test
    public void refusesWhatIsNeitherFileNorDirectoryNorLink() throws Exception {
        sandbox.assertRefused(of((byte) '3'), "'mattermost/x'", "device");
        sandbox.assertRefused(of((byte) '4'), "'mattermost/x'", "device");
        sandbox.assertRefused(of((byte) '6'), "'mattermost/x'", "fifo");
        sandbox.assertRefused(of((byte) 'S'), "mattermost/x");
        sandbox.assertRefused(of((byte) 'M'), "'mattermost/x'", "unknown type");
    }

    @Test
    public void refusesSetUserIdBits() throws Exception {
        for (int mode : new int[] {04755, 02755, 06755}) {
            sandbox.assertRefused(
                    ArchiveSample.release().file("mattermost/bin/x", mode, "x").gzip(),
                    "'mattermost/bin/x'",
                    "set-user");
            sandbox.assertRefused(
                    ArchiveSample.release().directory("mattermost/d/", mode).gzip(), "'mattermost/d/'", "set-user");
        }
    }

    @Test
    public void refusesTwoEntriesOfOneName() throws Exception {
        sandbox.assertRefused(with("mattermost/README.md"), "'mattermost/README.md'", "twice");
        sandbox.assertRefused(with("mattermost/./README.md"), "README.md'", "twice");
        sandbox.assertRefused(with("mattermost/readme.md"), "'mattermost/readme.md'", "'README.md'", "case");
        sandbox.assertRefused(with("mattermost/BIN/x"), "'mattermost/BIN/x'", "'bin'", "case");
        sandbox.assertRefused(
                ArchiveSample.release()
                        .file("mattermost/\u00e9", 0644, "composed")
                        .file("mattermost/e\u0301", 0644, "not composed")
                        .gzip(),
                "'mattermost/e\u0301'",
                "form");
    }

    @Test
    public void refusesNamesThatWouldForgeALog() throws Exception {
        sandbox.assertRefused(with("mattermost/a\nb"), "'mattermost/a\\u000ab'", "control character");
        sandbox.assertRefused(with("mattermost/" + "a".repeat(256)), "255 characters");
        sandbox.assertRefused(with("mattermost/" + "abc/".repeat(600) + "x"), "2048 characters");
    }

    @Test
    public void refusesBombs() throws Exception {
        byte[] zeros = ArchiveSample.release()
                .file("mattermost/zeros", 0644, new byte[40 << 20])
                .gzip();
        sandbox.assertRefused(zeros, "50 times", "'mattermost/zeros'");
        sandbox.assertRefused(
                zeros, new UnpackLimits(1 << 20, 1000, 2000), "more than 1048576 bytes", "'mattermost/zeros'");
        ArchiveSample many = ArchiveSample.release();
        for (int i = 0; i < 1000; i++) {
            many.file("mattermost/f" + i, 0644, "");
        }
        sandbox.assertRefused(many.gzip(), "'mattermost/f990'", "1000 allowed");
        // a long name is kept in memory by whoever reads it
        byte[] name = new byte[30 << 20];
        Arrays.fill(name, (byte) 'x');
        sandbox.assertRefused(
                ArchiveSample.release()
                        .entry("././@LongLink", (byte) 'L', 0644, null, name)
                        .file("mattermost/x", 0644, "x")
                        .gzip(),
                "headers",
                "1048576");
        // extended headers that everybody ignores, each just small enough
        String comment = "900000 comment=" + "x".repeat(900_000 - 16) + "\n";
        ArchiveSample headers = ArchiveSample.release();
        for (int i = 0; i < 10; i++) {
            headers.entry("PaxHeaders/" + i, (byte) 'x', 0644, null, comment.getBytes(StandardCharsets.UTF_8))
                    .file("mattermost/x" + i, 0644, "");
        }
        sandbox.assertRefused(headers.gzip(), new UnpackLimits(1 << 30, 1000, 2000), "oversized headers");
    }

    @Test
    public void refusesAnArchiveWithoutAServer() throws Exception {
        sandbox.assertRefused(
                ArchiveSample.empty().file("mattermost/README.md", 0644, "x").gzip(),
                "neither bin/mattermost nor bin/platform");
        sandbox.assertRefused(
                ArchiveSample.empty().link("mattermost/bin/mattermost", "other").gzip(), "neither");
        sandbox.assertRefused(program("not a program at all, but text", 0755), "not a program for Linux");
        sandbox.assertRefused(program("", 0755), "'mattermost/bin/platform'", "not a program for Linux");
        sandbox.assertRefused(program("#!/bin/sh", 0644), "'mattermost/bin/platform'", "is not executable");
    }

    @Test
    public void refusesAProgramForAnotherProcessor() throws Exception {
        sandbox.assertRefused(
                ArchiveSample.empty()
                        .file("mattermost/bin/mattermost", 0755, ArchiveSample.elf(183))
                        .gzip(),
                "'mattermost/bin/mattermost'",
                "built for arm64",
                "runs on amd64");
        sandbox.assertRefused(
                ArchiveSample.empty()
                        .file("mattermost/bin/mattermost", 0755, ArchiveSample.elf(243))
                        .gzip(),
                "machine number 243");
    }

    @Test
    public void takesAScriptForAServerWithAWarning() throws Exception {
        UnpackedRelease release = sandbox.unpack(program("#!/bin/sh", 0755));
        assertEquals("bin/platform", release.serverProgram());
        assertEquals(1, sandbox.warnings().size());
        assertTrue(sandbox.warnings().get(0), sandbox.warnings().get(0).contains("is a script"));
    }

    @Test
    public void refusesEveryTruncation() throws Exception {
        byte[] whole = ArchiveSample.release()
                .file("mattermost/noise", 0644, ArchiveSample.noise(1, 3000))
                .gzip();
        for (int length = 0; length < whole.length; length += 37) {
            sandbox.assertRefused(Arrays.copyOf(whole, length), "archive.tar.gz");
        }
        sandbox.assertRefused(Arrays.copyOf(whole, whole.length - 1), "truncated");
        byte[] tar = ArchiveSample.release().tar();
        int end = tar.length;
        while (tar[end - 1] == 0) {
            end--;
        }
        for (int length = 512; length <= end; length += 512) {
            sandbox.assertRefused(ArchiveSample.gzip(Arrays.copyOf(tar, length)), "archive.tar.gz");
        }
        int padded = (end + 511) / 512 * 512;
        sandbox.assertRefused(ArchiveSample.gzip(Arrays.copyOf(tar, padded)), "truncated");
        sandbox.assertRefused(ArchiveSample.gzip(Arrays.copyOf(tar, padded + 512)), "truncated");
    }

    @Test
    public void refusesWhatFollowsTheEnd() throws Exception {
        byte[] tar = ArchiveSample.release().tar();
        byte[] x = {'x'};
        sandbox.assertRefused(ArchiveSample.concat(ArchiveSample.gzip(tar), x), "after a valid .gz stream");
        sandbox.assertRefused(
                ArchiveSample.concat(ArchiveSample.gzip(tar), ArchiveSample.gzip(x)),
                "after the end of the tar archive");
        sandbox.assertRefused(ArchiveSample.gzip(ArchiveSample.concat(tar, x)), "after the end of the tar archive");
        sandbox.assertRefused(
                ArchiveSample.gzip(ArchiveSample.concat(tar, new byte[600], x)), "after the end of the tar archive");
        byte[] halfAMark = tar.clone();
        halfAMark[halfAMark.length - 1] = 'x';
        sandbox.assertRefused(ArchiveSample.gzip(halfAMark), "the end of the tar archive is missing");
        sandbox.unpack(ArchiveSample.gzip(ArchiveSample.concat(tar, new byte[100_000])));
    }

    @Test
    public void saysWhenTheDiskTakesNoMore() throws Exception {
        Path missing = sandbox.root().resolve("none/target");
        Path archive = sandbox.archive(ArchiveSample.release().gzip());
        ArchiveUnpacker unpacker =
                new ArchiveUnpacker(ArchiveSandbox.hostWith(igzip, true), ArchiveProcessor.AMD64, sandbox);
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> unpacker.unpack(ArchiveSandbox.verified(archive), missing, sandbox.list(), UnpackLimits.DEFAULT));
        assertTrue(refused.getMessage(), refused.getMessage().contains("could not be unpacked to " + missing));
        assertTrue(
                refused.hint().text(),
                refused.hint().text().contains(missing.getParent().toString()));
        sandbox.assertNothingLeft();
    }

    private static byte[] with(String name) {
        return ArchiveSample.release().file(name, 0644, "evil").gzip();
    }

    private static byte[] link(String name, String target) {
        return ArchiveSample.release().link(name, target).gzip();
    }

    private static byte[] hardLink(String name, String target) {
        return ArchiveSample.release().hardLink(name, target).gzip();
    }

    private static byte[] of(byte type) {
        return ArchiveSample.release()
                .entry("mattermost/x", type, 0644, null, new byte[0])
                .gzip();
    }

    private static byte[] program(String content, int mode) {
        return ArchiveSample.empty()
                .file("mattermost/bin/platform", mode, content)
                .gzip();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }
}
