package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.ListPair;
import io.github.mmupgrade.backup.format.ManifestEditor;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.FileCopier;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeWalk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Takes what the database left in a backup into its lists: hashed, and readable by nobody else. */
final class ArtifactIntake {

    private final Path root;
    private final ManifestEditor editor;
    private final FileCopier hasher = new FileCopier();

    ArtifactIntake(Path root, ManifestEditor editor) {
        this.root = root;
        this.editor = editor;
    }

    /** Lists the artifacts that are noted, lie in the backup and are in no list yet. */
    void addMissing() throws IOException {
        List<String> known = editor.manifest().segments();
        List<Artifact> fresh = editor.manifest().artifacts().stream()
                .filter(artifact -> artifact.inBackup() && !known.contains(artifact.segment()))
                .toList();
        if (fresh.isEmpty()) {
            return;
        }
        try (ListPair lists = ListPair.extend(root, editor.manifest())) {
            for (Artifact artifact : fresh) {
                add(artifact.segment(), lists);
            }
            lists.finish(editor);
        }
    }

    private void add(String segment, ListPair lists) throws IOException {
        long files = 0;
        long bytes = 0;
        TreeWalk walk = new TreeWalk(root.resolve(segment));
        while (walk.hasNext()) {
            TreeWalk.Entry entry = walk.next();
            String name = segment + (entry.name().isEmpty() ? "" : "/" + entry.name());
            String sum = null;
            if (entry.stat().kind() == FileStat.Kind.FILE) {
                Files.setPosixFilePermissions(entry.path(), AtomicFile.PRIVATE);
                sum = hasher.hash(entry.path(), read -> {}).sha256();
                files++;
                bytes += entry.stat().size();
            } else if (entry.stat().isDirectory()) {
                Files.setPosixFilePermissions(entry.path(), PosixFilePermissions.fromString("rwx------"));
            } else {
                throw new IOException(entry.path() + " is neither a file nor a directory");
            }
            lists.add(new ListEntry(name, entry.stat(), sum, null, false));
        }
        editor.addSegment(segment, files, bytes);
    }
}
