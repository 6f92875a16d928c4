package io.github.mmupgrade.download;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Asks servers for files, through proxies and redirections, and takes care who is told a password. */
public final class HttpFetcher {

    private static final int MOST_REDIRECTIONS = 10;
    private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";

    private final DownloadSettings settings;
    private final HttpClient client;

    /**
     * Lets Java send a proxy its password in front of a tunnel. Java reads this once, when its HTTP client is loaded, so
     * it has to be said before anything else in the process uses that client.
     */
    public static void allowProxyPasswords() {
        if (System.getProperty(TUNNELING) == null) {
            System.setProperty(TUNNELING, "");
        }
    }

    public HttpFetcher(DownloadSettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .proxy(new Selector(settings.proxies()))
                .build();
    }

    /** An answer, with its body still to be read; to be closed. */
    record Answer(URI from, int status, HttpHeaders headers, ResponseBody body) implements AutoCloseable {
        Optional<String> header(String name) {
            return headers.firstValue(name);
        }

        @Override
        public void close() {
            body.close();
        }
    }

    /**
     * Asks for a file.
     *
     * @param url where it is
     * @param headers further headers of the request
     * @throws DownloadFault when another attempt may get an answer
     * @throws RefusedException when none will
     */
    Answer get(Location url, Map<String, String> headers) throws IOException {
        Optional<DownloadCredentials> credentials =
                url.credentials().or(() -> settings.mirror().flatMap(login -> login.at(url.uri())));
        URI at = url.uri();
        for (int i = 0; i <= MOST_REDIRECTIONS; i++) {
            Answer answer = send(at, headers, credentials, url.uri());
            Optional<String> location = answer.header("Location");
            if (!isRedirection(answer.status()) || location.isEmpty()) {
                return answer;
            }
            answer.close();
            at = redirected(at, location.get());
        }
        throw new RefusedException(
                url + " redirects more than " + MOST_REDIRECTIONS + " times.",
                Hint.of("Check what that server answers."));
    }

    private Answer send(URI at, Map<String, String> headers, Optional<DownloadCredentials> credentials, URI origin)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .timeout(settings.stall())
                .header("User-Agent", "mattermost-maven-plugin")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        credentials
                .filter(known -> isSameServer(origin, at))
                .ifPresent(known -> request.header("Authorization", known.basic()));
        Optional<DownloadProxy> proxy = DownloadProxy.choose(settings.proxies(), at.getScheme(), at.getHost());
        proxy.flatMap(DownloadProxy::credentials)
                .ifPresent(known -> request.header("Proxy-Authorization", known.basic()));
        String by = proxy.map(used -> " through the proxy " + used).orElse("");
        try {
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
                    client.send(request.build(), BodyHandlers.ofPublisher());
            ResponseBody body = new ResponseBody(settings.stall());
            if (response.statusCode() == 407 && proxy.isPresent()) {
                throw refusedByProxy(at, proxy.get());
            }
            if (response.body() == null) {
                // what a proxy says instead of opening a tunnel comes without a body
                throw new TransientFault(
                        "no answer" + by + ", which answered " + response.statusCode(), Optional.empty());
            }
            response.body().subscribe(body);
            return new Answer(at, response.statusCode(), response.headers(), body);
        } catch (SSLHandshakeException | SSLPeerUnverifiedException e) {
            throw new RefusedException(
                    Location.printable(at) + " is not trusted" + by + ": " + e.getMessage() + ".",
                    Hint.of("Java does not know who signed the server's certificate. Add your company's own authority"
                            + " with keytool, or with -Djavax.net.ssl.trustStore in MAVEN_OPTS."),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while downloading").initCause(e);
        } catch (IOException e) {
            throw new TransientFault(
                    "no answer" + by + ": "
                            + (IoReason.of(e) == null ? e.getClass().getSimpleName() : IoReason.of(e)),
                    e);
        }
    }

    /** What a proxy that knows us not, or not by that password, leads to. */
    private static RefusedException refusedByProxy(URI at, DownloadProxy proxy) {
        return new RefusedException(
                "The proxy " + proxy + " on the way to " + Location.printable(at)
                        + " asks for a user name and a password (407).",
                Hint.of("Add <username> and <password> to the proxy in Maven's settings.xml."));
    }

    private static boolean isRedirection(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    public static URI redirected(URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            to = null;
        }
        String scheme = to == null ? "" : String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        if (to == null || to.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new RefusedException(
                    Location.printable(from) + " redirects to an address that is neither http nor https.",
                    Hint.of("Check what that server answers."));
        }
        if (scheme.equals("http") && from.getScheme().equals("https")) {
            throw new RefusedException(
                    Location.printable(from) + " redirects from https to http: "
                            + Location.printable(Location.plain(to)) + ".",
                    Hint.of(
                            "Anybody on the way can read and change what comes over http. Set mattermost.archive to an address that"
                                    + " stays with https."));
        }
        return Location.plain(to);
    }

    /** Whether a password for one may be told to the other: same host, same port or the step from http to https. */
    static boolean isSameServer(URI origin, URI at) {
        if (!origin.getHost().equalsIgnoreCase(at.getHost())) {
            return false;
        }
        boolean upgraded = origin.getScheme().equals("http")
                && at.getScheme().equals("https")
                && origin.getPort() < 0
                && at.getPort() < 0;
        return upgraded || (origin.getScheme().equals(at.getScheme()) && origin.getPort() == at.getPort());
    }

    private static final class Selector extends ProxySelector {
        private final List<DownloadProxy> proxies;

        Selector(List<DownloadProxy> proxies) {
            this.proxies = proxies;
        }

        @Override
        public List<Proxy> select(URI uri) {
            return List.of(DownloadProxy.choose(proxies, uri.getScheme(), uri.getHost())
                    .map(proxy -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.host(), proxy.port())))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {
            // the request itself fails, too
        }
    }
}
