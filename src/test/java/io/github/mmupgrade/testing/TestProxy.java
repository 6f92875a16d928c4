package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A real HAProxy or nginx on a free port of 127.0.0.1, set up as the scripts of {@code examples/proxy} want it, before
 * nodes on other ports; it doesn't outlive the JVM.
 */
public final class TestProxy implements AutoCloseable {

    private final ServerProcess server = new ServerProcess("mmproxy", "root");
    private final int port = FreePorts.next();

    private TestProxy() {}

    /** HAProxy with a backend {@code web} and another one, {@code web-ws}, for websockets; checks take 0.2 s. */
    public static TestProxy haproxy(int... nodes) {
        TestProxy proxy = new TestProxy();
        Path file = proxy.server.file(
                "haproxy.cfg", """
                global
                    stats socket DIRECTORY/admin.sock mode 600 level admin
                    stats socket DIRECTORY/user.sock mode 600 level user
                defaults
                    mode http
                    timeout connect 2s
                    timeout client 30s
                    timeout server 30s
                    timeout tunnel 1h
                    default-server inter 200ms fall 2 rise 1
                frontend site
                    bind 127.0.0.1:PORT
                    use_backend web-ws if { hdr(Upgrade) -i websocket }
                    default_backend web
                backend web
                    option httpchk GET /api/v4/system/ping
                    http-check expect status 200
                CHECKED
                backend web-ws
                TRACKED
                """.replace("DIRECTORY", proxy.directory().toString())
                        .replace("PORT", Integer.toString(proxy.port))
                        .replace("CHECKED", lines("    server chat%d 127.0.0.1:%d check", nodes))
                        .replace("TRACKED", lines("    server chat%d 127.0.0.1:%d track web/chat%1$d", nodes)));
        proxy.server.start(List.of("/usr/sbin/haproxy", "-db", "-f", file.toString()), "TERM");
        proxy.server.awaitPort(proxy.port, "HAProxy (apt-get install haproxy)");
        return proxy;
    }

    /** nginx with its nodes in {@code nodes.conf}. */
    public static TestProxy nginx(int... nodes) {
        TestProxy proxy = new TestProxy();
        proxy.server.file("nodes.conf", lines("server 127.0.0.1:%2$d; # chat%1$d", nodes) + "\n");
        proxy.server.file("nginx.conf", """
                worker_processes 2;
                pid DIRECTORY/nginx.pid;
                error_log DIRECTORY/error.log;
                events { worker_connections 200; }
                http {
                    access_log off;
                    client_body_temp_path DIRECTORY/body;
                    proxy_temp_path DIRECTORY/proxy;
                    fastcgi_temp_path DIRECTORY/fastcgi;
                    uwsgi_temp_path DIRECTORY/uwsgi;
                    scgi_temp_path DIRECTORY/scgi;
                    proxy_http_version 1.1;
                    upstream nodes {
                        include DIRECTORY/nodes.conf;
                        keepalive 8;
                    }
                    upstream nodes-websocket {
                        include DIRECTORY/nodes.conf;
                    }
                    server {
                        listen 127.0.0.1:PORT;
                        location /api/v4/websocket {
                            proxy_socket_keepalive on;
                            proxy_set_header Upgrade $http_upgrade;
                            proxy_set_header Connection upgrade;
                            proxy_read_timeout 600s;
                            proxy_pass http://nodes-websocket;
                        }
                        location / {
                            proxy_set_header Connection "";
                            proxy_pass http://nodes;
                        }
                    }
                }
                """.replace(
                "DIRECTORY", proxy.directory().toString()).replace("PORT", Integer.toString(proxy.port)));
        List<String> start = new ArrayList<>(List.of(proxy.nginxCommand().split(" ")));
        start.addAll(List.of("-g", "daemon off;"));
        proxy.server.start(start, "TERM");
        proxy.server.awaitPort(proxy.port, "nginx (apt-get install nginx-light)");
        return proxy;
    }

    private static String lines(String format, int... nodes) {
        return IntStream.range(0, nodes.length)
                .mapToObj(i -> String.format(format, i + 1, nodes[i]))
                .collect(Collectors.joining("\n"));
    }

    /** What starts nginx's program, to test its settings or to reload it. */
    public String nginxCommand() {
        return "/usr/sbin/nginx -c " + directory() + "/nginx.conf -p " + directory() + " -e " + directory()
                + "/error.log";
    }

    /** Where its files are. */
    public Path directory() {
        return server.directory();
    }

    /** One of its files. */
    public String read(String name) {
        try {
            return Files.readString(directory().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        server.close();
    }
}
