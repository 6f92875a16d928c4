package io.github.mmupgrade.backup.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The list of a backup and its file of sums, written side by side. */
public final class ListPair implements Closeable {

    private final FileList.Writer list;
    private final FileList.Sink sums;
    private long sumLines;

    private ListPair(FileList.Writer list, FileList.Sink sums, long sumLines) {
        this.list = list;
        this.sums = sums;
        this.sumLines = sumLines;
    }

    /** Starts both anew. */
    public static ListPair create(Path root, String run) throws IOException {
        return create(root.resolve(FileList.NAME), root.resolve(ChecksumLine.FILE), run);
    }

    /** Starts both under other names. */
    public static ListPair create(Path list, Path sums, String run) throws IOException {
        return new ListPair(new FileList.Writer(list, run), FileList.Sink.create(sums), 0);
    }

    /** Adds to both what comes after what the manifest knows of. */
    public static ListPair extend(Path root, Manifest manifest) throws IOException {
        return new ListPair(
                new FileList.Writer(root.resolve(FileList.NAME), manifest.list()),
                FileList.Sink.extend(root.resolve(ChecksumLine.FILE), manifest.sums()),
                manifest.sums().entries());
    }

    public void add(ListEntry entry) throws IOException {
        list.add(entry);
        if (entry.sha256() != null) {
            sums.write(ChecksumLine.of(entry.sha256(), entry.name()));
            sumLines++;
        }
    }

    /** Where the next entry will stand in the list. */
    public long position() throws IOException {
        return list.position();
    }

    /** Notes their ends where a manifest names its lists. */
    public void finish(ManifestEditor editor) throws IOException {
        editor.lists(list.finish(), sums.finish(sumLines));
    }

    /** Notes their ends as those of lists that {@link ManifestEditor#takeAhead} may make the backup's own. */
    public void finishAhead(ManifestEditor editor) throws IOException {
        editor.ahead(list.finish(), sums.finish(sumLines));
    }

    @Override
    public void close() throws IOException {
        try (sums) {
            list.close();
        }
    }
}
