package io.github.mmupgrade.release;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The default configuration in a release archive, read without unpacking anything. */
public final class ArchiveConfiguration {

    private static final List<String> NAMES =
            List.of("mattermost/config/config.json", "mattermost/config/default.json");

    /** A default has some 20 KB. */
    private static final int MOST_BYTES = 10 << 20;

    private ArchiveConfiguration() {}

    /**
     * Reads it.
     *
     * @param archive a release archive of this machine
     * @return the bytes of the file
     * @throws RefusedException when the archive can't be read or holds none
     */
    public static byte[] read(Path archive) {
        Hint hint = Hint.of("check mattermost.archive; it must be a release archive of this machine");
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
                GzipCompressorInputStream gzip = GzipCompressorInputStream.builder()
                        .setInputStream(in)
                        .setDecompressConcatenated(true)
                        .get();
                TarArchiveInputStream tar = new TarArchiveInputStream(gzip)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
                if (entry.isFile() && NAMES.contains(name)) {
                    byte[] bytes = tar.readNBytes(MOST_BYTES);
                    if (entry.getSize() > MOST_BYTES) {
                        throw new IOException(name + " in it has " + entry.getSize() + " bytes");
                    }
                    return bytes;
                }
            }
            throw new IOException("it has no " + NAMES.get(0));
        } catch (IOException e) {
            throw new RefusedException(
                    "The default configuration can't be read from " + archive + ": " + e.getMessage()
                            + ". Nothing was changed.",
                    hint,
                    e);
        }
    }
}
