package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.ListPair;
import io.github.mmupgrade.backup.format.ManifestEditor;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.FileCopier;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeWalk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes what the database left in a backup into its lists: hashed, and readable by nobody else. */
final class ArtifactIntake {

    private static final String HASHED = "hashed.jsonl";
    private static final String HASHED_ENTRIES = "hashedEntries";

    private final Path root;
    private final ManifestEditor editor;
    private final FileCopier hasher = new FileCopier();

    ArtifactIntake(Path root, ManifestEditor editor) {
        this.root = root;
        this.editor = editor;
    }

    /**
     * Hashes what is there so far, before the server is stopped: a dump takes longer the larger the database is. It
     * holds as long as the files stay as they are. The caller makes the files durable, then saves the editor.
     */
    void hashAhead() throws IOException {
        editor.manifest().root().remove(HASHED_ENTRIES);
        try (FileList.Writer list =
                new FileList.Writer(root.resolve(HASHED), editor.manifest().run())) {
            for (Artifact artifact : missing()) {
                each(artifact.segment(), Map.of(), list::add);
            }
            editor.manifest().root().put(HASHED_ENTRIES, list.finish().entries());
        }
    }

    /** Lists the artifacts that are noted, lie in the backup and are in no list yet. */
    void addMissing() throws IOException {
        List<Artifact> fresh = missing();
        if (!fresh.isEmpty()) {
            Map<String, ListEntry> hashed = hashedAhead();
            try (ListPair lists = ListPair.extend(root, editor.manifest())) {
                for (Artifact artifact : fresh) {
                    add(artifact.segment(), hashed, lists);
                }
                lists.finish(editor);
            }
        }
        editor.manifest().root().remove(HASHED_ENTRIES);
        Files.deleteIfExists(root.resolve(HASHED));
    }

    private List<Artifact> missing() {
        List<String> known = editor.manifest().segments();
        return editor.manifest().artifacts().stream()
                .filter(artifact -> artifact.inBackup() && !known.contains(artifact.segment()))
                .toList();
    }

    private Map<String, ListEntry> hashedAhead() {
        Map<String, ListEntry> hashed = new HashMap<>();
        long entries = editor.manifest().root().path(HASHED_ENTRIES).asLong();
        if (entries > 0) {
            try (FileList.Reader list = new FileList.Reader(root.resolve(HASHED), entries)) {
                list.forEachRemaining(entry -> hashed.put(entry.name(), entry));
            } catch (IOException | UncheckedIOException e) {
                hashed.clear(); // they are hashed again
            }
        }
        return hashed;
    }

    private void add(String segment, Map<String, ListEntry> hashed, ListPair lists) throws IOException {
        long[] counts = new long[2];
        each(segment, hashed, entry -> {
            if (entry.sha256() != null) {
                counts[0]++;
                counts[1] += entry.stat().size();
            }
            lists.add(entry);
        });
        editor.addSegment(segment, counts[0], counts[1]);
    }

    private void each(String segment, Map<String, ListEntry> hashed, EveryEntryOutput.Sink output) throws IOException {
        TreeWalk walk = new TreeWalk(root.resolve(segment));
        while (walk.hasNext()) {
            TreeWalk.Entry entry = walk.next();
            String name = segment + (entry.name().isEmpty() ? "" : "/" + entry.name());
            ListEntry known = hashed.get(name);
            output.add(known != null && known.stillDescribes(entry.stat()) ? known : taken(name, entry));
        }
    }

    private ListEntry taken(String name, TreeWalk.Entry entry) throws IOException {
        Path path = entry.path();
        if (entry.stat().isDirectory()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            return new ListEntry(name, entry.stat(), null, null, false);
        }
        if (entry.stat().kind() != FileStat.Kind.FILE) {
            throw new IOException(path + " is neither a file nor a directory");
        }
        Files.setPosixFilePermissions(path, AtomicFile.PRIVATE);
        FileStat stat = FileStat.of(path);
        return new ListEntry(name, stat, hasher.hash(path, read -> {}).sha256(), null, false);
    }
}
