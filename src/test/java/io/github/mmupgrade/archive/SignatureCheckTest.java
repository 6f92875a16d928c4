package io.github.mmupgrade.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.download.DownloadServer;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.LineReporter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SignatureCheckTest {

    private static final String RSA = "9149C4040BAB0FD1C8A3220DA06D215BC473AF4A";
    private static final String ED25519 = "4720B01AECA3B08E28F3DE8796547B29AC3465B2";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void takesWhatTheKeySigned() throws Exception {
        assertEquals(RSA, verify("key.asc", "signed", "signed.sig"));
        assertEquals(RSA, verify("key.asc", "signed", "signed.asc"));
        assertEquals(RSA, verify("all-keys.gpg", "signed", "signed.sig"));
        assertEquals(ED25519, verify("all-keys.gpg", "signed", "other.asc"));
    }

    @Test
    public void takesWhatWasSignedBeforeTheKeyExpired() throws Exception {
        assertEquals("17D9AE4664F00EBBAADDFBF6F010ADDCF2DEEA68", verify("all-keys.gpg", "signed", "short.sig"));
    }

    @Test
    public void refusesOtherContent() throws Exception {
        Path changed = folder.newFile().toPath();
        Files.writeString(changed, Files.readString(fixture("signed")) + "x");
        ArchiveMismatch mismatch = assertThrows(ArchiveMismatch.class, () -> new SignatureCheck(fixture("key.asc"))
                .verify(changed, fixture("signed.sig")));
        assertTrue(mismatch.getMessage(), mismatch.getMessage().contains("does not match its content"));
        assertTrue(mismatch.otherContent());
    }

    @Test
    public void refusesSignaturesThatProveNothing() throws Exception {
        assertRefused("key.asc", "other.asc", "key 96547B29AC3465B2, which is not in the key file");
        assertRefused("key.asc", "sha1.sig", "broken hash (number 2)");
        assertRefused("key.asc", "text.sig", "is not the signature of a file");
        assertRefused("revoked-key.asc", "signed.sig", "the key " + RSA + " is revoked");
        assertRefused("all-keys.gpg", "future.sig", "has a date in the future (2099-12-31T03:04:05Z)");
        assertRefused("key.asc", "signed", "signature");
        assertRefused("key.asc", "key.asc", "contains no signature");
    }

    @Test
    public void refusesASubkeyThatItsKeyDoesNotVouchFor() throws Exception {
        PGPPublicKeyRingCollection all = rings("all-keys.gpg");
        PGPPublicKeyRing rsa = all.getPublicKeyRing(Long.parseUnsignedLong("A06D215BC473AF4A", 16));
        PGPPublicKeyRing ed25519 = all.getPublicKeyRing(Long.parseUnsignedLong("96547B29AC3465B2", 16));
        PGPPublicKeyRing forged = ed25519;
        for (PGPPublicKey key : rsa) {
            if (!key.isMasterKey()) {
                forged = PGPPublicKeyRing.insertPublicKey(forged, key);
            }
        }
        Path file = folder.newFile().toPath();
        Files.write(file, forged.getEncoded());
        ArchiveMismatch mismatch = assertThrows(
                ArchiveMismatch.class, () -> new SignatureCheck(file).verify(fixture("signed"), fixture("signed.sig")));
        assertTrue(mismatch.getMessage(), mismatch.getMessage().contains("is not certified"));
    }

    @Test
    public void refusesAFileWithoutAKey() throws Exception {
        for (String name : List.of("signed", "signed.sig", "README.md")) {
            RefusedException refused = assertThrows(RefusedException.class, () -> new SignatureCheck(fixture(name)));
            assertTrue(refused.getMessage(), refused.getMessage().contains(name + " contains no public key"));
            assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.signingKey"));
        }
        assertThrows(RefusedException.class, () -> new SignatureCheck(Path.of("/nonexistent")));
    }

    @Test
    public void downloadsTheSignatureWhereNoSumIsKnown() throws Exception {
        byte[] signed = Files.readAllBytes(fixture("signed"));
        byte[] signature = Files.readAllBytes(fixture("signed.sig"));
        ArchiveTrust trust = ArchiveTrust.of(Optional.empty(), Optional.empty(), Optional.of(fixture("key.asc")));
        Path cache = folder.getRoot().toPath().resolve("cache");
        try (DownloadServer server = new DownloadServer((request, out) -> {
            byte[] content = request.target().equals("/a.tar.gz.sig?x") ? signature : signed;
            DownloadServer.head(out, content, 0);
            out.write(content);
        })) {
            String url = server.url("/a.tar.gz?x");
            VerifiedArchive archive = download(cache, false).fetch(url, trust);
            assertEquals("the signature of " + RSA, archive.verifiedBy());
            assertEquals(2, server.requests().size());
            assertEquals(archive, download(cache, true).fetch(url, trust));
        }
        Path elsewhere = folder.getRoot().toPath().resolve("elsewhere");
        try (DownloadServer server = new DownloadServer((request, out) -> {
            byte[] content = request.target().endsWith(".sig") ? signature : new byte[99];
            DownloadServer.head(out, content, 0);
            out.write(content);
        })) {
            RefusedException refused = assertThrows(
                    RefusedException.class, () -> download(elsewhere, false).fetch(server.url("/a.tar.gz"), trust));
            assertTrue(refused.getMessage(), refused.getMessage().contains("does not match its content"));
            try (Stream<Path> files = Files.list(elsewhere)) {
                assertEquals(
                        0,
                        files.filter(file -> !file.toString().endsWith(".lock")).count());
            }
        }
    }

    @Test
    public void looksForTheSignatureOfALocalFileBesideIt() throws Exception {
        ArchiveTrust trust = ArchiveTrust.of(Optional.empty(), Optional.empty(), Optional.of(fixture("key.asc")));
        Path cache = folder.getRoot().toPath().resolve("cache");
        VerifiedArchive archive = download(cache, true).fetch(fixture("signed").toString(), trust);
        assertEquals("the signature of " + RSA, archive.verifiedBy());
        Path alone = folder.newFile("alone.tar.gz").toPath();
        RefusedException refused =
                assertThrows(RefusedException.class, () -> download(cache, true).fetch(alone.toString(), trust));
        assertTrue(refused.getMessage(), refused.getMessage().contains(alone + ".sig"));
        assertFalse(Files.exists(cache));
    }

    private static void assertRefused(String key, String signature, String words) throws Exception {
        Path keyFile = fixture(key);
        ArchiveMismatch mismatch = assertThrows(
                ArchiveMismatch.class, () -> new SignatureCheck(keyFile).verify(fixture("signed"), fixture(signature)));
        assertTrue(mismatch.getMessage(), mismatch.getMessage().contains(words));
        assertFalse(mismatch.otherContent());
    }

    private static String verify(String key, String file, String signature) throws Exception {
        return new SignatureCheck(fixture(key)).verify(fixture(file), fixture(signature));
    }

    private static ArchiveFetcher download(Path cache, boolean offline) {
        return new ArchiveFetcher(
                DownloadSettings.of(cache, offline, List.of(), Optional.empty()),
                new LineReporter() {
                    @Override
                    public void info(String line) {}

                    @Override
                    public void warn(String line) {}

                    @Override
                    public void debug(String line) {}
                },
                duration -> {});
    }

    private static PGPPublicKeyRingCollection rings(String name) throws Exception {
        try (InputStream in = PGPUtil.getDecoderStream(Files.newInputStream(fixture(name)))) {
            return new PGPPublicKeyRingCollection(in, new BcKeyFingerprintCalculator());
        }
    }

    private static Path fixture(String name) throws IOException {
        try {
            return Path.of(
                    SignatureCheckTest.class.getResource("/signatures/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
