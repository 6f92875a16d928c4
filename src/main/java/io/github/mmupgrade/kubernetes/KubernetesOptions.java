package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.ClusterOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * What a person asked for of an installation in Kubernetes.
 *
 * @param cluster which resource, and how its cluster is reached
 * @param vouched whether the administrator says that there is a backup
 * @param backupImage an image with {@code pg_dump}, for a job that dumps the database; null for none
 * @param backupClaim the claim of the volume that the dump is written to; null for none
 * @param schemaCompatible whether the administrator says that the former release works with the schema of the newer one
 * @param allowOwner whether the administrator says that Argo CD or Flux leaves the version alone
 * @param takeOver the run of another state directory that is taken over; null for none
 * @param limits how long things may take
 */
public record KubernetesOptions(
        ClusterOptions cluster,
        boolean vouched,
        String backupImage,
        String backupClaim,
        boolean schemaCompatible,
        boolean allowOwner,
        String takeOver,
        Limits limits) {

    /** Checks the parts. */
    public KubernetesOptions {
        Objects.requireNonNull(cluster);
        Objects.requireNonNull(limits);
    }

    /**
     * How long things may take.
     *
     * @param operator until the operator has taken notice of a change; it works on 20 resources at most at a time
     * @param migration until the job that migrates the schema has ended
     * @param rollout from then on until all pods are those of the new release
     */
    public record Limits(Duration operator, Duration migration, Duration rollout) {}
}
