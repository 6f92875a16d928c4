package io.github.mmupgrade.backup.copy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.ManifestEditor;
import io.github.mmupgrade.files.RawName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What the pass after the stop found different from the list of the pass before it. The server waits for that pass, so
 * it writes only this; the whole list is put together when the server is up again.
 */
public final class Changes {

    private static final String CHANGED = "changed.jsonl";
    private static final String GONE = "gone.jsonl";
    private static final String CHANGED_ENTRIES = "changedEntries";
    private static final String GONE_ENTRIES = "goneEntries";

    private final Path root;
    private final String run;

    Changes(Path root, String run) {
        this.root = root;
        this.run = run;
    }

    /** Runs a pass over the backup itself and notes what it finds; the editor is not saved. */
    CopyResult record(TreeCopy pass, Iterator<SourceWalk.Visit> visits, ManifestEditor editor) throws IOException {
        try (FileList.Writer changed = new FileList.Writer(root.resolve(CHANGED), run);
                FileList.Writer gone = new FileList.Writer(root.resolve(GONE), run)) {
            CopyResult result = pass.run(visits, new TreeCopy.Output() {
                @Override
                public void add(ListEntry entry, ListEntry earlier) throws IOException {
                    if (!entry.equals(earlier)) {
                        changed.add(entry);
                    }
                }

                @Override
                public void gone(ListEntry earlier) throws IOException {
                    gone.add(earlier);
                }
            });
            ObjectNode record = editor.manifest().root();
            record.put(CHANGED_ENTRIES, changed.finish().entries());
            record.put(GONE_ENTRIES, gone.finish().entries());
            return result;
        }
    }

    /** Whether something is noted that no list has yet. */
    boolean pending(Manifest manifest) {
        return manifest.root().has(CHANGED_ENTRIES);
    }

    /** Whether what is noted is that nothing is different. */
    boolean isNothing(Manifest manifest) {
        return manifest.root().path(CHANGED_ENTRIES).asLong() == 0
                && manifest.root().path(GONE_ENTRIES).asLong() == 0;
    }

    /** Puts the whole list together, in order. */
    void apply(Iterator<ListEntry> before, Manifest manifest, EveryEntryOutput.Sink output) throws IOException {
        ObjectNode record = manifest.root();
        try (FileList.Reader changed = new FileList.Reader(
                        root.resolve(CHANGED), record.path(CHANGED_ENTRIES).asLong());
                FileList.Reader gone = new FileList.Reader(
                        root.resolve(GONE), record.path(GONE_ENTRIES).asLong())) {
            ListEntry nextChanged = next(changed);
            ListEntry nextGone = next(gone);
            while (before.hasNext()) {
                ListEntry entry = before.next();
                while (nextChanged != null && RawName.compare(nextChanged.name(), entry.name()) < 0) {
                    output.add(nextChanged);
                    nextChanged = next(changed);
                }
                if (nextChanged != null && nextChanged.name().equals(entry.name())) {
                    output.add(nextChanged);
                    nextChanged = next(changed);
                } else if (nextGone != null && nextGone.name().equals(entry.name())) {
                    nextGone = next(gone);
                } else {
                    output.add(entry);
                }
            }
            while (nextChanged != null) {
                output.add(nextChanged);
                nextChanged = next(changed);
            }
            if (nextGone != null) {
                throw new IOException("'" + nextGone.text() + "' is noted as gone and was never there");
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    void forget(Manifest manifest) {
        manifest.root().remove(List.of(CHANGED_ENTRIES, GONE_ENTRIES));
    }

    void delete() throws IOException {
        Files.deleteIfExists(root.resolve(CHANGED));
        Files.deleteIfExists(root.resolve(GONE));
    }

    private static ListEntry next(FileList.Reader reader) {
        return reader.hasNext() ? reader.next() : null;
    }
}
