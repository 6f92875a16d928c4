package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.TestProxy;
import java.util.Map;
import org.junit.Test;

/** {@code examples/proxy/haproxy} with a real HAProxy. */
public class HaproxyExampleTest extends ProxyExample {

    @Override
    TestProxy start() {
        return TestProxy.haproxy(port, otherPort);
    }

    @Override
    Map<String, String> variables() {
        return Map.of("HAPROXY_SOCKETS", socket("admin"), "HAPROXY_WAIT", "20");
    }

    @Override
    String script() {
        return "haproxy";
    }

    private String socket(String level) {
        return proxy.directory() + "/" + level + ".sock";
    }

    @Test
    public void aServerThatWasOutOfUseStaysSo() {
        String found = "web/chat1=ready@S,web-ws/chat1=maint@S".replace("S", socket("admin"));
        succeeds("enable", Map.of("MATTERMOST_PROXY_STATE", found));
        assertEquals(found, tells("state"));
        succeeds("drain", Map.of());
        assertEquals("no", tells("serving"));
        succeeds("cut", Map.of());
        succeeds("enable", Map.of("MATTERMOST_PROXY_STATE", found));
        assertEquals(found, tells("state"));
        assertEquals("yes", tells("serving"));
    }

    @Test
    public void whatTracksAServerOutOfUseIsNotWaitedFor() {
        String found = "web/chat1=maint@S,web-ws/chat1=ready@S".replace("S", socket("admin"));
        succeeds("enable", Map.of("MATTERMOST_PROXY_STATE", found));
        assertEquals(found, tells("state"));
        assertEquals("no", tells("serving"));
    }

    @Test
    public void eachSocketHasItsOwnState() throws Exception {
        try (TestProxy second = TestProxy.haproxy(port, otherPort)) {
            String sockets = socket("admin") + " " + second.directory() + "/admin.sock";
            Map<String, String> both = Map.of("HAPROXY_SOCKETS", sockets);
            succeeds("drain", Map.of());
            String found = succeeds("state", both).lines().get(0);
            assertTrue(found, found.contains("web/chat1=drain@" + socket("admin")));
            assertTrue(found, found.contains("web/chat1=ready@" + second.directory()));
            succeeds("drain", both);
            assertTrue(succeeds("state", both).lines().contains("serving=no"));
            succeeds(
                    "enable",
                    Map.of("HAPROXY_SOCKETS", sockets, "MATTERMOST_PROXY_STATE", found.substring("state=".length())));
            assertEquals(found, succeeds("state", both).lines().get(0));
            assertEquals("no", tells("serving"));
        }
    }

    @Test
    public void aNodeThatTheCheckAcceptsNeedsNoWait() {
        succeeds("drain", Map.of());
        succeeds("enable", Map.of("HAPROXY_WAIT", "0"));
        assertEquals("yes", tells("serving"));
    }

    @Test
    public void whatTheSocketRefusesFails() {
        Map<String, String> user = Map.of("HAPROXY_SOCKETS", socket("user"));
        failsWith("HAProxy at " + socket("user"), call("drain", "localhost:" + port, user));
        failsWith(
                "HAProxy does not answer at " + socket("none"),
                call("drain", "localhost:" + port, Map.of("HAPROXY_SOCKETS", socket("none"))));
        assertEquals("yes", tells("serving"));
    }
}
