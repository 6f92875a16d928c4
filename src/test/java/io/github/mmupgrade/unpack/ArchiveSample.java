package io.github.mmupgrade.unpack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds small archives, good and bad, entry by entry. */
public final class ArchiveSample {

    /** The time of every entry, in seconds. */
    static final long TIME = 1_600_000_000L;

    private static final int RECORD = 512;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    private ArchiveSample() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** An archive with nothing in it. */
    static ArchiveSample empty() {
        return new ArchiveSample();
    }

    /** An archive with a server's program and what else a release has, in small. */
    static ArchiveSample release() {
        return empty().directory("mattermost/", 0755)
                .directory("mattermost/bin/", 0755)
                .file("mattermost/bin/mattermost", 0755, elf(62))
                .directory("mattermost/client/", 0755)
                .file("mattermost/client/root.html", 0644, "<html>")
                .file("mattermost/client/files/a.js", 0664, "a")
                .directory("mattermost/config/", 0750)
                .file("mattermost/config/config.json", 0600, "{}")
                .file("mattermost/i18n/de.json", 0444, "[]")
                .file("mattermost/README.md", 0644, "read me");
    }

    /** A file with as many bytes as asked for, hard to compress. */
    public static byte[] noise(long seed, int length) {
        byte[] noise = new byte[length];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    /** The beginning of a 64-bit little-endian program for the machine of that number. */
    static byte[] elf(int machine) {
        byte[] program = new byte[64];
        byte[] start = {0x7f, 'E', 'L', 'F', 2, 1, 1};
        System.arraycopy(start, 0, program, 0, start.length);
        program[16] = 2;
        program[18] = (byte) machine;
        program[19] = (byte) (machine >> 8);
        return program;
    }

    ArchiveSample directory(String name, int mode) {
        return entry(name, TarConstants.LF_DIR, mode, null, new byte[0]);
    }

    ArchiveSample file(String name, int mode, byte[] content) {
        return entry(name, TarConstants.LF_NORMAL, mode, null, content);
    }

    ArchiveSample file(String name, int mode, String content) {
        return file(name, mode, content.getBytes(StandardCharsets.UTF_8));
    }

    ArchiveSample link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, 0777, target, new byte[0]);
    }

    ArchiveSample hardLink(String name, String target) {
        return entry(name, TarConstants.LF_LINK, 0644, target, new byte[0]);
    }

    ArchiveSample entry(String name, byte type, int mode, String target, byte[] content) {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setMode(mode);
            entry.setModTime(TIME * 1000);
            entry.setSize(content.length);
            if (target != null) {
                entry.setLinkName(target);
            }
            if (type != TarConstants.LF_NORMAL || name.endsWith("/")) {
                // the library writes no archives that are wrong; it has written all of the entries so far
                byte[] header = new byte[RECORD];
                entry.writeEntryHeader(header);
                bytes.writeBytes(header);
                bytes.writeBytes(Arrays.copyOf(content, (content.length + RECORD - 1) / RECORD * RECORD));
                return this;
            }
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tar archive. */
    byte[] tar() {
        try {
            tar.finish();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive as it is published. */
    byte[] gzip() {
        return gzip(tar());
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(result)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return result.toByteArray();
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            result.writeBytes(part);
        }
        return result.toByteArray();
    }
}
