package io.github.mmupgrade.archive;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** What a release archive holds, as far as it has to be known before anything is unpacked. */
public final class ArchiveContents {

    private static final String PROGRAMS = "mattermost/bin/";

    private static final List<String> CONFIGURATIONS =
            List.of("mattermost/config/config.json", "mattermost/config/default.json");

    /** A default has some 20 KB. */
    private static final int MOST_BYTES = 10 << 20;

    private final byte[] configuration;
    private final Set<String> programs;

    private ArchiveContents(byte[] configuration, Set<String> programs) {
        this.configuration = configuration;
        this.programs = Set.copyOf(programs);
    }

    /**
     * Looks into an archive, no further than needed: what is in a directory stands together.
     *
     * @param archive a release archive of this machine
     * @throws RefusedException when the archive can't be read or holds no default configuration
     */
    public static ArchiveContents read(Path archive) {
        byte[] configuration = null;
        Set<String> programs = new HashSet<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
                GzipCompressorInputStream gzip = GzipCompressorInputStream.builder()
                        .setInputStream(in)
                        .setDecompressConcatenated(true)
                        .get();
                TarArchiveInputStream tar = new TarArchiveInputStream(gzip)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
                boolean program = name.startsWith(PROGRAMS) && !entry.isDirectory();
                if (program) {
                    programs.add(name.substring(PROGRAMS.length()));
                } else if (configuration == null && entry.isFile() && CONFIGURATIONS.contains(name)) {
                    configuration = tar.readNBytes(MOST_BYTES);
                    if (entry.getSize() > MOST_BYTES) {
                        throw new IOException(name + " in it has " + entry.getSize() + " bytes");
                    }
                }
                if (!program && configuration != null && !programs.isEmpty()) {
                    break;
                }
            }
            if (configuration == null) {
                throw new IOException("it has no " + CONFIGURATIONS.get(0));
            }
            return new ArchiveContents(configuration, programs);
        } catch (IOException e) {
            throw new RefusedException(
                    "The archive " + archive + " cannot be read: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Check mattermost.archive: it must be a release archive on this machine."),
                    e);
        }
    }

    /** The bytes of the default configuration. */
    public byte[] configuration() {
        return configuration.clone();
    }

    /** The names of the files in {@code bin}. */
    public Set<String> programs() {
        return programs;
    }

    /** The names of the programs; no content. */
    @Override
    public String toString() {
        return "archive with " + programs;
    }
}
