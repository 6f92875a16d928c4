package io.github.mmupgrade.testing.standin.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;

/** The server's front: the interfaces, the client's files and pages, and the header that names the version. */
final class Web {

    private final Configuration configuration;
    private final ReleaseLine line;
    private final Misbehaviour misbehaviour;
    private final Api api;
    private final Actions actions;
    private final Path client;
    private final String subpath;
    private final ClusterMember member;
    private HttpServer server;
    private Websockets websockets;

    /**
     * Prepares it.
     *
     * @param member this node, which is named in every answer; null outside of a cluster
     */
    Web(
            Configuration configuration,
            ReleaseLine line,
            Misbehaviour misbehaviour,
            Api api,
            Actions actions,
            Path client,
            ClusterMember member) {
        this.configuration = configuration;
        this.line = line;
        this.misbehaviour = misbehaviour;
        this.api = api;
        this.actions = actions;
        this.client = client;
        this.member = member;
        this.subpath = subpath(configuration, line);
    }

    /** The path of the site's address without a slash at the end; releases before 5.1 know none. */
    private static String subpath(Configuration configuration, ReleaseLine line) {
        String site = configuration.text("ServiceSettings.SiteURL");
        if (site.isEmpty() || !line.from(5, 1)) {
            return "";
        }
        String path = URI.create(site).getPath();
        return path == null ? "" : path.replaceFirst("/+$", "");
    }

    /** Listens from now on. */
    void start() throws IOException, GeneralSecurityException {
        String address = configuration.text("ServiceSettings.ListenAddress");
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(address.substring(colon + 1));
        InetSocketAddress listen =
                host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port);
        if (member != null) {
            // the proxy before a cluster speaks TLS
            server = HttpServer.create(Websockets.inside(), 0);
        } else if (configuration.text("ServiceSettings.ConnectionSecurity").equals("TLS")) {
            HttpsServer secure = HttpsServer.create(listen, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(Tls.context(
                    Path.of(configuration.text("ServiceSettings.TLSCertFile")),
                    Path.of(configuration.text("ServiceSettings.TLSKeyFile")))));
            server = secure;
        } else {
            server = HttpServer.create(listen, 0);
        }
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/", this::handle);
        server.start();
        if (member != null) {
            websockets = new Websockets(listen, server.getAddress());
        }
    }

    void stop() {
        if (server != null) {
            server.stop(0);
        }
        if (websockets != null) {
            websockets.stop();
        }
    }

    /** Lets the client's first page refer to the path that the site is under, as the server does to its own file. */
    void adaptRootPage(ServerLog log) {
        Path root = client.resolve("root.html");
        try {
            if (line.from(5, 1) && Files.exists(root)) {
                String page = Files.readString(root);
                String adapted = page.replaceAll("=\"[^\"]*/static/", "=\"" + subpath + "/static/");
                if (!adapted.equals(page)) {
                    Files.writeString(root, adapted);
                }
            }
        } catch (IOException e) {
            log.error("Failed to update assets subpath: " + e);
        }
    }

    private void handle(HttpExchange http) throws IOException {
        try (http) {
            http.getResponseHeaders().set("X-Version-Id", line.versionId(api.buildNumber(), configuration.changed()));
            if (member != null) {
                http.getResponseHeaders().set("X-Node", member.name());
            }
            String path = http.getRequestURI().getPath();
            if (!path.equals(subpath) && !path.startsWith(subpath + "/")) {
                http.getResponseHeaders().set("Location", subpath + "/");
                http.sendResponseHeaders(302, -1);
                return;
            }
            path = path.substring(subpath.length());
            Exchange exchange = new Exchange(http, path.isEmpty() ? "/" : path);
            if (path.startsWith("/api/")) {
                api.handle(exchange);
            } else if (line.from(4, 1)) {
                clientFile(exchange);
            } else {
                firstPages(exchange);
            }
        } catch (RuntimeException e) {
            http.sendResponseHeaders(500, -1);
        }
    }

    /** From 4.10 on every path but the client's files is answered with the client's first page. */
    private void clientFile(Exchange exchange) throws IOException {
        if (misbehaviour.asks("no-pages")) {
            exchange.page(404, "<html>not found</html>");
        } else if (exchange.path().startsWith("/static/")) {
            Path file = client.resolve(exchange.path().substring("/static/".length()))
                    .normalize();
            if (file.startsWith(client) && Files.isRegularFile(file)) {
                exchange.answer(200, "application/octet-stream", Files.readAllBytes(file));
            } else {
                exchange.page(404, "<html>not found</html>");
            }
        } else {
            exchange.page(200, Files.readString(client.resolve("root.html")));
        }
    }

    /** The first releases make a page for each team, and lead everyone else to the first page. */
    private void firstPages(Exchange exchange) throws IOException {
        String team = exchange.path().substring(1).replaceFirst("/.*", "");
        if (misbehaviour.asks("no-pages")) {
            exchange.page(404, "<html>not found</html>");
        } else if (team.isEmpty() || actions.hasTeam(team)) {
            exchange.page(
                    200,
                    "<!DOCTYPE html><html><head><title>Mattermost " + line.version() + "</title></head><body>" + team
                            + "</body></html>");
        } else {
            exchange.header("Location", "/");
            exchange.page(307, "");
        }
    }
}
