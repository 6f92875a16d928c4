package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A backup whose manifest is there. */
public final class Backup {

    /** The directory of the database's artifacts in a backup. */
    public static final String DATABASE = "database";

    /** The base backup of a database server: until the backup is complete, and none of its artifacts. */
    public static final String DATABASE_SERVER = "database-server";

    private final Path root;
    private final Manifest manifest;
    private final Path list;
    private final long entries;

    public Backup(Path root, Manifest manifest) {
        this(root, manifest, root.resolve(FileList.NAME), manifest.list().entries());
    }

    private Backup(Path root, Manifest manifest, Path list, long entries) {
        this.root = root;
        this.manifest = manifest;
        this.list = list;
        this.entries = entries;
    }

    /**
     * What a backup that is being made holds so far.
     *
     * @param list the list of it
     * @param entries how many that has
     */
    public static Backup soFar(Path root, Manifest manifest, Path list, long entries) {
        return new Backup(root, manifest, list, entries);
    }

    /**
     * Opens a backup and checks its manifest and lists; what they list, {@link #verify} checks.
     *
     * @param root the backup's directory
     * @throws RefusedException when there is no manifest, or it or a list was changed
     */
    public static Backup open(Path root) {
        return open(root, List.of(FileList.NAME, ChecksumLine.FILE));
    }

    /**
     * Opens a backup of which only artifacts are wanted. The lists, which grow with the number of files, are not read.
     *
     * @throws RefusedException when there is no manifest, or it was changed
     */
    public static Backup openForArtifacts(Path root) {
        return open(root, List.of());
    }

    private static Backup open(Path root, List<String> lists) {
        Hint hint = Hint.run("List the backups.", Goal.LIST_BACKUPS);
        Path file = root.resolve(Manifest.NAME);
        try {
            Manifest manifest = Manifest.read(file);
            for (String list : lists) {
                FileList.Summary summary = list.equals(FileList.NAME) ? manifest.list() : manifest.sums();
                if (!summary.matches(root.resolve(list))) {
                    throw new Manifest.DamagedException(
                            root.resolve(list) + " is not the list that the manifest names.", null);
                }
            }
            return new Backup(root, manifest);
        } catch (Manifest.DamagedException e) {
            throw new RefusedException("The backup cannot be trusted: " + e.getMessage(), hint, e);
        } catch (IOException e) {
            throw new RefusedException("There is no complete backup: " + IoReason.of(e), hint, e);
        }
    }

    /** Its directory. */
    public Path root() {
        return root;
    }

    /** What it says of itself. */
    public Manifest manifest() {
        return manifest;
    }

    /** Its name. */
    public String run() {
        return manifest.run();
    }

    /** Where an artifact of the database lies that is in the backup. */
    public Path artifact(Artifact artifact) {
        return root.resolve(artifact.segment());
    }

    /** The file that lists what is in it. */
    public Path list() {
        return list;
    }

    /** How many entries the list has. */
    public long entries() {
        return entries;
    }

    /** Reads everything and compares it with the lists. */
    public Verification verify(Reporter reporter) {
        return Verification.of(root, reporter);
    }

    /** The list, checked when the backup was opened. */
    public FileList.Reader openList() throws IOException {
        FileList.Reader reader = new FileList.Reader(list, entries);
        if (!reader.run().equals(manifest.run())) {
            reader.close();
            throw new Manifest.DamagedException(
                    list + " belongs to the backup " + reader.run() + ", not to " + manifest.run() + ".", null);
        }
        return reader;
    }

    @Override
    public String toString() {
        return manifest + " in " + root;
    }
}
