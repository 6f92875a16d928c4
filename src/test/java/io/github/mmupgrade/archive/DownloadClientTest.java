package io.github.mmupgrade.archive;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.download.DownloadProxy;
import io.github.mmupgrade.download.DownloadServer;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.HttpFetcher;
import io.github.mmupgrade.download.MirrorLogin;
import io.github.mmupgrade.download.TextFetcher;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.unpack.ArchiveSample;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DownloadClientTest {

    private static final byte[] CONTENT = ArchiveSample.noise(5, 10_000);
    static final ArchiveTrust TRUST =
            ArchiveTrust.of(Optional.of(Digests.sha256(CONTENT)), Optional.empty(), Optional.empty());
    static final DownloadCredentials SECRET = new DownloadCredentials("joe", "s3cr3t/pass");
    private static final String AUTHORIZATION =
            "Basic " + Base64.getEncoder().encodeToString("joe:s3cr3t/pass".getBytes(StandardCharsets.UTF_8));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> lines = new ArrayList<>();
    private DownloadServer server;
    private DownloadServer other;

    @Before
    public void start() throws IOException {
        server = new DownloadServer(DownloadServer.file(CONTENT, "\"1\""));
        other = new DownloadServer(DownloadServer.file(CONTENT, "\"1\""));
    }

    @After
    public void stop() throws IOException {
        server.close();
        other.close();
    }

    @Test
    public void followsRedirections() throws Exception {
        server.handle((request, out) -> {
            if (request.target().equals("/a")) {
                DownloadServer.status(out, 302, "Location: /b");
            } else {
                DownloadServer.status(out, 307, "Location: " + other.url("/c.tar.gz?X-Signature=s3cr3t"));
            }
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server.url("/a"), List.of(), Optional.empty())));
        assertEquals(2, server.requests().size());
        assertEquals("/c.tar.gz?X-Signature=s3cr3t", other.requests().get(0).target());
    }

    @Test
    public void refusesRedirectionsThatLeadNowhereGood() throws Exception {
        server.handle((request, out) -> DownloadServer.status(out, 302, "Location: " + request.target()));
        assertRefused(server.url("/a"), "redirects more than 10 times");
        server.handle((request, out) -> DownloadServer.status(out, 302, "Location: file:///etc/shadow"));
        assertRefused(server.url("/a"), "neither http nor https");
        server.handle((request, out) -> DownloadServer.status(out, 302, "Location: http://[bad"));
        assertRefused(server.url("/a"), "neither http nor https");
    }

    @Test
    public void neverGoesBackFromHttpsToHttp() {
        URI from = URI.create("https://a.example.com/x");
        assertEquals(URI.create("https://b.example.com/y"), HttpFetcher.redirected(from, "//u:p@b.example.com/y"));
        assertEquals(
                URI.create("https://a.example.com/y"),
                HttpFetcher.redirected(URI.create("http://a.example.com/x"), "https://a.example.com/y#z"));
        RefusedException refused = assertThrows(
                RefusedException.class, () -> HttpFetcher.redirected(from, "http://u:p@a.example.com/y?q=p"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("to http: http://a.example.com/y?...."));
    }

    @Test
    public void saysWhenAProxyOpensNoTunnel() throws Exception {
        other.handle((request, out) -> DownloadServer.status(out, 502));
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> fetch(
                        "https://releases.example.invalid/a.tar.gz", List.of(proxy("https", "")), Optional.empty()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("through the proxy 127.0.0.1:" + other.port()));
    }

    @Test
    public void tellsItsPasswordToTheMirrorOnly() throws Exception {
        server.handle((request, out) -> DownloadServer.status(out, 302, "Location: " + other.url("/b")));
        fetch(server.url("/a"), List.of(), Optional.of(SECRET));
        assertEquals(AUTHORIZATION, server.requests().get(0).headers().get("authorization"));
        assertNull(other.requests().get(0).headers().get("authorization"));
    }

    @Test
    public void tellsTheMirrorsPasswordToNoServerThatArchivesAreNotFetchedFrom() throws Exception {
        DownloadSettings settings = settings(List.of(), MirrorLogin.of(other.url("/{version}/a.tar.gz"), SECRET));
        new ArchiveFetcher(settings, new Lines(), pause -> lines.add(pause.toString())).fetch(server.url("/a"), TRUST);
        assertNull(server.requests().get(0).headers().get("authorization"));
        // a text's server has nothing to do with it, even where it is the same
        new TextFetcher(settings).fetch(other.url("/notes.md"), "mattermost.changelog");
        assertNull(other.requests().get(0).headers().get("authorization"));
    }

    @Test
    public void theMirrorIsWhereTheArchivesComeFrom() {
        assertEquals(Optional.empty(), MirrorLogin.of("/srv/archives", SECRET));
        assertEquals(
                "https://mirror.example.com:8443/version/a-arch.tar.gz",
                MirrorLogin.of("https://mirror.example.com:8443/{version}/a-{arch}.tar.gz", SECRET)
                        .orElseThrow()
                        .address()
                        .toString());
    }

    @Test
    public void takesAPasswordOutOfTheAddress() throws Exception {
        String url = "http://joe:s3cr3t%2Fpass@127.0.0.1:" + server.port() + "/a?token=s3cr3t";
        fetch(url, List.of(), Optional.empty());
        assertEquals(AUTHORIZATION, server.requests().get(0).headers().get("authorization"));
        assertEquals("/a?token=s3cr3t", server.requests().get(0).target());
        server.handle((request, out) -> DownloadServer.status(out, 401));
        folder.delete();
        folder.create();
        assertRefused(url, "401");
        assertRefused("http://joe:s3cr3t@", "cannot be read");
        assertRefused("ftp://joe:s3cr3t@127.0.0.1/x", "cannot be read");
        assertRefused("http://joe:s3cr3t@127.0.0.1/{x}", "cannot be read");
        assertRefused("http://joe:s3cr3t@127.0.0.1/{x}?token=s3cr3t", "cannot be read");
        assertFalse(lines.toString(), lines.toString().contains("s3cr3t"));
        try (Stream<Path> files = Files.walk(folder.getRoot().toPath())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(file.toString(), Files.readString(file).contains("s3cr3t"));
            }
        }
        assertFalse(SECRET.toString(), SECRET.toString().contains("s3cr3t"));
    }

    @Test
    public void goesThroughAProxyThatWantsAPassword() throws Exception {
        other.handle((request, out) -> {
            if (AUTHORIZATION.equals(request.headers().get("proxy-authorization"))) {
                DownloadServer.file(CONTENT, "\"1\"").answer(request, out);
            } else {
                DownloadServer.status(out, 407, "Proxy-Authenticate: Basic realm=\"x\"");
            }
        });
        String url = "http://releases.example.invalid/a.tar.gz";
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(url, List.of(proxy("http", "")), Optional.empty())));
        assertEquals("GET " + url + " HTTP/1.1", other.requests().get(0).line());
        folder.delete();
        folder.create();
        DownloadProxy nobody = new DownloadProxy("http", "127.0.0.1", other.port(), Optional.empty(), "");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> fetch(url, List.of(nobody), Optional.empty()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("407"));
        assertTrue(refused.hint().text(), refused.hint().text().contains("settings.xml"));
    }

    @Test
    public void opensATunnelForHttpsAndTellsThePasswordToTheProxy() throws Exception {
        other.handle((request, out) -> DownloadServer.status(out, 407, "Proxy-Authenticate: Basic realm=\"x\""));
        Process goal = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TunnelProcess.class.getName(),
                        Integer.toString(other.port()),
                        folder.getRoot().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(goal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        goal.waitFor();
        assertTrue(said, said.contains("407"));
        assertEquals(
                "CONNECT releases.example.invalid:443 HTTP/1.1",
                other.requests().get(0).line());
        assertEquals(AUTHORIZATION, other.requests().get(0).headers().get("proxy-authorization"));
    }

    @Test
    public void leavesTheProxyOutForHostsThatNeedNone() throws Exception {
        fetch(server.url("/a"), List.of(proxy("http", "localhost|127.*")), Optional.empty());
        assertEquals(1, server.requests().size());
        assertEquals(0, other.requests().size());
    }

    @Test
    public void choosesTheProxyByProtocolAndHost() {
        DownloadProxy http = proxy("http", "*.example.com|10.*");
        DownloadProxy https = proxy("https", "");
        List<DownloadProxy> both = List.of(http, https);
        assertEquals(Optional.of(http), DownloadProxy.choose(both, "http", "example.com"));
        assertEquals(Optional.of(https), DownloadProxy.choose(both, "https", "a.example.com"));
        assertEquals(Optional.empty(), DownloadProxy.choose(both, "http", "A.Example.com"));
        assertEquals(Optional.empty(), DownloadProxy.choose(List.of(http), "https", "10.1.2.3"));
        assertEquals(Optional.of(http), DownloadProxy.choose(List.of(http), "https", "110.1.2.3"));
        assertEquals(Optional.empty(), DownloadProxy.choose(List.of(https), "http", "example.com"));
    }

    private DownloadProxy proxy(String protocol, String nonProxyHosts) {
        return new DownloadProxy(protocol, "127.0.0.1", other.port(), Optional.of(SECRET), nonProxyHosts);
    }

    private void assertRefused(String url, String words) {
        RefusedException refused = assertThrows(RefusedException.class, () -> fetch(url, List.of(), Optional.empty()));
        assertTrue(refused.getMessage(), refused.getMessage().contains(words));
        lines.add(refused.toString() + refused.hint() + refused.getCause());
    }

    private Path fetch(String url, List<DownloadProxy> proxies, Optional<DownloadCredentials> credentials) {
        DownloadSettings settings = settings(proxies, credentials.flatMap(known -> MirrorLogin.of(url, known)));
        return new ArchiveFetcher(settings, new Lines(), pause -> lines.add(pause.toString()))
                .fetch(url, TRUST)
                .file();
    }

    private DownloadSettings settings(List<DownloadProxy> proxies, Optional<MirrorLogin> mirror) {
        return new DownloadSettings(
                folder.getRoot().toPath().resolve("cache"),
                false,
                proxies,
                mirror,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                2,
                10_000_000);
    }

    private final class Lines implements LineReporter {
        @Override
        public void info(String line) {
            lines.add(line);
        }

        @Override
        public void warn(String line) {
            lines.add(line);
        }

        @Override
        public void debug(String line) {
            lines.add(line);
        }
    }
}
