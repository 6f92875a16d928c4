package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.ServerArguments;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Test;

/** The texts that services are described in. */
public class TextFormsTest {

    @Test
    public void splitsACommandLineAtWhiteSpaceAndHeedsQuotes() {
        assertEquals(
                List.of("sh", "-c", "echo \"$HOME\" | cat", "", "a b", "c\\d", "e\"f"),
                CommandWords.split("sh -c 'echo \"$HOME\" | cat'  '' a\\ b \"c\\d\" \"e\\\"f\""));
        assertEquals(List.of(), CommandWords.split("  "));
    }

    @Test
    public void refusesAnOpenQuoteWithoutShowingTheLine() {
        RefusedException e = assertThrows(RefusedException.class, () -> CommandWords.split("run --password 'secret"));
        assertFalse(e.getMessage(), e.getMessage().contains("secret"));
    }

    @Test(timeout = 20_000)
    public void anEnvironmentFileThatNeverEndsIsRefused() {
        assertThrows(RefusedException.class, () -> SystemdUnit.readText(Path.of("/dev/zero")));
    }

    @Test
    public void readsAnEnvironmentFileAsSystemdDoes() {
        String text = """
                # a comment
                ; another
                PLAIN=value with spaces  \n\
                  INDENTED = x
                SINGLE='keeps $this and \\that'
                DOUBLE="a \\"quote\\", a \\$ and a \\n"
                JOINED="one "'two'
                EMPTY=
                HASH=a#b
                CONTINUED=first \\
                second
                LINES="first
                second"
                ESCAPED=a\\ b\\\\c
                no equal sign
                export NOT=this
                1BAD=x
                MM_SQLSETTINGS_DATASOURCE=postgres://u:p@h/d?a=b&c=d
                LAST=1
                LAST=2""";
        assertEquals(
                Map.ofEntries(
                        Map.entry("PLAIN", "value with spaces"),
                        Map.entry("INDENTED", "x"),
                        Map.entry("SINGLE", "keeps $this and \\that"),
                        Map.entry("DOUBLE", "a \"quote\", a $ and a \\n"),
                        Map.entry("JOINED", "one two"),
                        Map.entry("EMPTY", ""),
                        Map.entry("HASH", "a#b"),
                        Map.entry("CONTINUED", "first second"),
                        Map.entry("LINES", "first\nsecond"),
                        Map.entry("ESCAPED", "a b\\c"),
                        Map.entry("MM_SQLSETTINGS_DATASOURCE", "postgres://u:p@h/d?a=b&c=d"),
                        Map.entry("LAST", "2")),
                EnvironmentFile.parse(text));
    }

    @Test
    public void findsWhereTheConfigurationIs() {
        assertEquals(Optional.of("x"), config("mattermost", "-c", "x"));
        assertEquals(Optional.of("x=y"), config("mattermost", "server", "--config=x=y"));
        assertEquals(Optional.of("x"), config("platform", "-config=x"));
        assertEquals(Optional.of("from the environment"), config("mattermost", "server"));
    }

    @Test
    public void tellsServersFromCommands() {
        assertEquals(ServerArguments.Role.SERVER, ServerArguments.role(List.of()));
        assertEquals(ServerArguments.Role.SERVER, ServerArguments.role(List.of("-c", "version", "server")));
        assertEquals(ServerArguments.Role.SERVER, ServerArguments.role(List.of("-config=x")));
        assertEquals(ServerArguments.Role.JOB_SERVER, ServerArguments.role(List.of("jobserver")));
        assertEquals(ServerArguments.Role.TOOL, ServerArguments.role(List.of("version")));
        assertEquals(ServerArguments.Role.TOOL, ServerArguments.role(List.of("-version")));
        assertEquals(ServerArguments.Role.TOOL, ServerArguments.role(List.of("-upgrade_db_30")));
        assertEquals(
                List.of("version"),
                ServerArguments.afterInterpreter(
                        List.of("java", "-Xmx1g", "-cp", "/x/bin/mattermost", "a.Main", "version")));
        assertEquals(List.of("server"), ServerArguments.afterInterpreter(List.of("sh", "/x/bin/mattermost", "server")));
    }

    @Test
    public void readsTimeSpansOfSystemd() {
        assertEquals(Duration.ofMinutes(61), SystemdUnit.span("1h 1min"));
        assertEquals(Duration.ofMillis(1500), SystemdUnit.span("1s 500ms"));
        assertNull(SystemdUnit.span("infinity"));
    }

    @Test
    public void takesTheLastExecStartOfUnitAndDropIns() {
        String cat = """
                # /lib/systemd/system/mattermost.service
                [Service]
                ExecStart=/opt/mattermost/bin/mattermost
                # /etc/systemd/system/mattermost.service.d/config.conf
                [Service]
                ExecStart=
                ExecStart=-/opt/mattermost/bin/mattermost \\
                # a comment in between
                    -c "a b%%c"
                """;
        assertEquals(List.of("/opt/mattermost/bin/mattermost", "-c", "a b%c"), SystemdUnit.execStart(cat));
    }

    private static Optional<String> config(String... arguments) {
        return ServerArguments.configLocation(List.of(arguments), Map.of("MM_CONFIG", "from the environment"));
    }
}
