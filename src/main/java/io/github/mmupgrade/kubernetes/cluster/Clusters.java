package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Files;
import java.time.Duration;

/** Opens a cluster. A test hands in one of its own. */
@FunctionalInterface
public interface Clusters {

    /**
     * Opens the cluster; asks nothing yet.
     *
     * @throws RefusedException when the kubeconfig cannot be read, or has no such context
     */
    Cluster open(ClusterOptions options);

    /** As kubectl does: the file that is given, else that of KUBECONFIG, else ~/.kube/config, else the pod's account. */
    static Cluster real(ClusterOptions options) {
        if (options.kubeconfig() != null && !Files.isReadable(options.kubeconfig())) {
            throw new RefusedException(
                    "The kubeconfig " + options.kubeconfig() + " is not there or not readable. Nothing was changed.",
                    Hint.of("Check mattermost.kubernetes.kubeconfig."));
        }
        Config config;
        try {
            config = options.kubeconfig() == null
                    ? Config.autoConfigure(options.context())
                    : Config.fromKubeconfig(
                            options.context(), options.kubeconfig().toFile());
        } catch (RuntimeException quotesTheFile) {
            throw new RefusedException(
                    "The kubeconfig cannot be used: it is not valid. Nothing was changed.",
                    Hint.of("Check it: kubectl config view"));
        }
        if (options.context() != null
                && config.getContexts().stream()
                        .noneMatch(context -> options.context().equals(context.getName()))) {
            throw new RefusedException(
                    "The kubeconfig has no context " + options.context() + ". Nothing was changed.",
                    Hint.of("To list the contexts: kubectl config get-contexts"));
        }
        // who waits here repeats a request itself
        return new Cluster(
                new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder(config)
                                .withRequestRetryBackoffLimit(2)
                                .withRequestTimeout((int) Duration.ofSeconds(30).toMillis())
                                .build())
                        .build(),
                options.resource());
    }
}
