package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.io.IOException;
import java.time.Duration;

/** Asks a pod itself, past the service and the ingress, by a forwarded port. */
final class ForwardedProbe implements PodProbe {

    /** Where the operator has Mattermost listen. */
    private static final int PORT = 8065;

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final String namespace;

    ForwardedProbe(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    @Override
    public ServerAnswer ask(String pod) {
        try (LocalPortForward forward =
                client.pods().inNamespace(namespace).withName(pod).portForward(PORT)) {
            return new ServerProbe(ListenAddress.of("127.0.0.1:" + forward.getLocalPort(), "", ""), LIMIT).ask();
        } catch (IOException | KubernetesClientException e) {
            return ServerAnswer.none("its port cannot be forwarded: " + e.getMessage());
        }
    }
}
