package io.github.mmupgrade.maven.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.cluster.ClusterOptions;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.PlainOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.Test;

public class ClusterSetupTest {

    private static ClusterOptions options(List<String> leaveOut, String only) {
        return new ClusterOptions(null, false, leaveOut, only, List.of(), Duration.ZERO, Duration.ZERO);
    }

    private static String refused(List<String> nodes, Set<String> properties, ClusterOptions options) {
        return assertThrows(RefusedException.class, () -> new ClusterSetup(nodes, Map.<String, String>of()::get)
                        .requireKnown(properties, options))
                .getMessage();
    }

    @Test
    public void portsTellNodesOfOneNameApart() {
        ClusterSetup setup =
                new ClusterSetup(List.of("root@chat:2201", "root@chat:2202"), Map.<String, String>of()::get);
        setup.requireKnown(Set.of(), options(List.of("chat:2201"), "chat:2202"));
        assertThrows(RefusedException.class, () -> setup.requireKnown(Set.of(), options(List.of(), "chat")));
    }

    @Test
    public void oneNodeCannotBeTwo() {
        String text = refused(List.of("root@chat1", "chat1"), Set.of(), options(List.of(), null));
        assertTrue(text, text.contains("names chat1 twice"));
    }

    @Test
    public void whatIsSaidOfNodesIsSaidOfSomeThatThereAre() {
        List<String> nodes = List.of("chat1", "deploy@chat2:2222");
        assertTrue(refused(nodes, Set.of(), options(List.of("chat3"), null)).contains("There is no node chat3 among"));
        assertTrue(refused(nodes, Set.of(), options(List.of(), "chat9")).contains("There is no node chat9 among"));
        assertTrue(refused(nodes, Set.of("mattermost.node.chat4.address"), options(List.of(), null))
                .contains("There is no node chat4 among"));
        assertTrue(refused(nodes, Set.of(), options(List.of("chat1", "chat2"), null))
                .contains("Every node is left out"));
        new ClusterSetup(nodes, Map.<String, String>of()::get)
                .requireKnown(
                        Set.of("mattermost.node.chat2.installDirectory", "mattermost.host"),
                        options(List.of("chat1"), "chat2"));
    }

    @Test
    public void aNodeNamesWithPointsAreNames() {
        assertEquals(
                Optional.of("chat1.example.com"),
                PropertyNames.nodeOf("mattermost.node.chat1.example.com.ssh.serverId"));
        assertEquals(Optional.empty(), PropertyNames.nodeOf("mattermost.node.chat1.instalDirectory"));
        assertEquals(Optional.empty(), PropertyNames.nodeOf("mattermost.node.address"));
    }

    @Test
    public void whatIsDifferentOnANodeTakesThePlaceOfWhatIsUsual() {
        Request usual = new Request(
                Goal.STATUS, PlainOptions.of(Path.of("/opt/mattermost"), Path.of("/var")), new GoalArguments.None());
        UpgradeOptions its = new NodeOverrides(
                        "chat2",
                        Map.of(
                                "mattermost.node.chat2.installDirectory", "/srv/chat",
                                "mattermost.node.chat2.serviceName", "chat",
                                "mattermost.node.chat1.service", "sysv")::get)
                .applied(usual)
                .options();
        assertEquals(Path.of("/srv/chat"), its.installDirectory());
        assertEquals("chat", its.service().name());
        assertEquals(usual.options().service().kind(), its.service().kind());
        assertEquals(usual.options().places(), its.places());
    }
}
