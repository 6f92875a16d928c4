package io.github.mmupgrade.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Many small files as one that is sent: each command on the other machine costs a session of ssh. The same files make the
 * same bytes, so that one that was interrupted goes on where it ended.
 */
final class SentBundle implements AutoCloseable {

    private static final int FOR_ITS_OWNER_ONLY = 0600;

    private final List<SentFile> contents;
    private final SentFile file;

    /** Packs files; their names in it are their checksums. */
    SentBundle(List<SentFile> contents) throws IOException {
        this.contents = List.copyOf(contents);
        Path packed = Files.createTempFile("mattermost-", ".tar");
        try (OutputStream out = Files.newOutputStream(packed);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (SentFile each : contents) {
                TarArchiveEntry entry = new TarArchiveEntry(each.sha256());
                entry.setSize(each.size());
                entry.setLastModifiedTime(FileTime.fromMillis(0));
                entry.setMode(FOR_ITS_OWNER_ONLY);
                tar.putArchiveEntry(entry);
                Files.copy(each.file(), tar);
                tar.closeArchiveEntry();
            }
        }
        this.file =
                new SentFile(packed, SentFile.of(packed).sha256(), Files.size(packed), contents.size() + "-files.tar");
    }

    SentFile file() {
        return file;
    }

    List<SentFile> contents() {
        return contents;
    }

    /** The places of the files on the other machine, separated by spaces. */
    String places() {
        return contents.stream().map(SentFile::place).collect(Collectors.joining(" "));
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file.file());
        } catch (IOException e) {
            // in the directory for temporary files, and without a secret
        }
    }
}
