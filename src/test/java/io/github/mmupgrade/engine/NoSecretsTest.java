package io.github.mmupgrade.engine;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.HttpServer;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.scene.Scene;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Secrets are planted in every setting that holds one, and in all that settings.xml gives; none of them comes out. */
public class NoSecretsTest {

    private static final String PLANTED = "Planted-s3cret";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> events = new ArrayList<>();
    private HttpServer hooks;

    @Before
    public void listen() throws Exception {
        hooks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hooks.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        hooks.start();
    }

    @After
    public void end() {
        hooks.stop(0);
    }

    private Optional<URI> hook() {
        return Optional.of(URI.create("http://127.0.0.1:" + hooks.getAddress().getPort() + "/hooks/" + PLANTED));
    }

    private void run(Scene scene, Goal goal, GoalArguments arguments) {
        RequestSecrets secrets = new RequestSecrets(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                hook(),
                hook(),
                new UpgradeOptions.Network(List.of(), Optional.of(new DownloadCredentials("mirror", PLANTED))),
                Optional.of(new Elsewhere.Login(PLANTED, PLANTED, "backup", null)),
                Map.of());
        Request request = new Request(goal, scene.options(), arguments);
        assertFalse(request.toJson(), request.toJson().contains(PLANTED));
        new Engine(
                        new LocalHost(),
                        Clock.systemUTC(),
                        major -> {
                            throw new IllegalStateException();
                        },
                        Hint::text)
                .run(
                        request,
                        secrets,
                        event -> events.add(EventJson.write(
                                new EventJson.Stamped(Clock.systemUTC().instant(), event))));
    }

    private static int plant(ObjectNode object, String section) {
        int planted = 0;
        for (String name :
                object.properties().stream().map(field -> field.getKey()).toList()) {
            JsonNode value = object.get(name);
            String dotted = section.isEmpty() ? name : section + "." + name;
            if (value instanceof ObjectNode inner) {
                planted += plant(inner, dotted);
            } else if (value.isTextual() && Secrets.isSecret(dotted) && !dotted.equals("SqlSettings.DataSource")) {
                object.set(name, TextNode.valueOf(PLANTED + "-" + dotted));
                planted++;
            }
        }
        return planted;
    }

    @Test
    public void noneIsInAnyEventResultOrFileThatIsShown() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            ObjectNode config = (ObjectNode) Json.tree(Files.readString(scene.server.configFile()));
            // settings that the sample does not have
            for (String section : List.of(
                    "EmailSettings.SMTPPassword",
                    "FileSettings.AmazonS3SecretAccessKey",
                    "LdapSettings.BindPassword",
                    "ElasticsearchSettings.Password",
                    "GitLabSettings.Secret")) {
                String[] parts = section.split("\\.");
                config.withObject("/" + parts[0]).put(parts[1], "");
            }
            int planted = plant(config, "");
            assertTrue("only " + planted + " secrets were planted", planted >= 7);
            Files.writeString(scene.server.configFile(), Json.pretty(config));

            GoalArguments none = new GoalArguments.None();
            for (Goal goal :
                    List.of(Goal.CHECK_VERSION, Goal.PREFLIGHT, Goal.DIFF_CONFIG, Goal.VALIDATE_CONFIG, Goal.UPGRADE)) {
                run(scene, goal, none);
            }
            run(scene, Goal.VERIFY_BACKUP, new GoalArguments.VerifyBackup(null, true));
            run(scene, Goal.LIST_BACKUPS, none);
            run(scene, Goal.STATUS, none);
            run(scene, Goal.ROLLBACK, new GoalArguments.Rollback(null, true));
            scene.server.misbehave("5.37 fail-migration");
            assertThrows(ProblemException.class, () -> run(scene, Goal.UPGRADE, none));
            run(scene, Goal.STATUS, none);

            for (String event : events) {
                assertFalse(event, event.contains(PLANTED));
                assertFalse(event, event.contains(scene.database.password()));
            }
            assertFilesShowNothing(scene);
        }
    }

    /** Backups hold the configuration, secrets included, for root alone; what is shown to people does not. */
    private static void assertFilesShowNothing(Scene scene) throws Exception {
        int looked = 0;
        try (Stream<Path> files = Files.walk(scene.root.resolve("state"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".jsonl") || name.endsWith(".html")) {
                    looked++;
                    String text = Files.readString(file, StandardCharsets.UTF_8);
                    assertFalse(file.toString(), text.contains(PLANTED));
                    assertFalse(file.toString(), text.contains(scene.database.password()));
                }
            }
        }
        assertTrue("files were looked at", looked >= 4);
    }
}
