package io.github.mmupgrade.connection;

import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The private key of a client certificate ({@code sslkey}) in the forms that those who need it take.
 *
 * <p>The Mattermost server reads PEM of three kinds, from a file of its own user's. The JDBC driver takes PKCS #8 in
 * DER; PostgreSQL's programs take PEM, but only from a file that belongs to who runs them or to root, and that nobody
 * else can read (libpq's rule). What they wouldn't take is handed to them as a copy in a private directory, which
 * {@link #close()} removes.
 */
public final class ClientKey implements AutoCloseable {

    private static final Pattern PEM = Pattern.compile(
            "-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----\\s*([A-Za-z0-9+/=\\s]+?)-----END \\1-----");

    /** {@code SEQUENCE { OID 1.2.840.113549.1.1.1, NULL }}: RSA, RFC 8017. */
    private static final String RSA = "300d06092a864886f70d0101010500";

    /** {@code OID 1.2.840.10045.2.1}: keys of elliptic curves, RFC 5480. */
    private static final String EC = "06072a8648ce3d0201";

    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path key;
    private Path directory;

    /**
     * A key.
     *
     * @param key the file that the data source names
     */
    public ClientKey(Path key) {
        this.key = key;
    }

    /**
     * The key as PKCS #8 in DER.
     *
     * @throws RefusedException when it can't be read, or is of no kind that the server reads
     */
    Path der() {
        try {
            Matcher pem = PEM.matcher(new String(content(), StandardCharsets.ISO_8859_1));
            if (!pem.find()) {
                return key;
            }
            byte[] content = Base64.getMimeDecoder().decode(pem.group(2));
            return copy(
                    "key.pk8",
                    switch (pem.group(1)) {
                        case "RSA PRIVATE KEY" -> pkcs8(bytes(RSA), content);
                        case "EC PRIVATE KEY" -> pkcs8(sequence(bytes(EC), curve(content)), content);
                        default -> content;
                    });
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(e instanceof IOException io ? IoReason.of(io) : "it is damaged", e);
        }
    }

    /**
     * A file with the key that PostgreSQL's programs take.
     *
     * @param runner the number of the user who runs them
     * @throws RefusedException when it can't be read
     */
    public Path forPrograms(int runner) {
        try {
            int owner = (Integer) Files.getAttribute(key, "unix:uid");
            boolean isPrivate = OWNERS.containsAll(Files.getPosixFilePermissions(key));
            if (owner == runner && isPrivate) {
                return key;
            }
            Path copy = copy("key.pem", content());
            if (!Files.getAttribute(copy, "unix:uid").equals(runner)) {
                // the directory stays ours, so that nothing is exchanged in it
                Files.setAttribute(copy, "unix:uid", runner);
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            }
            return copy;
        } catch (IOException e) {
            throw unreadable(IoReason.of(e), e);
        }
    }

    private byte[] content() throws IOException {
        return PlainFile.read(key, PlainFile.SMALL);
    }

    private RefusedException unreadable(String why, Exception cause) {
        return new RefusedException(
                "The key of the client certificate " + key + ", which the data source names, cannot be read: " + why,
                Hint.of(
                        "Check sslkey in SqlSettings.DataSource. If the key has a password in the old format, convert it"
                                + " with 'openssl pkcs8 -topk8'."),
                cause);
    }

    private Path copy(String name, byte[] content) throws IOException {
        if (directory == null) {
            directory = Files.createTempDirectory("mmkey");
        }
        Path part = Files.createTempFile(directory, name, null);
        Files.write(part, content);
        return Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** PrivateKeyInfo, RFC 5208: version 0, the algorithm, the key. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return sequence(new byte[] {2, 1, 0}, algorithm, tagged(4, key));
    }

    /** ECPrivateKey, RFC 5915: the curve's OID is what stands under the tag [0]. */
    private static byte[] curve(byte[] key) {
        for (int i = 0; i + 3 < key.length; i++) {
            int length = key[i + 1];
            if ((key[i] & 0xff) == 0xa0
                    && key[i + 2] == 6
                    && length == key[i + 3] + 2
                    && i + 2 + length <= key.length) {
                return Arrays.copyOfRange(key, i + 2, i + 2 + length);
            }
        }
        throw new IllegalArgumentException("no curve");
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return tagged(0x30, all.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        // DER takes the shortest form of a length only
        if (content.length > 255) {
            all.write(0x82);
            all.write(content.length >> 8);
        } else if (content.length > 127) {
            all.write(0x81);
        }
        all.write(content.length);
        all.writeBytes(content);
        return all.toByteArray();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public void close() {
        if (directory != null) {
            try {
                TreeDelete.delete(directory);
                directory = null;
            } catch (IOException e) {
                // a private directory: only who could read the key anyway can read the copy
            }
        }
    }
}
