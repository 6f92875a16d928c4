package io.github.mmupgrade.server;

import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a server listens on its own host.
 *
 * @param host the address or name it binds to; empty for every address
 * @param port the TCP port, 1 to 65535
 * @param tls whether the server itself speaks TLS
 * @param subpath the path of the site URL, such as {@code /chat}; empty for none; never ends in a slash
 */
public record ListenAddress(String host, int port, boolean tls, String subpath) {

    /** What a server uses that has no such setting. */
    private static final String DEFAULT = ":8065";

    /** Checks the port and cuts the slash at the end of the subpath. */
    public ListenAddress {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("Not a port: " + port);
        }
        subpath = subpath.replaceAll("/+$", "");
        if (!subpath.isEmpty() && !subpath.startsWith("/")) {
            throw new IllegalArgumentException("Not a path: " + subpath);
        }
    }

    /**
     * Where a server with this configuration listens.
     *
     * @throws RefusedException when the setting is no address
     */
    public static ListenAddress of(EffectiveConfiguration configuration) {
        return of(
                configuration.text("ServiceSettings.ListenAddress").orElse(null),
                configuration.text("ServiceSettings.SiteURL").orElse(null),
                configuration.text("ServiceSettings.ConnectionSecurity").orElse(null));
    }

    /**
     * Reads the settings that decide about it.
     *
     * @param listenAddress {@code ServiceSettings.ListenAddress}, such as {@code :8065} or {@code [::1]:80}; null when
     *     it isn't set
     * @param siteUrl {@code ServiceSettings.SiteURL}; null or empty when it isn't set
     * @param connectionSecurity {@code ServiceSettings.ConnectionSecurity}: {@code TLS} or empty; null when it isn't
     *     set
     * @throws RefusedException when the address isn't one
     */
    public static ListenAddress of(String listenAddress, String siteUrl, String connectionSecurity) {
        boolean tls = connectionSecurity != null && connectionSecurity.strip().equalsIgnoreCase("TLS");
        String text = listenAddress == null ? DEFAULT : listenAddress.strip();
        if (text.isEmpty()) {
            // the server's own rule (5.37, app/server.go)
            text = tls ? ":https" : ":http";
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = colon < 0 ? "" : text.substring(colon + 1);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 || host.indexOf('/') >= 0) {
            throw notAnAddress(text);
        }
        if (host.equals("*")) {
            host = "";
        }
        return new ListenAddress(host, port(text, port), tls, subpathOf(siteUrl));
    }

    /** The server's own root on its own host, such as {@code http://127.0.0.1:8065/chat}, without a slash at the end. */
    public URI baseUri() {
        return URI.create((tls ? "https" : "http") + "://" + probeHost() + ":" + port + subpath);
    }

    /** The same without the subpath. */
    public URI rootUri() {
        return URI.create((tls ? "https" : "http") + "://" + probeHost() + ":" + port);
    }

    /** The addresses it binds to; empty for every address, and for a name that isn't known. */
    List<InetAddress> addresses() {
        if (host.isEmpty()) {
            return List.of();
        }
        try {
            List<InetAddress> all = Arrays.asList(InetAddress.getAllByName(host));
            return all.stream().anyMatch(InetAddress::isAnyLocalAddress) ? List.of() : all;
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    private String probeHost() {
        if (host.isEmpty() || host.equals("0.0.0.0")) {
            return "127.0.0.1";
        }
        if (host.indexOf(':') < 0) {
            return host;
        }
        // a server bound to :: takes IPv4 too unless the host has turned that off; ::1 is right in both cases
        return addresses().isEmpty() ? "[::1]" : "[" + host + "]";
    }

    private static int port(String whole, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "http" -> 80;
            case "https" -> 443;
            default -> {
                if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65535) {
                    throw notAnAddress(whole);
                }
                yield Integer.parseInt(text);
            }
        };
    }

    private static String subpathOf(String siteUrl) {
        if (siteUrl == null || siteUrl.isBlank()) {
            return "";
        }
        try {
            return Optional.ofNullable(URI.create(siteUrl.strip()).getRawPath()).orElse("");
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    "ServiceSettings.SiteURL is '" + siteUrl + "', which is not a URL. Nothing was changed.",
                    Hint.of("Correct it in config.json or in the service's MM_SERVICESETTINGS_SITEURL."));
        }
    }

    private static RefusedException notAnAddress(String text) {
        return new RefusedException(
                "ServiceSettings.ListenAddress is '" + text + "', which is not an address with a TCP port."
                        + " Nothing was changed.",
                Hint.of("It looks like :8065, 127.0.0.1:8065 or [::]:8065. Correct it in config.json or in the"
                        + " service's MM_SERVICESETTINGS_LISTENADDRESS."));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
