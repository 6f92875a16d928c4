package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.Credentials;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Upgrades the installation to the target release: everything from the checks to the verification, in the order with the shortest downtime; after a failure the old server is put back.
 */
@Mojo(name = "upgrade", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class UpgradeMojo extends AbstractTargetMojo {

    /** The message to post; by default it says that the server is about to be upgraded. */
    @Parameter(property = PropertyNames.ANNOUNCEMENT)
    private String announcement;

    /**
     * The server in settings.xml whose password is the URL of the incoming webhook; else the URL comes from the variable
     * {@code MATTERMOST_WEBHOOK_URL}. Nothing is announced when neither is there.
     */
    @Parameter(property = PropertyNames.WEBHOOK_SERVER_ID, defaultValue = "mattermost-webhook")
    private String webhookServerId;

    @Override
    String announcement() {
        return announcement;
    }

    @Override
    RequestSecrets secrets(Credentials credentials) {
        return super.secrets(credentials).announcingBy(credentials.webhook(webhookServerId));
    }
}
