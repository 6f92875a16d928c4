package io.github.mmupgrade.scratch;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory that everything of a rehearsal is in. Nobody but the users who work in them can look into the
 * directories in it; a note says what has to be ended before it is removed.
 */
public final class ScratchPlace {

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    /** Those who work in the directories below have to get through; what is here they cannot list. */
    private static final Set<PosixFilePermission> PASSAGE = PosixFilePermissions.fromString("rwx--x--x");

    private static final String NOTE = "rehearsal.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path root;

    private ScratchPlace(Path root) {
        this.root = root;
    }

    /**
     * What has to be ended.
     *
     * @param process the process that rehearses; 0 when the server was left running on purpose
     * @param processStart its start in ticks since the machine's, so that another one with its number is not taken for
     *     it
     * @param driver its kind, {@code postgres} or {@code mysql}
     * @param given the data source that was given for the scratch database; null for an embedded PostgreSQL
     * @param database the name of the scratch database on its server; null for an embedded PostgreSQL
     * @param postgresUid whom the embedded PostgreSQL runs as; -1 when there is none
     * @param postgresGid its group
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Note(
            long process,
            long processStart,
            String driver,
            String given,
            String database,
            int postgresUid,
            int postgresGid) {
        /** Shows no data source. */
        @Override
        public String toString() {
            return "process " + process + ", database " + database;
        }
    }

    /**
     * Makes one.
     *
     * @param parent where
     * @param name the name of the installation's state
     * @throws RefusedException when it cannot be made
     */
    public static ScratchPlace make(Path parent, String name) {
        try {
            Files.createDirectories(parent);
            Path root = Files.createTempDirectory(parent.toRealPath(), prefix(name));
            Files.setPosixFilePermissions(root, PASSAGE);
            return new ScratchPlace(root);
        } catch (IOException e) {
            throw new RefusedException(
                    "No scratch directory can be created in " + parent + ": " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Name another directory with mattermost.rehearse.directory."),
                    e);
        }
    }

    /** Those that rehearsals of an installation have left. */
    public static List<ScratchPlace> find(Path parent, String name) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix(name)))
                    .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    // the parent may be anybody's to write to: another one's directory is none of ours
                    .filter(entry ->
                            Files.isRegularFile(entry.resolve(NOTE), LinkOption.NOFOLLOW_LINKS) && ownedByUs(entry))
                    .sorted()
                    .map(ScratchPlace::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + parent + " cannot be listed", e);
        }
    }

    private static boolean ownedByUs(Path entry) {
        try {
            return Files.getAttribute(entry, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                    .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            return false;
        }
    }

    private static String prefix(String name) {
        return "mattermost-rehearsal-" + name + "-";
    }

    public Path root() {
        return root;
    }

    /** The copy of the installation; its user must not be able to put another one in its place. */
    public Path installation() {
        return root.resolve("mattermost");
    }

    public Path state() {
        return root.resolve("state");
    }

    public Path backups() {
        return root.resolve("backups");
    }

    public Path postgres() {
        return root.resolve("postgres");
    }

    /** The variables of the copy's server. */
    public Path environmentFile() {
        return state().resolve("environment");
    }

    /** What is laid over all configurations. */
    public Path overlay() {
        return state().resolve("isolation.json");
    }

    /** Makes a directory for one user alone. */
    public Path directory(Path wanted, Owner owner) {
        try {
            Files.createDirectories(wanted, PosixFilePermissions.asFileAttribute(PRIVATE));
            give(wanted, owner);
            return wanted;
        } catch (IOException e) {
            throw new StageFailedException(
                    "The scratch directory " + wanted + " cannot be created: " + IoReason.of(e)
                            + ". The installation was not changed.",
                    Hint.of("Name another directory with mattermost.rehearse.directory."),
                    e);
        }
    }

    /** Gives a directory in one of ours to its user, unless it has that one already. */
    private static void give(Path file, Owner owner) throws IOException {
        if (owner != null && !Integer.valueOf(owner.uid()).equals(Files.getAttribute(file, "unix:uid"))) {
            Files.setAttribute(file, "unix:uid", owner.uid());
            Files.setAttribute(file, "unix:gid", owner.gid());
        }
    }

    /** Writes a private file. */
    public void write(Path file, byte[] content) {
        try {
            AtomicFile.write(file, AtomicFile.PRIVATE, content);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The file " + file + " cannot be written: " + IoReason.of(e)
                            + ". The installation was not changed.",
                    Hint.of("Free some space, or name another directory with mattermost.rehearse.directory."),
                    e);
        }
    }

    public void note(Note note) {
        try {
            write(root.resolve(NOTE), JSON.writeValueAsBytes(note));
        } catch (IOException e) {
            throw new IllegalStateException("A note can always be written as JSON", e);
        }
    }

    /** What was noted; empty when it cannot be read. */
    public Optional<Note> note() {
        try {
            return Optional.of(JSON.readValue(root.resolve(NOTE).toFile(), Note.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Removes it with all that is in it. */
    public void remove() {
        try {
            TreeDelete.delete(root);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The scratch directory " + root + " cannot be removed: " + IoReason.of(e)
                            + ". The installation was not changed.",
                    Hint.of("Remove it by hand."),
                    e);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
