package io.github.mmupgrade.download;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A proxy on the way to a download, as Maven's settings describe it.
 *
 * @param protocol what it is for: {@code http} or {@code https}; https goes through an http one where there is none
 * @param host its name
 * @param port its port, 1 to 65535
 * @param credentials who it asks for
 * @param nonProxyHosts the hosts that are reached without it, separated by {@code |}, {@code *} for any characters; may
 *     be empty
 */
public record DownloadProxy(
        String protocol, String host, int port, Optional<DownloadCredentials> credentials, String nonProxyHosts) {

    /** Checks the parts. */
    public DownloadProxy {
        Objects.requireNonNull(credentials);
        Objects.requireNonNull(nonProxyHosts);
        protocol = protocol.toLowerCase(Locale.ROOT);
        if (host.isBlank() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("Not a proxy: '" + host + "', port " + port);
        }
    }

    /** The proxy to reach a host with, from those configured; empty for none. */
    public static Optional<DownloadProxy> choose(List<DownloadProxy> proxies, String scheme, String host) {
        Optional<DownloadProxy> proxy = proxies.stream()
                .filter(candidate -> candidate.protocol.equals(scheme))
                .findFirst()
                .or(() -> proxies.stream()
                        .filter(candidate -> scheme.equals("https") && candidate.protocol.equals("http"))
                        .findFirst());
        return proxy.filter(candidate -> !candidate.excludes(host));
    }

    private boolean excludes(String asked) {
        for (String pattern : nonProxyHosts.split("[|,]")) {
            if (pattern.isBlank()) {
                continue;
            }
            String expression = Pattern.quote(pattern.strip()).replace("*", "\\E.*\\Q");
            if (Pattern.compile(expression, Pattern.CASE_INSENSITIVE)
                    .matcher(asked)
                    .matches()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
