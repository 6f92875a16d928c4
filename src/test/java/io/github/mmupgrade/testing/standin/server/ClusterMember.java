package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.release.Edition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * This server as a node of a cluster: its row in {@code ClusterDiscovery} is there before it listens, says once a
 * minute that it lives, and goes with a clean stop. A node that was killed leaves its row.
 */
final class ClusterMember {

    private static final double BETWEEN_PINGS = 60;
    private static final Duration FORGOTTEN = Duration.ofMinutes(30);

    private final Store store;
    private final Configuration configuration;
    private final String hostname;
    private String id;

    private ClusterMember(Store store, Configuration configuration) {
        this.store = store;
        this.configuration = configuration;
        this.hostname = hostname(configuration);
    }

    /** Whether this release and edition has clusters and is told to be in one. */
    static boolean isIn(Configuration configuration, ReleaseLine line) {
        return line.edition() == Edition.ENTERPRISE && line.from(4, 0) && configuration.flag("ClusterSettings.Enable");
    }

    /** The node; null outside of a cluster. */
    static ClusterMember of(Store store, Configuration configuration, ReleaseLine line) {
        return isIn(configuration, line) ? new ClusterMember(store, configuration) : null;
    }

    private static String hostname(Configuration configuration) {
        String own = configuration.text("ClusterSettings.OverrideHostname");
        try {
            if (!own.isEmpty()) {
                return own;
            }
            if (configuration.flag("ClusterSettings.UseIpAddress")) {
                return NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(address -> !address.isLoopbackAddress() && address.getAddress().length == 4)
                        .map(InetAddress::getHostAddress)
                        .findFirst()
                        .orElse("127.0.0.1");
            }
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By what the other nodes know it. */
    String name() {
        return hostname;
    }

    /** Makes itself known. */
    void join() {
        long now = System.currentTimeMillis();
        store.update("DELETE FROM ClusterDiscovery WHERE LastPingAt < ?", now - FORGOTTEN.toMillis());
        id = Actions.id();
        store.update(
                "INSERT INTO ClusterDiscovery (Id, Type, ClusterName, Hostname, GossipPort, Port, CreateAt, LastPingAt)"
                        + " VALUES (?, 'mattermost_app', ?, ?, 8074, 8065, ?, ?)",
                id,
                configuration.text("ClusterSettings.ClusterName"),
                hostname,
                now,
                now);
        Thread pings = new Thread(this::ping, "cluster-ping");
        pings.setDaemon(true);
        pings.start();
    }

    private void ping() {
        while (true) {
            StandInServer.pause(BETWEEN_PINGS);
            store.update("UPDATE ClusterDiscovery SET LastPingAt = ? WHERE Id = ?", System.currentTimeMillis(), id);
        }
    }

    /** Takes itself out. */
    void leave() {
        if (id != null) {
            store.update("DELETE FROM ClusterDiscovery WHERE Id = ?", id);
        }
    }
}
