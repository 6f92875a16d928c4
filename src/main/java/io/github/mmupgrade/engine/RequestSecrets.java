package io.github.mmupgrade.engine;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.datasource.DataSource;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * What the engine has to know and nobody may see.
 *
 * @param administration an administrator's data source; empty for the server's own
 * @param rehearsal a data source for rehearsals; empty for an embedded PostgreSQL
 * @param webhook the incoming webhook for announcements; empty for none
 * @param notification the incoming webhook that is told how the goal ended; empty for none
 * @param network proxies and mirror, with their logins
 */
public record RequestSecrets(
        Optional<DataSource> administration,
        Optional<DataSource> rehearsal,
        Optional<URI> webhook,
        Optional<URI> notification,
        UpgradeOptions.Network network) {

    /** None. */
    public static final RequestSecrets NONE = new RequestSecrets(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), UpgradeOptions.Network.DIRECT);

    public RequestSecrets {
        Objects.requireNonNull(administration);
        Objects.requireNonNull(rehearsal);
        Objects.requireNonNull(webhook);
        Objects.requireNonNull(notification);
        Objects.requireNonNull(network);
    }

    /** The same, with a webhook for announcements. */
    public RequestSecrets announcingBy(Optional<URI> url) {
        return new RequestSecrets(administration, rehearsal, url, notification, network);
    }

    /** The same, with a webhook that is told how the goal ended. */
    public RequestSecrets notifying(Optional<URI> url) {
        return new RequestSecrets(administration, rehearsal, webhook, url, network);
    }

    /** The same, with a data source for rehearsals. */
    public RequestSecrets rehearsingOn(Optional<DataSource> source) {
        return new RequestSecrets(administration, source, webhook, notification, network);
    }

    /** The same, with another network. */
    public RequestSecrets over(UpgradeOptions.Network other) {
        return new RequestSecrets(administration, rehearsal, webhook, notification, other);
    }

    @Override
    public String toString() {
        return "RequestSecrets[***]";
    }
}
