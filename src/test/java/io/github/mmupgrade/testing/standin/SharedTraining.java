package io.github.mmupgrade.testing.standin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** Does once what every stand-in does, so that {@link SharedClasses} knows which of Java's own classes it needs. */
final class SharedTraining {

    private SharedTraining() {}

    /** Ends with status 0 when all of it worked. */
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            byte[] answer = new ObjectMapper().writeValueAsBytes(new ObjectMapper().readTree("{\"a\": [1, \"b\"]}"));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        address.toURL().openStream().readAllBytes();
        server.stop(0);
        byte[] salt = "salt".getBytes(StandardCharsets.UTF_8);
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec("p".toCharArray(), salt, 2, 256))
                .getEncoded();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.doFinal(salt);
        try {
            // nobody listens on the port of the server that was just stopped
            DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + address.getPort() + "/none", "nobody", "p")
                    .close();
        } catch (SQLException e) {
            System.out.println("As it should be: " + e.getMessage());
        }
        System.exit(0);
    }
}
