package io.github.mmupgrade.backup.format;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.RawName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Writes into the manifest of a backup that is being made, and saves it after each change. */
public final class ManifestEditor {

    private static final String AHEAD_LIST = "aheadList";
    private static final String AHEAD_SUMS = "aheadSums";

    private final Manifest manifest;
    private Path file;

    public ManifestEditor(Manifest manifest, Path file) {
        this.manifest = manifest;
        this.file = file;
    }

    public Manifest manifest() {
        return manifest;
    }

    public void save() throws IOException {
        manifest.write(file);
    }

    public void saveTo(Path newFile) throws IOException {
        file = newFile;
        save();
    }

    public void put(String object, Map<String, String> values) throws IOException {
        ObjectNode node = manifest.root().withObjectProperty(object);
        values.forEach(node::put);
        save();
    }

    public void rowCounts(Map<String, Long> counts) throws IOException {
        ObjectNode node = manifest.root().withObjectProperty("rowCounts");
        node.removeAll();
        counts.forEach(node::put);
        save();
    }

    public void databaseBytes(long bytes) throws IOException {
        manifest.root().put("databaseBytes", bytes);
        save();
    }

    public void duration(String step, Duration duration) throws IOException {
        put("durations", Map.of(step, duration.toString()));
    }

    public void warn(String text) throws IOException {
        array("warnings").add(text);
        save();
    }

    /** Records the file store again, without the earlier warnings about it. */
    public void fileStore(FileStoreLocation location) throws IOException {
        String before = manifest.fileStore().map(FileStoreLocation::warning).orElse("");
        ArrayNode warnings = array("warnings");
        for (int i = warnings.size() - 1; i >= 0; i--) {
            if (warnings.get(i).asText().equals(before)) {
                warnings.remove(i);
            }
        }
        Manifest.putFileStore(manifest.root(), location);
        save();
    }

    /** Adds an artifact, in the place of one of the same kind and name. */
    public void artifact(Artifact artifact) throws IOException {
        forget(artifact);
        ObjectNode node = array("artefacts").addObject();
        node.put("kind", artifact.kind());
        node.put("format", artifact.format());
        node.put("where", artifact.where());
        node.put("inBackup", artifact.inBackup());
        save();
    }

    public void forget(Artifact artifact) {
        ArrayNode all = array("artefacts");
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).path("kind").asText().equals(artifact.kind())
                    && all.get(i).path("where").asText().equals(artifact.where())) {
                all.remove(i);
            }
        }
    }

    /** Notes what the last pass over the sources left. */
    public void finished(List<BackupSource> sources, CopyResult result) throws IOException {
        ObjectNode root = manifest.root();
        ObjectNode from = root.putObject("sources");
        sources.forEach(
                source -> from.put(RawName.text(source.target()), RawName.text(RawName.ofWhole(source.path()))));
        texts("segments", result.trees());
        texts("leftOut", result.leftOut());
        root.put("files", result.files());
        root.put("bytes", result.bytes());
        // saved once: each save waits for the disk, and the server is down meanwhile
        duration("finish", result.duration());
    }

    void lists(FileList.Summary list, FileList.Summary sums) {
        summary("list", list);
        summary("sums", sums);
    }

    void ahead(FileList.Summary list, FileList.Summary sums) {
        summary(AHEAD_LIST, list);
        summary(AHEAD_SUMS, sums);
        manifest.root().put("aheadEntries", list.entries());
    }

    /**
     * Makes the lists of a pass ahead the backup's own, when they are still those that were summed up; the editor is
     * not saved. Both names of a list lead to the same file afterwards.
     *
     * @return whether it was done
     */
    public boolean takeAhead(Path root, Path list, Path sums) throws IOException {
        if (!isWhole(list, AHEAD_LIST) || !isWhole(sums, AHEAD_SUMS)) {
            return false;
        }
        try {
            link(root.resolve(FileList.NAME), list);
            link(root.resolve(ChecksumLine.FILE), sums);
        } catch (FileSystemException | UnsupportedOperationException e) {
            return false; // no hard links here
        }
        AtomicFile.syncDirectory(root);
        manifest.root().set("list", manifest.root().get(AHEAD_LIST));
        manifest.root().set("sums", manifest.root().get(AHEAD_SUMS));
        return true;
    }

    /** Forgets the lists of a pass ahead. */
    public void forgetAhead() {
        manifest.root().remove(List.of(AHEAD_LIST, AHEAD_SUMS, "aheadEntries"));
    }

    private boolean isWhole(Path file, String field) throws IOException {
        return manifest.root().has(field)
                && Files.isRegularFile(file)
                && Files.size(file) == manifest.root().path(field).path("bytes").asLong();
    }

    private static void link(Path name, Path file) throws IOException {
        Files.deleteIfExists(name);
        Files.createLink(name, file);
    }

    public void addSegment(String segment, long files, long bytes) {
        array("segments").add(segment);
        manifest.root().put("files", manifest.files() + files);
        manifest.root().put("bytes", manifest.size() + bytes);
    }

    public void state(BackupState state, Instant now) {
        ObjectNode root = manifest.root();
        root.put("state", state.text());
        if (manifest.sealedAt().isEmpty()) {
            root.put("sealedAt", now.toString());
        }
        if (state == BackupState.COMPLETE && manifest.completedAt().isEmpty()) {
            root.put("completedAt", now.toString());
        }
    }

    private void summary(String field, FileList.Summary summary) {
        ObjectNode node = manifest.root().putObject(field);
        node.put("bytes", summary.bytes());
        node.put("entries", summary.entries());
        node.put("sha256", summary.sha256());
    }

    private void texts(String field, List<String> values) {
        ArrayNode array = manifest.root().putArray(field);
        values.forEach(array::add);
    }

    private ArrayNode array(String field) {
        return manifest.root().withArrayProperty(field);
    }
}
