package io.github.mmupgrade.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/** SHA-256 sums, in lower-case hexadecimal. */
public final class Digests {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int CHUNK = 1 << 16;

    private Digests() {}

    /** A digest to feed piece by piece; {@link #hex(MessageDigest)} ends it. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** The sum of what the digest was fed; resets the digest. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The SHA-256 of some bytes. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** The SHA-256 of a file's content, read piece by piece. */
    public static String sha256(Path file) throws IOException {
        return sha256(file, read -> {});
    }

    /**
     * The SHA-256 of a file's content.
     *
     * @param progress hears how many more bytes were read
     */
    public static String sha256(Path file, LongConsumer progress) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return sha256(in, progress);
        }
    }

    /** The SHA-256 of everything left in a stream, which stays open. */
    public static String sha256(InputStream in, LongConsumer progress) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            digest.update(chunk, 0, read);
            progress.accept(read);
        }
        return hex(digest);
    }

    /**
     * A sum as people paste it, in the form used here.
     *
     * @throws IllegalArgumentException when it isn't 64 hexadecimal digits
     */
    public static String normalizeSha256(String text) {
        String sum = text.strip().toLowerCase(Locale.ROOT);
        if (!SHA256.matcher(sum).matches()) {
            throw new IllegalArgumentException("Not a SHA-256 sum (64 hexadecimal digits): '" + text + "'");
        }
        return sum;
    }

    /** How many threads copy and hash: two at least, because one waits for the disk while the other computes. */
    public static int threads() {
        return Math.max(2, Runtime.getRuntime().availableProcessors());
    }
}
