package io.github.mmupgrade.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What PostgreSQL stores of a password. It takes a stored form instead of a password, and one with few rounds saves most
 * of the time of a login: with PostgreSQL's own 4096 an upgrade's logins take longer than its statements.
 */
final class ScramVerifier {

    private static final int ROUNDS = 16;

    private ScramVerifier() {}

    /** The stored form of a password; of no use where passwords are MD5. */
    static String of(String password) {
        byte[] salt = "a salt for tests".getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ROUNDS, 256))
                    .getEncoded();
            byte[] client = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            Base64.Encoder base64 = Base64.getEncoder();
            return "SCRAM-SHA-256$" + ROUNDS + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(client)
                    + ":" + base64.encodeToString(hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }
}
