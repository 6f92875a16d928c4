package io.github.mmupgrade.maven;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/** What the examples' pipelines let somebody do who may start one, or push a branch. */
public class PipelineExamplesTest {

    private static final Path GITHUB = Path.of("examples/pipeline/.github/workflows/mattermost.yml");
    private static final List<Path> GITLAB = List.of(
            Path.of("examples/pipeline/.gitlab-ci.yml"),
            Path.of("examples/kubernetes/.gitlab-ci.yml"),
            Path.of("examples/rehearse.gitlab-ci.yml"));

    private static final Pattern CHECK = Pattern.compile("(printf '%s\\\\n' \"\\$TARGET\" \\| grep .*)");
    private static final Pattern ACKNOWLEDGED = Pattern.compile("(printf '%s\\\\n' \"\\$ACKNOWLEDGE\" \\| grep .*)");

    @Test
    public void theTargetIsOneWordAndARelease() throws Exception {
        for (Path file : List.of(GITHUB, GITLAB.get(0), GITLAB.get(1))) {
            String text = Files.readString(file);
            assertFalse(file.toString(), text.matches("(?s).*[^\"]\\$TARGET.*"));
            assertFalse(file.toString(), text.contains("$MVN"));
            Matcher check = CHECK.matcher(text);
            assertTrue(file.toString(), check.find());
            for (String target : List.of("latest", "latest-esr", "next", "11.7", "11.7.9")) {
                assertEquals(target, 0, run(check.group(1), "TARGET", target));
            }
            for (String target : List.of("", "x", "11.7 -Dmattermost.backup.command=id", "$(id)", "11.7;id", "-f")) {
                assertFalse(target, 0 == run(check.group(1), "TARGET", target));
            }
        }
    }

    @Test
    public void anUpgradeNamesTheReleasesWhoseNotesWereReadAndThatIsOneWordToo() throws Exception {
        for (Path file : List.of(GITHUB, GITLAB.get(0), GITLAB.get(1))) {
            String text = Files.readString(file);
            Matcher upgrade = Pattern.compile("mattermost:upgrade .*").matcher(text);
            int upgrades = 0;
            for (; upgrade.find(); upgrades++) {
                assertTrue(upgrade.group(), upgrade.group().contains(" -Dmattermost.acknowledge=\"$ACKNOWLEDGE\""));
            }
            assertTrue(file.toString(), upgrades > 0);
            Matcher check = ACKNOWLEDGED.matcher(text);
            assertTrue(file.toString(), check.find());
            for (String releases : List.of("", "11.7.9", "11.0-11.7.9", "11.6.2,11.7.9", "all")) {
                assertEquals(releases, 0, run(check.group(1), "ACKNOWLEDGE", releases));
            }
            for (String other : List.of("all -Dx=y", "11.7;id", "$(id)")) {
                assertFalse(other, 0 == run(check.group(1), "ACKNOWLEDGE", other));
            }
        }
    }

    private static int run(String command, String variable, String value) throws Exception {
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command);
        shell.environment().put(variable, value);
        return shell.start().waitFor();
    }

    @Test
    public void everyJobOfGitHubHasTheSecretsOfAnEnvironmentInTheStepThatNeedsThem() throws Exception {
        String text = Files.readString(GITHUB);
        assertTrue(text, text.contains("\npermissions:\n  contents: read\n"));
        assertFalse(text, text.substring(0, text.indexOf("\njobs:")).contains("secrets."));
        String[] jobs = text.substring(text.indexOf("\njobs:")).split("\n  (?=[a-z-]+:\n)");
        assertEquals(5, jobs.length);
        for (int i = 1; i < jobs.length; i++) {
            assertTrue(jobs[i], jobs[i].matches("(?s).*\n    environment: (check|staging|production)\n.*"));
            assertFalse(jobs[i], jobs[i].substring(0, jobs[i].indexOf("steps:")).contains("secrets."));
        }
        Matcher action = Pattern.compile("uses: (\\S+)").matcher(text);
        while (action.find()) {
            assertTrue(action.group(1), action.group(1).matches("[a-z/-]+@[0-9a-f]{40}"));
        }
    }

    @Test
    public void gitLabRunsThemOnProtectedBranchesOnlyAndKeepsNoProgramsForTheServer() throws Exception {
        for (Path file : GITLAB) {
            String text = Files.readString(file);
            Matcher rule = Pattern.compile("rules:\n(?: +#.*\n)* +- (.*)").matcher(text);
            while (rule.find()) {
                assertTrue(file + ": " + rule.group(1), rule.group(1).contains("$CI_COMMIT_REF_PROTECTED"));
            }
            assertTrue(file.toString(), text.matches("(?s).*\n +key: [a-z]+-\\$CI_COMMIT_REF_PROTECTED\n.*"));
        }
        String text = Files.readString(GITLAB.get(0));
        assertTrue(text, text.contains("paths: [.cache/archives]"));
    }
}
