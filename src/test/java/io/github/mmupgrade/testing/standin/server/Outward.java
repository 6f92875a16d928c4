package io.github.mmupgrade.testing.standin.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a server reaches of other systems on its own. The stand-in does so at its start, and only when it was told to
 * ({@code reach-out HOST:PORT}): mail and push go where the configuration says, webhooks, commands, the vendor's alerts
 * and telemetry to the address that it was told.
 */
final class Outward {

    private static final int TIMEOUT = 2000;

    private final Configuration configuration;
    private final Misbehaviour misbehaviour;
    private final ServerLog log;

    Outward(Configuration configuration, Misbehaviour misbehaviour, ServerLog log) {
        this.configuration = configuration;
        this.misbehaviour = misbehaviour;
        this.log = log;
    }

    /** Connects to each place that the settings in force let the server connect to. */
    void reach() {
        if (!misbehaviour.asks("reach-out")) {
            return;
        }
        Set<String> places = new LinkedHashSet<>();
        if (configuration.flag("EmailSettings.SendEmailNotifications")) {
            places.add("mail " + configuration.text("EmailSettings.SMTPServer") + ":"
                    + configuration.text("EmailSettings.SMTPPort"));
        }
        if (configuration.flag("EmailSettings.SendPushNotifications")) {
            URI server = URI.create(configuration.text("EmailSettings.PushNotificationServer"));
            places.add("push " + server.getHost() + ":" + server.getPort());
        }
        String told = misbehaviour.text("reach-out", "");
        for (String setting : new String[] {
            "ServiceSettings.EnableOutgoingWebhooks",
            "ServiceSettings.EnableCommands",
            "ServiceSettings.EnableSecurityFixAlert",
            "LogSettings.EnableDiagnostics",
            "LdapSettings.EnableSync",
            "SamlSettings.EnableSyncWithLdap"
        }) {
            if (configuration.flag(setting)) {
                places.add(setting + " " + told);
            }
        }
        places.forEach(this::connect);
    }

    private void connect(String place) {
        String address = place.substring(place.indexOf(' ') + 1);
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    TIMEOUT);
            log.info("Reached " + place);
        } catch (IOException e) {
            log.error("Failed to reach " + place + ": " + e.getMessage());
        }
    }
}
