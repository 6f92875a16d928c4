package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.testing.TestProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Test;

/** {@code examples/proxy/nginx} with a real nginx. */
public class NginxExampleTest extends ProxyExample {

    @Override
    TestProxy start() {
        return TestProxy.nginx(port, otherPort);
    }

    @Override
    Map<String, String> variables() {
        return Map.of(
                "NGINX_FILES", file("nodes.conf").toString(),
                "NGINX_COMMAND", proxy.nginxCommand(),
                "NGINX_PID", file("nginx.pid").toString(),
                "NGINX_WEBSOCKETS", "keepalive",
                "NGINX_WAIT", "20");
    }

    @Override
    String script() {
        return "nginx";
    }

    @Override
    boolean canCut() {
        return new LocalHost().self().equals(Owner.ROOT);
    }

    private Path file(String name) {
        return proxy.directory().resolve(name);
    }

    @Test
    public void onlyTheLineOfTheNodeIsChanged() throws Exception {
        String before = proxy.read("nodes.conf");
        succeeds("drain", Map.of());
        assertEquals(before.replace(":" + port + ";", ":" + port + " down;"), proxy.read("nodes.conf"));
        assertEquals(before, proxy.read(".nodes.conf.old"));
        succeeds("enable", Map.of());
        assertEquals(before, proxy.read("nodes.conf"));
    }

    @Test
    public void aServerThatWasOutOfUseStaysSo() throws Exception {
        String other = "upstream other {\n    server 127.0.0.1:" + port
                + " weight=2 down max_fails=0;\n    server 127.0.0.1:" + otherPort + ";\n}\n";
        Files.writeString(file("other.conf"), other);
        String files = file("nodes.conf") + " " + file("other.conf");
        String found =
                succeeds("state", Map.of("NGINX_FILES", files)).lines().get(0).substring("state=".length());
        assertEquals(file("nodes.conf") + ":-=up," + file("other.conf") + ":other=down", found);
        succeeds("drain", Map.of("NGINX_FILES", files));
        assertEquals("no", tells("serving"));
        succeeds("enable", Map.of("NGINX_FILES", files, "MATTERMOST_PROXY_STATE", found));
        assertEquals(other, proxy.read("other.conf"));
        assertEquals("yes", tells("serving"));
        succeeds("enable", Map.of("NGINX_FILES", files));
        assertEquals(other.replace(" down ", " "), proxy.read("other.conf"));
    }

    @Test
    public void whatNginxDoesNotAcceptIsPutBack() throws Exception {
        String before = proxy.read("nodes.conf");
        Files.writeString(file("nginx.conf"), proxy.read("nginx.conf") + "nonsense;\n");
        failsWith("nginx does not accept the change", call("drain", "localhost:" + port, Map.of()));
        assertEquals(before, proxy.read("nodes.conf"));
    }

    @Test
    public void aReloadThatFailsIsPutBack() throws Exception {
        String before = proxy.read("nodes.conf");
        failsWith("nginx was not reloaded", call("drain", "localhost:" + port, Map.of("NGINX_RELOAD", "/bin/false")));
        assertEquals(before, proxy.read("nodes.conf"));
        assertEquals("yes", tells("serving"));
    }

    @Test
    public void aCallAfterOneThatWasKilledReloads() throws Exception {
        // the file was changed, and nginx not told
        Files.copy(file("nodes.conf"), file(".nodes.conf.changing"));
        Files.writeString(file("nodes.conf"), proxy.read("nodes.conf").replace(port + ";", port + " down;"));
        succeeds("drain", Map.of());
        assertFalse(Files.exists(file(".nodes.conf.changing")));
        int before = node.requests();
        Thread.sleep(100);
        assertEquals(before, node.requests());
        assertTrue(Files.exists(file(".nodes.conf.old")));
    }
}
