package io.github.mmupgrade.archive;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/**
 * Checks a detached OpenPGP signature (RFC 4880, armored or not) by a key that the administrator gave. The key's own
 * signatures count: a revoked key signs nothing, and neither does a subkey that its primary key doesn't vouch for.
 */
final class SignatureCheck {

    /** A signature is a few hundred bytes; a file with several of them some thousand. */
    static final int LARGEST_SIGNATURE = 1 << 16;

    private static final int CHUNK = 1 << 16;
    private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);
    private static final Set<Integer> STRONG = Set.of(
            HashAlgorithmTags.SHA256,
            HashAlgorithmTags.SHA384,
            HashAlgorithmTags.SHA512,
            HashAlgorithmTags.SHA3_256,
            HashAlgorithmTags.SHA3_512);

    private final List<PGPPublicKeyRing> rings = new ArrayList<>();

    /**
     * Reads the key or keys of a file.
     *
     * @throws RefusedException when there is none in it
     */
    SignatureCheck(Path keyFile) {
        try (InputStream in = PGPUtil.getDecoderStream(Files.newInputStream(keyFile))) {
            new PGPPublicKeyRingCollection(in, new BcKeyFingerprintCalculator()).forEach(rings::add);
        } catch (IOException | PGPException | RuntimeException e) {
            throw noKey(keyFile, e);
        }
        if (rings.isEmpty()) {
            throw noKey(keyFile, null);
        }
    }

    /**
     * Checks a file.
     *
     * @param file what was signed
     * @param signature the detached signature, at most {@link #LARGEST_SIGNATURE} bytes
     * @return the fingerprint of the key that signed it
     * @throws ArchiveMismatch when no signature by one of the keys fits
     */
    String verify(Path file, Path signature) throws IOException {
        List<PGPSignature> signatures = signatures(signature);
        List<String> reasons = new ArrayList<>();
        boolean otherContent = false;
        for (PGPSignature candidate : signatures) {
            PGPPublicKeyRing ring = ring(candidate.getKeyID());
            if (ring == null) {
                reasons.add("it is signed by " + id(candidate.getKeyID()) + ", which is not in the key file");
                continue;
            }
            PGPPublicKey key = ring.getPublicKey(candidate.getKeyID());
            Optional<String> objection = objection(candidate, ring, key);
            if (objection.isPresent()) {
                reasons.add(objection.get());
            } else if (fits(candidate, key, file)) {
                return fingerprint(ring.getPublicKey());
            } else {
                reasons.add("its signature by " + fingerprint(ring.getPublicKey()) + " does not match its content");
                otherContent = true;
            }
        }
        throw new ArchiveMismatch(String.join("; ", reasons), otherContent);
    }

    private static List<PGPSignature> signatures(Path file) throws IOException {
        List<PGPSignature> result = new ArrayList<>();
        try (InputStream in = PGPUtil.getDecoderStream(Files.newInputStream(file))) {
            BcPGPObjectFactory objects = new BcPGPObjectFactory(in);
            for (Object object = objects.nextObject(); object != null; object = objects.nextObject()) {
                if (object instanceof PGPSignatureList list) {
                    list.forEach(result::add);
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new ArchiveMismatch("its signature cannot be read: " + e.getMessage(), false);
        }
        if (result.isEmpty()) {
            throw new ArchiveMismatch("the signature file contains no signature", false);
        }
        return result;
    }

    private PGPPublicKeyRing ring(long keyId) {
        return rings.stream()
                .filter(ring -> ring.getPublicKey(keyId) != null)
                .findFirst()
                .orElse(null);
    }

    /** Why a signature counts for nothing, whatever it signs. */
    private static Optional<String> objection(PGPSignature signature, PGPPublicKeyRing ring, PGPPublicKey key)
            throws ArchiveMismatch {
        String by = id(key.getKeyID());
        Instant made = signature.getCreationTime().toInstant();
        if (signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
            return Optional.of("its signature by " + by + " is not the signature of a file");
        }
        if (!STRONG.contains(signature.getHashAlgorithm())) {
            return Optional.of(
                    "its signature by " + by + " uses a broken hash (number " + signature.getHashAlgorithm() + ")");
        }
        if (made.isAfter(Instant.now().plus(CLOCKS_DIFFER))) {
            return Optional.of("its signature by " + by + " has a date in the future (" + made + ")");
        }
        PGPPublicKey primary = ring.getPublicKey();
        if (isRevoked(primary, primary, PGPSignature.KEY_REVOCATION)) {
            return Optional.of("the key " + fingerprint(primary) + " is revoked");
        }
        if (isExpired(primary, made) || isExpired(key, made)) {
            return Optional.of("its signature by " + by + " was made after the key had expired");
        }
        if (key.isMasterKey()) {
            return Optional.empty();
        }
        if (isRevoked(primary, key, PGPSignature.SUBKEY_REVOCATION)) {
            return Optional.of("the subkey " + by + " is revoked");
        }
        return vouchesFor(primary, key)
                ? Optional.empty()
                : Optional.of("the subkey " + by + " is not certified by its primary key");
    }

    private static boolean isExpired(PGPPublicKey key, Instant at) {
        long seconds = key.getValidSeconds();
        return seconds > 0 && at.isAfter(key.getCreationTime().toInstant().plusSeconds(seconds));
    }

    private static boolean isRevoked(PGPPublicKey primary, PGPPublicKey key, int type) throws ArchiveMismatch {
        for (Iterator<PGPSignature> all = key.getSignaturesOfType(type); all.hasNext(); ) {
            if (certifies(all.next(), primary, key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean vouchesFor(PGPPublicKey primary, PGPPublicKey subkey) throws ArchiveMismatch {
        for (Iterator<PGPSignature> all = subkey.getSignaturesOfType(PGPSignature.SUBKEY_BINDING); all.hasNext(); ) {
            PGPSignature binding = all.next();
            if (STRONG.contains(binding.getHashAlgorithm()) && certifies(binding, primary, subkey)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the primary key made this signature over itself or over its subkey. */
    private static boolean certifies(PGPSignature signature, PGPPublicKey primary, PGPPublicKey key)
            throws ArchiveMismatch {
        try {
            if (signature.getKeyID() != primary.getKeyID()) {
                return false;
            }
            signature.init(new BcPGPContentVerifierBuilderProvider(), primary);
            return key.isMasterKey()
                    ? signature.verifyCertification(primary)
                    : signature.verifyCertification(primary, key);
        } catch (PGPException e) {
            throw new ArchiveMismatch("a signature of the signing key cannot be checked: " + e.getMessage(), false);
        }
    }

    private static boolean fits(PGPSignature signature, PGPPublicKey key, Path file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            signature.init(new BcPGPContentVerifierBuilderProvider(), key);
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                signature.update(chunk, 0, read);
            }
            return signature.verify();
        } catch (PGPException e) {
            throw new ArchiveMismatch("its signature cannot be checked: " + e.getMessage(), false);
        }
    }

    private static String id(long keyId) {
        return String.format(Locale.ROOT, "key %016X", keyId);
    }

    private static String fingerprint(PGPPublicKey key) {
        return HexFormat.of().withUpperCase().formatHex(key.getFingerprint());
    }

    private static RefusedException noKey(Path file, Exception cause) {
        return new RefusedException(
                file + " contains no public key" + (cause == null ? "" : ": " + cause.getMessage()) + ".",
                Hint.of(
                        "Export the vendor's key to a file with 'gpg --armor --export', and set mattermost.signingKey to"
                                + " that file."),
                cause);
    }
}
