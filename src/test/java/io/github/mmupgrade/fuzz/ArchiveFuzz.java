package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.archive.ArchiveContents;
import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.unpack.ArchiveUnpacker;
import io.github.mmupgrade.unpack.UnpackLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** A release's archive, packed or not: what is not packed gets the checksums that it needs, and is packed. */
public final class ArchiveFuzz {

    private static final int RECORD = 512;
    private static final int CHECKSUM = 148;
    private static final int MAGIC = 257;
    private static final UnpackLimits LIMITS = new UnpackLimits(64 << 20, 1000, 50);
    private static final Host HOST = Fuzzing.host(() -> "");
    private static final Path ROOT = Fuzzing.directory();
    private static final Path ARCHIVE = ROOT.resolve("archive.tar.gz");
    private static final Path TARGET = ROOT.resolve("next");
    private static final Path LIST = ROOT.resolve("shipped");

    private ArchiveFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        boolean packed = input.length > 1 && input[0] == 0x1f && input[1] == (byte) 0x8b;
        Files.write(ARCHIVE, packed ? input : packed(input.clone()));
        Fuzzing.endsWell(() -> ArchiveContents.read(ARCHIVE));
        VerifiedArchive verified = new VerifiedArchive(ARCHIVE, Digests.sha256(ARCHIVE), "fuzz");
        Fuzzing.endsWell(() ->
                new ArchiveUnpacker(HOST, ArchiveProcessor.AMD64, event -> {}).unpack(verified, TARGET, LIST, LIMITS));
        if (Files.exists(TARGET, LinkOption.NOFOLLOW_LINKS)) {
            TreeDelete.delete(TARGET);
            Files.delete(LIST);
        }
        try (Stream<Path> left = Files.list(ROOT)) {
            List<Path> more = left.filter(path -> !path.equals(ARCHIVE)).toList();
            if (!more.isEmpty()) {
                throw new AssertionError("Left behind or outside: " + more);
            }
        }
    }

    private static byte[] packed(byte[] tar) throws IOException {
        for (int header = 0; header + RECORD <= tar.length; header += RECORD) {
            if (new String(tar, header + MAGIC, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
                correctChecksum(tar, header);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(tar);
        }
        return bytes.toByteArray();
    }

    private static void correctChecksum(byte[] tar, int header) {
        Arrays.fill(tar, header + CHECKSUM, header + CHECKSUM + 8, (byte) ' ');
        int sum = 0;
        for (int i = header; i < header + RECORD; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] octal = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octal, 0, tar, header + CHECKSUM, octal.length);
    }
}
