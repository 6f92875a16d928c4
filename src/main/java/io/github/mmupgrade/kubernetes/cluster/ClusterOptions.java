package io.github.mmupgrade.kubernetes.cluster;

import java.nio.file.Path;

/**
 * How a cluster is reached.
 *
 * @param resource the resource
 * @param context the context of the kubeconfig; null for the current one
 * @param kubeconfig the file; null for {@code KUBECONFIG}, {@code ~/.kube/config} or, in a pod, its own account
 */
public record ClusterOptions(ResourceName resource, String context, Path kubeconfig) {}
