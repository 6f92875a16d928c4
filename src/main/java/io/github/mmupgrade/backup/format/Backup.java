package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.file.Path;

/** A backup whose manifest is there. */
public final class Backup {

    /** The directory of the database's artifacts in a backup. */
    public static final String DATABASE = "database";

    /** The base backup of a database server: until the backup is complete, and none of its artifacts. */
    public static final String DATABASE_SERVER = "database-server";

    private final Path root;
    private final Manifest manifest;

    public Backup(Path root, Manifest manifest) {
        this.root = root;
        this.manifest = manifest;
    }

    /**
     * Opens a backup and checks its manifest and lists; what they list, {@link #verify} checks.
     *
     * @param root the backup's directory
     * @throws RefusedException when there is no manifest, or it or a list was changed
     */
    public static Backup open(Path root) {
        Hint hint = Hint.run("List the backups.", Goal.LIST_BACKUPS);
        Path file = root.resolve(Manifest.NAME);
        try {
            Manifest manifest = Manifest.read(file);
            for (String list : new String[] {FileList.NAME, ChecksumLine.FILE}) {
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

    /** Reads everything and compares it with the lists. */
    public Verification verify(Reporter reporter) {
        return Verification.of(root, reporter);
    }

    /** The list, checked when the backup was opened. */
    public FileList.Reader openList() throws IOException {
        FileList.Reader reader =
                new FileList.Reader(root.resolve(FileList.NAME), manifest.list().entries());
        if (!reader.run().equals(manifest.run())) {
            reader.close();
            throw new Manifest.DamagedException(
                    root.resolve(FileList.NAME) + " belongs to the backup " + reader.run() + ", not to "
                            + manifest.run() + ".",
                    null);
        }
        return reader;
    }

    @Override
    public String toString() {
        return manifest + " in " + root;
    }
}
