package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.ChecksumLine;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;

/**
 * Names and sizes of many files in a few numbers, whatever their order, so that two lists of millions are compared
 * without holding them.
 */
final class EntrySum {

    private final MessageDigest digest = Digests.sha256();
    private long files;
    private long bytes;
    private long sum;

    /** What the list of a backup says that it holds, and the list and the manifest themselves. */
    static EntrySum of(Backup backup) throws IOException {
        EntrySum sum = new EntrySum();
        for (String own : List.of(Manifest.NAME, FileList.NAME, ChecksumLine.FILE)) {
            sum.add(own, Files.size(backup.root().resolve(own)));
        }
        try (FileList.Reader list = backup.openList()) {
            while (list.hasNext()) {
                ListEntry entry = list.next();
                if (entry.stat().kind() == FileStat.Kind.FILE) {
                    sum.add(entry.name(), entry.stat().size());
                } else if (entry.stat().kind() == FileStat.Kind.LINK) {
                    sum.add(entry.name(), 0);
                }
            }
        }
        return sum;
    }

    /**
     * Adds a file, or a link with the size 0.
     *
     * @param name its path; what is not ASCII does not count, because programs spell bytes that are no text differently
     */
    void add(String name, long size) {
        files++;
        bytes += size;
        digest.update(name.replaceAll("[^ -~]", "").getBytes(StandardCharsets.US_ASCII));
        sum += ByteBuffer.wrap(digest.digest()).getLong() * (2 * size + 1);
    }

    boolean same(EntrySum other) {
        return files == other.files && bytes == other.bytes && sum == other.sum;
    }
}
