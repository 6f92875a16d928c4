package io.github.mmupgrade.maven;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.Mojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.apache.maven.plugin.testing.MojoRule;
import org.apache.maven.project.MavenProject;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class GoalsAsMojosTest {

    private static final Pattern SECRET =
            Pattern.compile("password|secret|token|webhook(?!ServerId)", Pattern.CASE_INSENSITIVE);

    @Rule
    public final MojoRule rule = new MojoRule();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aRefusalFailsTheBuildAndSaysWhatToDo() throws Exception {
        Mojo status = mojo("status", new Properties());
        MojoFailureException e = assertThrows(MojoFailureException.class, status::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("There is no installation at"));
        assertTrue(e.getMessage(), e.getMessage().contains("HINT: "));
    }

    @Test
    public void everyGoalIsLeftOutWhenAsked() throws Exception {
        Mojo status = mojo("status", new Properties());
        rule.setVariableValueToObject(status, "skip", true);
        status.execute();
    }

    @Test
    public void oneGoalIsLeftOutWhenAsked() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("mattermost.status.skip", "true");
        mojo("status", properties).execute();
        assertThrows(MojoFailureException.class, mojo("check-version", properties)::execute);
    }

    @Test
    public void anUnknownChoiceNamesTheKnownOnes() throws Exception {
        Mojo status = mojo("status", new Properties());
        rule.setVariableValueToObject(status, "onFailure", "explode");
        MojoFailureException e = assertThrows(MojoFailureException.class, status::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("rollback, stop, leave"));
    }

    @Test
    public void everyFixedValueIsCheckedBeforeAnythingElseAndTheNearestIsNamed() throws Exception {
        refusedValue(
                "upgrade",
                "backupDatabase",
                "forzen",
                "auto, frozen, base-backup, dump, command, none. Did you mean frozen?");
        refusedValue("upgrade", "configMode", "minimum", "Did you mean minimal?");
        refusedValue("upgrade", "path", "every-relase", "Did you mean every-release?");
        refusedValue("upgrade", "edition", "teem", "Did you mean team?");
        refusedValue("status", "service", "sytemd", "Did you mean systemd?");
        refusedValue("status", "onFailure", "rolback", "Did you mean rollback?");
        refusedValue("rehearse", "rehearseFiles", "non", "Did you mean none?");
        refusedValue("status", "stopTimeout", 0, "from 1 to 86400");
        refusedValue("status", "watch", -1, "from 0 to 86400");
        refusedValue("status", "jobs", 0, "from 1 to 64");
        refusedValue("backup", "backupKeep", 0, "from 1 to");
        refusedValue("backup", "maxDowntime", -5, "from 0 to");
        refusedValue("migrate", "sourceService", "sytemd", "Did you mean systemd?");
        refusedValue("prune-backups", "backupKeep", 0, "from 1 to");
        refusedValue("prune-backups", "backupMaxAgeDays", -1, "from 0 to");
        refusedValue("prune-backups", "keepFrozen", -1, "from 0 to");
    }

    @Test
    public void aFailureThatNobodyForesawIsToldInWords() throws Exception {
        Mojo status = mojo("status", new Properties());
        rule.setVariableValueToObject(status, "stateDirectory", null);
        MojoExecutionException e = assertThrows(MojoExecutionException.class, status::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("status failed unexpectedly before it did anything"));
    }

    @Test
    public void aHintRepeatsWhatWasGivenAndItsGoalTakes() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("mattermost.archive", "/tmp/mattermost-11.7.9-linux-amd64.tar.gz");
        properties.setProperty("mattermost.watch", "7");
        properties.setProperty("mattermost.dryRun", "true");
        AbstractMattermostMojo upgrade = (AbstractMattermostMojo) mojo("upgrade", properties);
        assertEquals(
                Map.of("mattermost.archive", properties.get("mattermost.archive"), "mattermost.watch", "7"),
                upgrade.givenFor("download"));
        assertEquals(Map.of("mattermost.watch", "7"), upgrade.givenFor("rollback"));
    }

    @Test
    public void parametersThatContradictEachOtherAreRefusedBeforeAnythingElseAndBothAreNamed() throws Exception {
        refusedTogether("upgrade", "archive", "a.tar.gz", "archiveUrl", "https://mirror.example.org/{version}");
        refusedTogether("download", "archive", "a.tar.gz", "path", "esr");
        refusedTogether("rehearse", "archive", "a.tar.gz", "path", "every-release");
        refusedTogether("backup", "backupCommand", "save", "backupDatabase", "dump");
        refusedTogether("upgrade", "backupCommand", "save", "backupDatabase", "auto");
        refusedTogether("upgrade", "backupCommandMoments", "freeze,go-back", "backupDatabase", "dump");
        refusedTogether("status", "startCommand", "start", "service", "systemd");
        refusedTogether("stop", "stopCommand", "stop", "service", "auto");
        refusedTogether("start", "environmentFile", new File("/etc/mattermost.env"), "service", "sysv");
        refusedTogether("start", "serviceName", "mattermost", "service", "process");
        refusedTogether("migrate", "sourceStartCommand", "start", "sourceService", "systemd");
        refusedTogether("status", "kubernetesResource", "mattermost/chat", "host", "chat.example.org");
        refusedTogether("upgrade", "archive", "a.tar.gz", "kubernetesResource", "mattermost/chat");
        refusedTogether("migrate", "keepSourceRunning", true, "leaveSourceStopped", true);
        refusedTogether("rehearse", "rehearseEnd", true, "rehearseKeepRunning", true);
        refusedTogether("rehearse", "rehearseEnd", true, "rehearseSource", "20261123T031415Z-11.7.9");
    }

    @Test
    public void momentsOfACommandAreRefusedThatThereAreNotOrThatSaveNothing() throws Exception {
        Mojo mojo = mojo("backup", new Properties());
        rule.setVariableValueToObject(mojo, "backupDatabase", "command");
        rule.setVariableValueToObject(mojo, "backupCommandMoments", "freeze,goback");
        MojoFailureException e = assertThrows(MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("Did you mean go-back?"));
        rule.setVariableValueToObject(mojo, "backupCommandMoments", "check");
        e = assertThrows(MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("does not contain freeze"));
    }

    @Test
    public void aParameterThatIsEmptyContradictsNothing() throws Exception {
        Mojo mojo = mojo("backup", new Properties());
        rule.setVariableValueToObject(mojo, "backupCommand", "");
        MojoFailureException e = assertThrows(MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("There is no installation"));
    }

    @Test
    public void aKindOfServiceOfTheCommandLineContradictsNothingOfThePom() throws Exception {
        Properties given = new Properties();
        given.setProperty("mattermost.service", "process");
        Mojo mojo = mojo("start", given);
        rule.setVariableValueToObject(mojo, "service", "process");
        rule.setVariableValueToObject(mojo, "serviceName", "mattermost-staging");
        MojoFailureException e = assertThrows(MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("There is no installation"));
    }

    private void refusedTogether(String goal, String one, Object value, String other, Object second) throws Exception {
        Mojo mojo = mojo(goal, new Properties());
        rule.setVariableValueToObject(mojo, one, value);
        rule.setVariableValueToObject(mojo, other, second);
        MojoFailureException e = assertThrows(one + " " + other, MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("cannot be given together"));
        for (String parameter : List.of(one, other)) {
            assertTrue(e.getMessage(), e.getMessage().contains(property(goal, parameter)));
        }
    }

    private String property(String goal, String parameter) throws Exception {
        String expression =
                descriptor(goal).getMojoConfiguration().getChild(parameter).getValue(null);
        return expression.substring(2, expression.length() - 1);
    }

    private void refusedValue(String goal, String parameter, Object value, String expected) throws Exception {
        Mojo mojo = mojo(goal, new Properties());
        rule.setVariableValueToObject(mojo, parameter, value);
        MojoFailureException e = assertThrows(parameter, MojoFailureException.class, mojo::execute);
        assertTrue(e.getMessage(), e.getMessage().contains(expected));
        assertFalse(e.getMessage(), e.getMessage().contains("There is no installation"));
    }

    @Test
    public void aMisspeltPropertyOnTheCommandLineIsRefusedWithTheNearestName() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("mattermost.instalDirectory", "/opt/mattermost");
        MojoFailureException e = assertThrows(MojoFailureException.class, mojo("status", properties)::execute);
        assertTrue(e.getMessage(), e.getMessage().contains("There is no property mattermost.instalDirectory"));
        assertTrue(e.getMessage(), e.getMessage().contains("Did you mean mattermost.installDirectory?"));
    }

    @Test
    public void thePropertiesThatAreKnownAreThoseOfTheParameters() throws Exception {
        Set<String> found = new TreeSet<>();
        for (MojoDescriptor goal : descriptor("status").getPluginDescriptor().getMojos()) {
            for (Parameter parameter : goal.getParameters()) {
                if (parameter.isEditable() && !goal.getGoal().equals("help")) {
                    String expression = goal.getMojoConfiguration()
                            .getChild(parameter.getName())
                            .getValue(null);
                    found.add(expression.substring(2, expression.length() - 1));
                }
            }
        }
        assertEquals(found, new TreeSet<>(PropertyNames.all()));
    }

    @Test
    public void noParameterHasAPlaceOfTheProjectAsItsDefault() throws Exception {
        for (MojoDescriptor goal : descriptor("status").getPluginDescriptor().getMojos()) {
            for (Parameter parameter : goal.getParameters()) {
                String usual = String.valueOf(parameter.getDefaultValue());
                assertFalse(
                        goal.getGoal() + " " + parameter.getName() + " " + usual,
                        parameter.isEditable() && usual.contains("${project."));
            }
        }
    }

    @Test
    public void noSecretIsAParameter() throws Exception {
        for (MojoDescriptor goal : descriptor("status").getPluginDescriptor().getMojos()) {
            for (Parameter parameter : goal.getParameters()) {
                assertFalse(
                        goal.getGoal() + " " + parameter.getName(),
                        SECRET.matcher(parameter.getName()).find());
            }
        }
    }

    @Test
    public void everyParameterCanBeGivenOnTheCommandLine() throws Exception {
        int seen = 0;
        for (MojoDescriptor goal : descriptor("status").getPluginDescriptor().getMojos()) {
            if (goal.getGoal().equals("help")) {
                continue;
            }
            for (Parameter parameter : goal.getParameters()) {
                if (parameter.isEditable()) {
                    seen++;
                    String expression = goal.getMojoConfiguration()
                            .getChild(parameter.getName())
                            .getValue(null);
                    assertTrue(
                            goal.getGoal() + " " + parameter.getName() + " " + expression,
                            expression != null && expression.startsWith("${mattermost."));
                }
            }
        }
        assertTrue(seen > 100);
    }

    @Test
    public void goalsThatActOnAServerNeedNoProjectAndHaveNoPhase() throws Exception {
        for (MojoDescriptor goal : descriptor("status").getPluginDescriptor().getMojos()) {
            assertFalse(goal.getGoal(), goal.isProjectRequired());
            assertEquals(goal.getGoal(), null, goal.getPhase());
            if (!goal.getGoal().equals("help")) {
                assertTrue(goal.getGoal(), goal.isAggregator());
            }
        }
    }

    private MojoDescriptor descriptor(String goal) throws Exception {
        return rule.newMojoExecution(goal).getMojoDescriptor();
    }

    private Mojo mojo(String goal, Properties user) throws Exception {
        MavenProject project = rule.readMavenProject(new File("src/test/resources/maven/project"));
        MavenSession session = rule.newMavenSession(project);
        session.getRequest().setUserProperties(user);
        session.getUserProperties().putAll(user);
        MojoExecution execution = rule.newMojoExecution(goal);
        Mojo mojo = rule.lookupConfiguredMojo(session, execution);
        rule.setVariableValueToObject(mojo, "installDirectory", new File(folder.getRoot(), "nowhere"));
        rule.setVariableValueToObject(mojo, "stateDirectory", folder.getRoot());
        return mojo;
    }
}
