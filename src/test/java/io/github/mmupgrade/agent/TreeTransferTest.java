package io.github.mmupgrade.agent;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.agent.TreeTransfer.Wanted;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class TreeTransferTest {

    private static final String LAST = "manifest.json";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path source;
    private Path destination;

    @Before
    public void fill() throws Exception {
        source = folder.newFolder("source").toPath();
        destination = folder.getRoot().toPath().resolve("destination");
        write("data/a ä.txt", "one", 1_000_123);
        write("data/deep/" + "n".repeat(200) + ".bin", "x".repeat(100_000), 2_000);
        write("manifest.json", "{}", 3_000);
        write("zero", "", 4_000);
        Files.createDirectories(source.resolve("empty/inside"));
        Files.createSymbolicLink(source.resolve("data/link"), Path.of("../elsewhere"));
        Files.setPosixFilePermissions(source.resolve("zero"), PosixFilePermissions.fromString("rw-r-----"));
    }

    private void write(String name, String text, long modified) throws IOException {
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
    }

    @Test
    public void rootReceivesNothingWhereSomebodyElseCouldLeadItElsewhere() throws IOException {
        byte[] stream = packed();
        Path above = destination.toAbsolutePath().getParent();
        if ((Integer) Files.getAttribute(above, "unix:uid") == 0) {
            Files.setAttribute(above, "unix:uid", 54321);
            IOException refused = assertThrows(
                    IOException.class,
                    () -> TreeTransfer.unpack(destination, List.of(), new ByteArrayInputStream(stream)));
            assertTrue(refused.getMessage(), refused.getMessage().contains("is not safe"));
        }
    }

    private List<Wanted> missing() throws IOException {
        return TreeTransfer.missing(TreeTransfer.list(source), TreeTransfer.list(destination), LAST);
    }

    private byte[] packed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeTransfer.pack(source, missing(), out);
        return out.toByteArray();
    }

    private void take(byte[] stream) throws IOException {
        TreeTransfer.unpack(
                destination,
                TreeTransfer.gone(TreeTransfer.list(source), TreeTransfer.list(destination), LAST),
                new ByteArrayInputStream(stream));
    }

    private void assertSame() throws IOException {
        assertEquals(
                List.copyOf(TreeTransfer.list(source).stream()
                        .map(TreeFile::toString)
                        .sorted()
                        .toList()),
                TreeTransfer.list(destination).stream()
                        .map(TreeFile::toString)
                        .sorted()
                        .toList());
        for (TreeFile file : TreeTransfer.list(source)) {
            if (file.name().endsWith("/") || file.size() < 0) {
                continue;
            }
            assertArrayEquals(
                    Files.readAllBytes(source.resolve(file.name())),
                    Files.readAllBytes(destination.resolve(file.name())));
        }
    }

    @Test
    public void everythingArrivesWithItsTimesAndRightsAndTheLastFileLast() throws Exception {
        assertEquals(LAST, missing().get(missing().size() - 1).name());
        take(packed());
        assertSame();
        assertEquals(
                "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(destination.resolve("zero"))));
    }

    @Test
    public void onlyWhatHasChangedIsSentAgainAndWhatIsGoneIsRemoved() throws Exception {
        take(packed());
        write("data/a ä.txt", "two", 5_000);
        Files.delete(source.resolve("zero"));
        Files.delete(source.resolve("empty/inside"));
        Files.delete(source.resolve("empty"));
        assertEquals(List.of(new Wanted("data/a ä.txt", 0), new Wanted(LAST, 0)), missing());
        take(packed());
        assertSame();
        assertFalse(Files.exists(destination.resolve("zero")));
    }

    @Test
    public void aCutStreamGoesOnWhereItEndedAtEveryByte() throws Exception {
        byte[] whole = packed();
        for (int cut = 0; cut < whole.length; cut += 3_777) {
            byte[] part = Arrays.copyOf(whole, cut);
            Path fresh = folder.getRoot().toPath().resolve("cut-" + cut);
            destination = fresh;
            try {
                take(part);
            } catch (IOException e) {
                // it was cut
            }
            assertFalse(Files.exists(fresh.resolve(LAST)) && cut < whole.length / 2);
            take(packed());
            assertSame();
        }
    }

    @Test
    public void aPartIsNotSentAgain() throws Exception {
        byte[] whole = packed();
        assertThrows(IOException.class, () -> take(Arrays.copyOf(whole, 60_000)));
        Wanted rest = missing().stream()
                .filter(each -> each.name().endsWith(".bin"))
                .findFirst()
                .orElseThrow();
        assertTrue(rest.toString(), rest.offset() > 40_000);
    }

    @Test
    public void nothingIsWrittenMadeGivenAwayOrRemovedThroughALink() throws Exception {
        take(packed());
        Path outside = folder.newFolder("outside").toPath();
        Files.writeString(outside.resolve("file"), "mine");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-x---"));
        Files.delete(destination.resolve("data/deep").resolve("n".repeat(200) + ".bin"));
        Files.delete(destination.resolve("data/deep"));
        Files.createSymbolicLink(destination.resolve("data/deep"), outside);
        Files.createDirectories(source.resolve("data/deep/fresh/directory"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        TreeTransfer.pack(source, TreeTransfer.missing(TreeTransfer.list(source), List.of(), LAST), all);
        assertThrows(
                IOException.class,
                () -> TreeTransfer.unpack(destination, List.of(), new ByteArrayInputStream(all.toByteArray())));
        assertThrows(
                IOException.class,
                () -> TreeTransfer.unpack(
                        destination,
                        List.of(new Wanted("data/deep/file", 0)),
                        new ByteArrayInputStream(all.toByteArray())));
        assertEquals(List.of("file"), List.of(outside.toFile().list()));
        assertEquals("mine", Files.readString(outside.resolve("file")));
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(outside)));
    }

    @Test
    public void aPartThatIsALinkIsNotGoneOnWith() throws Exception {
        Path outside = folder.newFile().toPath();
        Files.createDirectories(destination);
        Files.createSymbolicLink(destination.resolve("zero.part"), outside);
        write("zero", "0123456789", outside.toString().hashCode());
        take(packed());
        assertSame();
        assertEquals("", Files.readString(outside));
    }

    @Test
    public void aNameThatLeadsOutOfTheTreeIsRefused() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
        TarArchiveEntry entry = new TarArchiveEntry("../outside");
        entry.addPaxHeader("MATTERMOST.offset", "0");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        tar.finish();
        IOException refused = assertThrows(IOException.class, () -> take(out.toByteArray()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("not a file of this tree"));
        assertThrows(
                IOException.class,
                () -> TreeTransfer.unpack(
                        destination, List.of(new Wanted("../source/zero", 0)), new ByteArrayInputStream(packed())));
        assertTrue(Files.exists(source.resolve("zero")));
    }
}
