package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

public class HintRendererTest {

    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> given = new LinkedHashMap<>();

    @Test
    public void printsACommandThatNeedsNoPom() {
        properties.put("mattermost.installDirectory", "/opt/mattermost");
        properties.put("mattermost.serviceName", null);
        assertEquals(
                "HINT: go back:\n  mvn g:a:1:rollback -Dmattermost.installDirectory=/opt/mattermost"
                        + " -Dmattermost.rollback.discardNewData=true",
                renderer().render(Hint.run("go back:", Goal.ROLLBACK, "mattermost.rollback.discardNewData=true")));
    }

    @Test
    public void quotesWhatAShellWouldTakeApart() {
        properties.put("mattermost.installDirectory", "/opt/it's mattermost");
        assertEquals(
                "HINT: see\n  mvn g:a:1:status '-Dmattermost.installDirectory=/opt/it'\\''s mattermost'",
                renderer().render(Hint.run("see", Goal.STATUS)));
    }

    @Test
    public void putsTheHintBelowTheMessage() {
        assertEquals("No.\nHINT: do that", renderer().render(new RefusedException("No.", Hint.of("do that"))));
    }

    @Test
    public void aCommandThatCallsTheSameGoalAgainRepeatsWhatWasGiven() {
        given.put("mattermost.archive", "/tmp/mattermost-11.7.9-linux-amd64.tar.gz");
        given.put("mattermost.acknowledge", "10.0.0");
        assertEquals(
                "HINT: say so:\n  mvn g:a:1:upgrade -Dmattermost.acknowledge=11.0.0"
                        + " -Dmattermost.archive=/tmp/mattermost-11.7.9-linux-amd64.tar.gz",
                renderer().render(Hint.run("say so:", Goal.UPGRADE, "mattermost.acknowledge=11.0.0")));
        assertEquals("HINT: see\n  mvn g:a:1:status", renderer().render(Hint.run("see", Goal.STATUS)));
    }

    @Test
    public void anArchiveOfOneReleaseIsNotGivenWithTheNameOfAnother() {
        given.put("mattermost.archive", "/tmp/mattermost-11.7.9-linux-amd64.tar.gz");
        given.put("mattermost.sha256", "ab");
        assertEquals(
                "HINT: go to\n  mvn g:a:1:upgrade -Dmattermost.targetVersion=5.39.3",
                renderer().render(Hint.run("go to", Goal.UPGRADE, "mattermost.targetVersion=5.39.3")));
    }

    @Test
    public void whatNamesAllNodesNamesNoSingleOne() {
        properties.put("mattermost.host", "chat3");
        assertEquals(
                "HINT: go back:\n  mvn g:a:1:rollback -Dmattermost.nodes=chat1,chat2,chat3",
                renderer().render(Hint.run("go back:", Goal.ROLLBACK, "mattermost.nodes=chat1,chat2,chat3")));
    }

    private HintRenderer renderer() {
        return new HintRenderer("g:a:1", properties, Map.of("upgrade", given));
    }
}
