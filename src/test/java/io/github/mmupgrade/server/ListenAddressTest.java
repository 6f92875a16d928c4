package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.net.URI;
import org.junit.Test;

public class ListenAddressTest {

    @Test
    public void asksAServerThatListensEverywhereOnLoopback() {
        assertEquals(URI.create("http://127.0.0.1:8065"), uri(":8065", null, null));
        assertEquals(URI.create("http://127.0.0.1:80"), uri("0.0.0.0:80", "", ""));
        assertEquals(URI.create("http://[::1]:8065"), uri("[::]:8065", null, null));
    }

    @Test
    public void asksAServerWhereItIsBound() {
        assertEquals(URI.create("http://127.0.0.3:80"), uri("127.0.0.3:80", null, null));
        assertEquals(URI.create("http://[::1]:8065"), uri("[::1]:8065", null, null));
        assertEquals(URI.create("http://localhost:8065"), uri("localhost:8065", null, null));
    }

    @Test
    public void knowsTheServersDefaults() {
        assertEquals(8065, ListenAddress.of(null, null, null).port());
        assertEquals(80, ListenAddress.of("", null, null).port());
        assertEquals(443, ListenAddress.of("", null, "TLS").port());
        assertEquals(443, ListenAddress.of(":https", null, "TLS").port());
    }

    @Test
    public void takesSubpathAndEncryptionFromTheirSettings() {
        assertEquals(
                URI.create("https://127.0.0.1:443/company/chat"),
                uri(":443", "https://example.org/company/chat/", "TLS"));
        assertEquals("", ListenAddress.of(":1", "https://example.org/", null).subpath());
    }

    @Test
    public void refusesWhatIsNoAddressAndShowsIt() {
        for (String bad : new String[] {"8065", ":0", ":65536", ":x", "::1:8065", "unix:/run/mm.sock", "/run/mm:1"}) {
            RefusedException e = assertThrows(bad, RefusedException.class, () -> ListenAddress.of(bad, null, null));
            assertTrue(e.getMessage(), e.getMessage().contains("'" + bad + "'"));
        }
    }

    private static URI uri(String listen, String site, String security) {
        return ListenAddress.of(listen, site, security).baseUri();
    }
}
