package io.github.mmupgrade.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.download.DownloadProxy;
import io.github.mmupgrade.report.Json;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the engine has to know and nobody may see.
 *
 * @param administration an administrator's data source; empty for the server's own
 * @param rehearsal a data source for rehearsals; empty for an embedded PostgreSQL
 * @param conversion the PostgreSQL database that a conversion goes to; empty when none is named
 * @param webhook the incoming webhook for announcements; empty for none
 * @param notification the incoming webhook that is told how the goal ended; empty for none
 * @param network proxies and mirror, with their logins
 * @param elsewhere what the place asks for that backups are handed over to; empty for nothing
 * @param variables what overlays may refer to beside the variables of the host; empty where both are one machine
 */
public record RequestSecrets(
        Optional<DataSource> administration,
        Optional<DataSource> rehearsal,
        Optional<DataSource> conversion,
        Optional<URI> webhook,
        Optional<URI> notification,
        UpgradeOptions.Network network,
        Optional<Elsewhere.Login> elsewhere,
        Map<String, String> variables) {

    /** None. */
    public static final RequestSecrets NONE = new RequestSecrets(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            UpgradeOptions.Network.DIRECT,
            Optional.empty(),
            Map.of());

    public RequestSecrets {
        Objects.requireNonNull(administration);
        Objects.requireNonNull(rehearsal);
        Objects.requireNonNull(conversion);
        Objects.requireNonNull(webhook);
        Objects.requireNonNull(notification);
        Objects.requireNonNull(network);
        Objects.requireNonNull(elsewhere);
        variables = Map.copyOf(variables);
    }

    /** The options of a request with the secrets that it does not hold. */
    public UpgradeOptions into(UpgradeOptions options) {
        return options.with(administration, webhook, network, elsewhere);
    }

    /** The same, with a webhook for announcements. */
    public RequestSecrets announcingBy(Optional<URI> url) {
        return new RequestSecrets(
                administration, rehearsal, conversion, url, notification, network, elsewhere, variables);
    }

    /** The same, with a webhook that is told how the goal ended. */
    public RequestSecrets notifying(Optional<URI> url) {
        return new RequestSecrets(administration, rehearsal, conversion, webhook, url, network, elsewhere, variables);
    }

    /** The same, with a data source for rehearsals. */
    public RequestSecrets rehearsingOn(Optional<DataSource> source) {
        return new RequestSecrets(
                administration, source, conversion, webhook, notification, network, elsewhere, variables);
    }

    /** The same, with the database that a conversion goes to. */
    public RequestSecrets converting(Optional<DataSource> database) {
        return new RequestSecrets(
                administration, rehearsal, database, webhook, notification, network, elsewhere, variables);
    }

    /** The same, with another network. */
    public RequestSecrets over(UpgradeOptions.Network other) {
        return new RequestSecrets(
                administration, rehearsal, conversion, webhook, notification, other, elsewhere, variables);
    }

    /** The same, with variables for overlays. */
    public RequestSecrets knowing(Map<String, String> more) {
        return new RequestSecrets(
                administration, rehearsal, conversion, webhook, notification, network, elsewhere, more);
    }

    /** The form that they travel in, between two processes of one user. Never write it to a file. */
    private record Form(
            String administration,
            String rehearsal,
            String conversion,
            URI webhook,
            URI notification,
            List<Proxy> proxies,
            DownloadCredentials mirror,
            Elsewhere.Login elsewhere,
            Map<String, String> variables) {
        Form {
            proxies = List.copyOf(proxies);
            Objects.requireNonNull(variables);
        }
    }

    private record Proxy(
            String protocol, String host, int port, DownloadCredentials credentials, String nonProxyHosts) {}

    /** The secrets in one line, for the standard input of a process and for nothing else. */
    public String toJson() {
        return Json.line(new Form(
                administration.map(DataSource::format).orElse(null),
                rehearsal.map(DataSource::format).orElse(null),
                conversion.map(DataSource::format).orElse(null),
                webhook.orElse(null),
                notification.orElse(null),
                network.proxies().stream()
                        .map(proxy -> new Proxy(
                                proxy.protocol(),
                                proxy.host(),
                                proxy.port(),
                                proxy.credentials().orElse(null),
                                proxy.nonProxyHosts()))
                        .toList(),
                network.mirror().orElse(null),
                elsewhere.orElse(null),
                variables));
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException when it is something else; neither the message nor the cause holds any of it
     */
    public static RequestSecrets parse(String json) {
        Form form;
        try {
            form = Json.read(json, Form.class);
        } catch (JsonProcessingException quotesTheText) {
            throw new IllegalArgumentException("These are no secrets of a request");
        }
        return new RequestSecrets(
                Optional.ofNullable(form.administration()).map(DataSource::parse),
                Optional.ofNullable(form.rehearsal()).map(DataSource::parse),
                Optional.ofNullable(form.conversion()).map(DataSource::parse),
                Optional.ofNullable(form.webhook()),
                Optional.ofNullable(form.notification()),
                new UpgradeOptions.Network(
                        form.proxies().stream()
                                .map(proxy -> new DownloadProxy(
                                        proxy.protocol(),
                                        proxy.host(),
                                        proxy.port(),
                                        Optional.ofNullable(proxy.credentials()),
                                        proxy.nonProxyHosts()))
                                .toList(),
                        Optional.ofNullable(form.mirror())),
                Optional.ofNullable(form.elsewhere()),
                form.variables());
    }

    @Override
    public String toString() {
        return "RequestSecrets[***]";
    }
}
