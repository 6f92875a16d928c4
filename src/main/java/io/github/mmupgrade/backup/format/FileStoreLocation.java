package io.github.mmupgrade.backup.format;

import java.util.Objects;

/**
 * Where an installation's file store is.
 *
 * @param kind {@code local}, {@code command}, which is a directory that the organisation's own command saves, {@code
 *     node}, which is a directory that another node of the cluster saves, or {@code s3} whose files stay in the bucket
 * @param where the directory, or the bucket with its endpoint; never a key
 * @param copied whether its files are in the backup
 */
public record FileStoreLocation(String kind, String where, boolean copied) {

    private static final String LOCAL = "local";
    private static final String COMMAND = "command";
    private static final String NODE = "node";

    /** Checks the parts. */
    public FileStoreLocation {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(where);
    }

    /** A directory. */
    public static FileStoreLocation local(String directory) {
        return new FileStoreLocation(LOCAL, directory, true);
    }

    /** A directory that the organisation's own command saves. */
    public static FileStoreLocation savedElsewhere(String directory) {
        return new FileStoreLocation(COMMAND, directory, false);
    }

    /** A directory that another node of the cluster saves. */
    public static FileStoreLocation savedByAnotherNode(String directory) {
        return new FileStoreLocation(NODE, directory, false);
    }

    /** Whether another node of the cluster saves its files. */
    public boolean isSavedByAnotherNode() {
        return kind.equals(NODE);
    }

    /** A directory that is not saved. */
    public static FileStoreLocation notSaved(String directory) {
        return new FileStoreLocation(LOCAL, directory, false);
    }

    /** Whether its files are in a bucket. */
    public boolean isBucket() {
        return kind.equals("s3");
    }

    /** Whether nobody has saved its files with the backup: neither a copy, nor a bucket, nor a procedure. */
    public boolean isLeftOut() {
        return !copied && (kind.equals(LOCAL) || isSavedByAnotherNode());
    }

    /** How its files were saved, in a few words. */
    public String saved() {
        if (copied) {
            return "copied";
        }
        if (isSavedByAnotherNode()) {
            return "saved by another node of the cluster";
        }
        return isBucket() ? "in a bucket" : kind.equals(COMMAND) ? "saved by your own command" : "not saved";
    }

    /** A bucket. */
    public static FileStoreLocation s3(String endpoint, String bucket, String prefix) {
        return new FileStoreLocation(
                "s3",
                endpoint + "/" + bucket + (prefix.isEmpty() || prefix.startsWith("/") ? "" : "/") + prefix,
                false);
    }

    /** What to warn of; empty when the files are in the backup. */
    public String warning() {
        if (copied) {
            return "";
        }
        if (isBucket()) {
            return "The file store is the bucket " + where
                    + ": its files are not in this backup. To go back, you need"
                    + " the versions that the bucket itself keeps; the plugin cannot check whether it keeps any.";
        }
        if (isSavedByAnotherNode()) {
            return "The files in " + where + " are not in this backup: another node of the cluster saves them.";
        }
        return kind.equals(COMMAND)
                ? "The files in " + where + " are not in this backup: your own command saves them"
                        + " and restores them (mattermost.backup.files=command)."
                : "The files in " + where + " are not in this backup (mattermost.backup.files=none).";
    }
}
