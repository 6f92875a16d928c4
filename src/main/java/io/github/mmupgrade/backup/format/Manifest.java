package io.github.mmupgrade.backup.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a backup says of itself. The file ends with a SHA-256 of itself (taken with zeros in its own place), and holds
 * those of the lists, so that nothing in a backup can change unseen.
 */
public final class Manifest {

    /** The name of the manifest in a backup. */
    public static final String NAME = "manifest.json";

    /** The name of its draft, which is there until the manifest is. */
    public static final String DRAFT = "draft.json";

    static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();
    private static final String DIGEST = "sha256";
    private static final String NO_DIGEST = "0".repeat(64);

    private final ObjectNode root;

    Manifest(ObjectNode root) {
        this.root = root;
    }

    /** A manifest that is no manifest, or no longer the one that was written. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static Manifest start(
            String run, BackupSubject subject, Instant now, boolean serverRunning, String previous) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("run", run);
        root.put("state", BackupState.INCOMPLETE.text());
        root.put("plugin", subject.plugin());
        root.put("installation", subject.installation());
        root.put("installDirectory", subject.directory());
        root.put("host", subject.host());
        root.put("release", subject.release());
        root.put("edition", subject.edition());
        root.put("schemaVersion", subject.schemaVersion());
        root.put("dataSource", subject.dataSource());
        if (subject.fileStore() != null) {
            putFileStore(root, subject.fileStore());
        }
        root.put("startedAt", now.toString());
        root.put("serverRunning", serverRunning);
        root.put("previous", previous);
        root.putObject("tools");
        root.putObject("rowCounts");
        root.putObject("durations");
        root.putObject("sources");
        root.putArray("artefacts");
        root.putArray("segments");
        root.putArray("leftOut");
        root.putArray("warnings");
        return new Manifest(root);
    }

    /**
     * Reads a manifest and checks its sum.
     *
     * @throws DamagedException when it isn't what was written
     */
    public static Manifest read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            if (!(JSON.readTree(bytes) instanceof ObjectNode root)) {
                throw new DamagedException(file + " is not a manifest.", null);
            }
            String said = root.path(DIGEST).asText();
            root.remove(DIGEST);
            Manifest manifest = new Manifest(root);
            if (!Arrays.equals(manifest.bytes(), bytes)) {
                throw new DamagedException(
                        file + " was changed after it was written (SHA-256 in it: " + said + ").", null);
            }
            if (root.path("format").asInt() != FORMAT) {
                throw new DamagedException(
                        file + " has format " + root.path("format") + "; this plugin reads format " + FORMAT + ".",
                        null);
            }
            manifest.state();
            manifest.startedAt();
            manifest.sealedAt();
            manifest.durations();
            return manifest;
        } catch (JsonProcessingException e) {
            throw new DamagedException(file + " is not JSON.", e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new DamagedException(file + " is not a manifest: " + e.getMessage(), e);
        }
    }

    void write(Path file) throws IOException {
        AtomicFile.write(file, AtomicFile.PRIVATE, bytes());
    }

    private byte[] bytes() {
        try {
            ObjectNode sealed = root.deepCopy();
            sealed.put(DIGEST, NO_DIGEST);
            byte[] bytes = (PRETTY.writeValueAsString(sealed) + "\n").getBytes(StandardCharsets.UTF_8);
            sealed.put(DIGEST, Digests.sha256(bytes));
            return (PRETTY.writeValueAsString(sealed) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For what is written into it while the backup is made. */
    public ObjectNode root() {
        return root;
    }

    /** The backup's own name. */
    public String run() {
        return root.path("run").asText();
    }

    /** How far it has come. */
    public BackupState state() {
        return BackupState.of(root.path("state").asText());
    }

    /** The installation's name. */
    public String installation() {
        return root.path("installation").asText();
    }

    /** Where the installation was. */
    public String installDirectory() {
        return root.path("installDirectory").asText();
    }

    /** The name of the machine that it was made on. */
    public String host() {
        return root.path("host").asText();
    }

    /** The release of the plugin that made it. */
    public String plugin() {
        return root.path("plugin").asText();
    }

    /** The server's release. */
    public Optional<String> release() {
        return text("release");
    }

    /** The server's edition: {@code team} or {@code enterprise}. */
    public Optional<String> edition() {
        return text("edition");
    }

    /** The schema's version. */
    public Optional<String> schemaVersion() {
        return text("schemaVersion");
    }

    /** The data source, without its password. */
    public Optional<String> dataSource() {
        return text("dataSource");
    }

    /** Writes where the file store is into a manifest. */
    static void putFileStore(ObjectNode root, FileStoreLocation location) {
        ObjectNode store = root.putObject("fileStore");
        store.put("kind", location.kind());
        store.put("where", location.where());
        store.put("copied", location.copied());
    }

    /** The file store. */
    public Optional<FileStoreLocation> fileStore() {
        JsonNode store = root.path("fileStore");
        return store.isObject()
                ? Optional.of(new FileStoreLocation(
                        store.path("kind").asText(),
                        store.path("where").asText(),
                        store.path("copied").asBoolean()))
                : Optional.empty();
    }

    /** When it was started. */
    public Instant startedAt() {
        return Instant.parse(root.path("startedAt").asText());
    }

    /** When its manifest was written for the first time: what it holds is from before. */
    public Optional<Instant> sealedAt() {
        return text("sealedAt").map(Instant::parse);
    }

    /** When it became complete. */
    public Optional<Instant> completedAt() {
        return text("completedAt").map(Instant::parse);
    }

    /** Whether the server ran meanwhile: files and database may then differ by seconds. */
    public boolean serverRunning() {
        return root.path("serverRunning").asBoolean();
    }

    /** The backup whose unchanged files this one shares. */
    public Optional<String> previous() {
        return text("previous");
    }

    /** The external programs used, and their versions. */
    public Map<String, String> tools() {
        Map<String, String> result = new LinkedHashMap<>();
        root.path("tools")
                .properties()
                .forEach(f -> result.put(f.getKey(), f.getValue().asText()));
        return result;
    }

    /** Rows per table. */
    public Map<String, Long> rowCounts() {
        Map<String, Long> result = new LinkedHashMap<>();
        root.path("rowCounts")
                .properties()
                .forEach(f -> result.put(f.getKey(), f.getValue().asLong()));
        return result;
    }

    /** How large the database was when it was dumped; empty when it was not, or is not known. */
    public OptionalLong databaseBytes() {
        JsonNode bytes = root.path("databaseBytes");
        return bytes.isIntegralNumber() ? OptionalLong.of(bytes.asLong()) : OptionalLong.empty();
    }

    /** How long each step took. */
    public Map<String, Duration> durations() {
        Map<String, Duration> result = new LinkedHashMap<>();
        root.path("durations")
                .properties()
                .forEach(f -> result.put(f.getKey(), Duration.parse(f.getValue().asText())));
        return result;
    }

    /** Where each part came from, by its place in the backup. */
    public Map<String, String> sources() {
        Map<String, String> result = new LinkedHashMap<>();
        root.path("sources")
                .properties()
                .forEach(f -> result.put(f.getKey(), f.getValue().asText()));
        return result;
    }

    /** What the database left. */
    public List<Artifact> artifacts() {
        List<Artifact> result = new ArrayList<>();
        for (JsonNode node : root.path("artefacts")) {
            result.add(new Artifact(
                    node.path("kind").asText(),
                    node.path("format").asText(),
                    node.path("where").asText(),
                    node.path("inBackup").asBoolean()));
        }
        return result;
    }

    /** Whether an artifact is in the backup in full, with its checksum. */
    public boolean holds(Artifact artifact) {
        return artifact.inBackup() && segments().contains(artifact.segment());
    }

    /** Sockets, pipes and devices that are not in the backup; the first 100. */
    public List<String> leftOut() {
        return texts("leftOut");
    }

    /** What a person should know before relying on it. */
    public List<String> warnings() {
        return texts("warnings");
    }

    /** How many files it holds. */
    public long files() {
        return root.path("files").asLong();
    }

    /** How many bytes they have together. */
    public long size() {
        return root.path("bytes").asLong();
    }

    /** The parts of the list, each a tree on disk, in the order of the list. */
    public List<String> segments() {
        return texts("segments");
    }

    public FileList.Summary list() {
        return summary("list");
    }

    FileList.Summary sums() {
        return summary("sums");
    }

    private FileList.Summary summary(String field) {
        JsonNode node = root.path(field);
        return new FileList.Summary(
                node.path("bytes").asLong(),
                node.path("entries").asLong(),
                node.path(DIGEST).asText());
    }

    private List<String> texts(String field) {
        List<String> result = new ArrayList<>();
        root.path(field).forEach(node -> result.add(node.asText()));
        return result;
    }

    private Optional<String> text(String field) {
        JsonNode node = root.path(field);
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    @Override
    public String toString() {
        return run() + " of " + installDirectory()
                + release().map(r -> " (" + r + ")").orElse("") + ", " + state().text();
    }
}
