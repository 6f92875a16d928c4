package io.github.mmupgrade.agent;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.JavaProgram;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.testing.PlainOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class AgentTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void nothingStaysOfAGoalThatReadsWhenTheConnectionIsCut() throws Exception {
        Path temporary = folder.newFolder("temporary").toPath();
        Path installation = folder.newFolder("mattermost").toPath();
        Files.createDirectories(installation.resolve("config"));
        // whoever reads it waits for as long as nobody writes
        assertEquals(
                0,
                new ProcessBuilder(
                                "mkfifo",
                                installation.resolve("config/config.json").toString())
                        .start()
                        .waitFor());
        Process agent = new ProcessBuilder(
                        JavaProgram.java().toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Agent.class.getName(),
                        Agent.SERVE,
                        "engine")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        OutputStream input = agent.getOutputStream();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8));
        try {
            AgentRequest.Run status = new AgentRequest.Run(
                    new Request(
                            Goal.STATUS,
                            PlainOptions.of(installation, folder.getRoot().toPath()),
                            new GoalArguments.None()),
                    Json.tree(RequestSecrets.NONE.toJson()),
                    "one",
                    "anna on runner",
                    new HintRenderer("g:a:1", Map.of(), Map.of()),
                    null);
            input.write((status.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
            String said = output.readLine();
            while (said != null && !(AgentReply.parse(said).orElse(null) instanceof AgentReply.ReportsIn)) {
                said = output.readLine();
            }
            assertTrue("it has ended", agent.isAlive());
            assertEquals(1, temporary.toFile().list().length);
            input.close();
            assertTrue("it goes on", agent.waitFor(30, TimeUnit.SECONDS));
        } finally {
            agent.destroyForcibly();
        }
        assertEquals(List.of(), Arrays.asList(temporary.toFile().list()));
    }
}
