package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.Rule;
import org.junit.Test;

/** The stand-in speaks TLS itself where the settings say so. */
public class StandInTlsTest {

    private static final String PASSWORD = "changeit";

    @Rule
    public final StandIns standIns = new StandIns();

    @Test
    public void servesTls() throws IOException, GeneralSecurityException, InterruptedException {
        KeyStore keys = selfSigned();
        Path certificate = standIns.path("server.crt");
        Path key = standIns.path("server.key");
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(
                key,
                pem("PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
        StandInInstallation installation = standIns.install("5.37.0")
                .set("ServiceSettings.ConnectionSecurity", "TLS")
                .set("ServiceSettings.TLSCertFile", certificate.toString())
                .set("ServiceSettings.TLSKeyFile", key.toString())
                .launch();
        while (!installation.console().contains("Server is listening")) {
            if (!installation.isRunning()) {
                throw new AssertionError(installation.console());
            }
            Thread.sleep(50);
        }
        URI address = URI.create("https://localhost:" + installation.port() + "/api/v4/system/ping");
        HttpsURLConnection connection = (HttpsURLConnection) address.toURL().openConnection();
        connection.setSSLSocketFactory(trusting(keys).getSocketFactory());
        assertEquals(200, connection.getResponseCode());
    }

    private KeyStore selfSigned() throws IOException, GeneralSecurityException, InterruptedException {
        Path store = standIns.path("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(standIns.path("keytool.log").toFile())
                .start();
        assertEquals(0, keytool.waitFor());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static SSLContext trusting(KeyStore keys) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }
}
