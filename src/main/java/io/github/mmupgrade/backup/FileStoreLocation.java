package io.github.mmupgrade.backup;

import java.util.Objects;

/**
 * Where an installation's file store is.
 *
 * @param kind {@code local}, or {@code s3} whose files stay in the bucket
 * @param where the directory, or the bucket with its endpoint; never a key
 * @param copied whether its files are in the backup
 */
public record FileStoreLocation(String kind, String where, boolean copied) {

    /** Checks the parts. */
    public FileStoreLocation {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(where);
    }

    /** A directory. */
    public static FileStoreLocation local(String directory) {
        return new FileStoreLocation("local", directory, true);
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
        return copied
                ? ""
                : "The file store is the bucket " + where + ": its files are not in this backup. Going back to it needs"
                        + " the versions that the bucket itself keeps; whether it keeps any can't be seen from here.";
    }
}
