package io.github.mmupgrade.scratch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigOverlay;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How the copy's server is set up, and how the goals find it. */
public final class ScratchServer {

    private static final String MYSQL = "mysql://";

    private final ScratchPlace place;
    private final Isolation isolation;
    private final UpgradeOptions live;
    private final int port;

    /**
     * A server.
     *
     * @param live how the original would be upgraded
     * @param port a free port of 127.0.0.1
     */
    public ScratchServer(ScratchPlace place, Isolation isolation, UpgradeOptions live, int port) {
        this.place = place;
        this.isolation = isolation;
        this.live = live;
        this.port = port;
    }

    /** A port of 127.0.0.1 that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("There is no free port on 127.0.0.1", e);
        }
    }

    /** Where it answers. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Writes its configuration, its environment, and what beats the overlays of the installation. */
    public void configure(Host host, ConfigDocument configuration, DataSource database) {
        Map<String, JsonNode> own = new LinkedHashMap<>();
        own.put(
                "SqlSettings.DriverName",
                TextNode.valueOf(database.kind() == DatabaseKind.POSTGRESQL ? "postgres" : "mysql"));
        own.put("SqlSettings.DataSource", TextNode.valueOf(text(database)));
        own.put("ServiceSettings.ListenAddress", TextNode.valueOf("127.0.0.1:" + port));
        if (configuration.has("ServiceSettings.SiteURL")) {
            own.put("ServiceSettings.SiteURL", TextNode.valueOf(url()));
        }
        ConfigDocument document = isolation.applyTo(configuration);
        for (Map.Entry<String, JsonNode> setting : own.entrySet()) {
            document = document.with(setting.getKey(), setting.getValue());
        }
        Path file = place.installation().resolve("config").resolve("config.json");
        byte[] content = document.bytes();
        try {
            // the copy has one already, which belongs to whom it shall belong
            AtomicFile.replace(file, out -> out.write(content));
        } catch (IOException e) {
            throw new UncheckedIOException("The configuration of the copy cannot be written to " + file, e);
        }
        Set<String> known = new HashSet<>(lower(document.settings()));
        known.addAll(lower(ConfigOverlay.read(
                        live.config().overlays().stream().map(Overlay::file).toList(), host.environment())
                .settings()));
        place.write(
                place.overlay(),
                isolation
                        .overlay(name -> known.contains(name.toLowerCase(Locale.ROOT)), own)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8));
        place.write(
                place.environmentFile(),
                isolation.variables().entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .collect(Collectors.joining("\n", "", "\n"))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static Set<String> lower(Set<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    /** As a server's settings have it: the prefix belongs to {@code -c} only. */
    private static String text(DataSource database) {
        String text = database.format();
        return text.startsWith(MYSQL) ? text.substring(MYSQL.length()) : text;
    }

    /** The options of the very same upgrade, for the copy. */
    public UpgradeOptions options(DatabaseSaving way) {
        List<Overlay> overlays = new ArrayList<>(live.config().overlays());
        // no server of the copy, between the hops neither, may reach anyone
        overlays.add(Overlay.forEvery(place.overlay()));
        return new UpgradeOptions(
                place.installation(),
                new UpgradeOptions.Places(
                        place.state(), place.backups(), live.places().cache()),
                new UpgradeOptions.Service("process", null, null, null, null, place.environmentFile()),
                // the report lists the notes; nobody has to have read them to rehearse
                live.target().withNotesRead(),
                live.limits(),
                new UpgradeOptions.Config(
                        live.config().mode(),
                        overlays,
                        live.config().dropUnknown(),
                        live.config().adoptDefaults()),
                new UpgradeOptions.Backup(
                        way,
                        DatabaseCommand.NONE,
                        false,
                        false,
                        live.backup().toolsDirectory(),
                        live.backup().jobs(),
                        live.backup().keep(),
                        live.backup().keepFrozen(),
                        null,
                        FileSaving.COPIED,
                        false),
                Optional.empty(),
                new UpgradeOptions.Check(null, live.check().team()),
                UpgradeOptions.Announcement.NONE,
                OnFailure.LEAVE,
                false);
    }
}
