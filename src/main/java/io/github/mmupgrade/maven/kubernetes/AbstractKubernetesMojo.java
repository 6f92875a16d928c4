package io.github.mmupgrade.maven.kubernetes;

import io.github.mmupgrade.kubernetes.KubernetesOptions;
import io.github.mmupgrade.kubernetes.cluster.ClusterOptions;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugins.annotations.Parameter;

/** The parameters of every goal for an installation that the operator runs in Kubernetes. */
public abstract class AbstractKubernetesMojo extends AbstractMojo {

    private static final String VOUCHED = "vouched";

    /** The resource of the operator, {@code namespace/name}, when the installation is one in Kubernetes. */
    @Parameter(property = PropertyNames.KUBERNETES_RESOURCE)
    private String kubernetesResource;

    /** The context of the kubeconfig; by default the current one. */
    @Parameter(property = PropertyNames.KUBERNETES_CONTEXT)
    private String kubernetesContext;

    /**
     * The kubeconfig; by default what {@code KUBECONFIG} names, else {@code ~/.kube/config}, else the account of the pod
     * that Maven runs in.
     */
    @Parameter(property = PropertyNames.KUBERNETES_KUBECONFIG)
    private File kubernetesKubeconfig;

    /** {@code vouched}: you say that there is a backup of the database that you can restore. */
    @Parameter(property = PropertyNames.KUBERNETES_BACKUP)
    private String kubernetesBackup;

    /** An image with {@code pg_dump} for a job that dumps the database before the upgrade, such as {@code postgres:16}. */
    @Parameter(property = PropertyNames.KUBERNETES_BACKUP_IMAGE)
    private String kubernetesBackupImage;

    /** The PersistentVolumeClaim that the job writes the dump to. */
    @Parameter(property = PropertyNames.KUBERNETES_BACKUP_CLAIM)
    private String kubernetesBackupClaim;

    /**
     * Whether the former release works with the schema of the newer one, as its release notes say: then it is put back, too,
     * after servers of the newer one have started.
     */
    @Parameter(property = PropertyNames.KUBERNETES_SCHEMA_COMPATIBLE, defaultValue = "false")
    private boolean kubernetesSchemaCompatible;

    /** Whether Argo CD or Flux, which owns the resource, leaves its version alone. */
    @Parameter(property = PropertyNames.KUBERNETES_ALLOW_OWNER, defaultValue = "false")
    private boolean kubernetesAllowOwner;

    /** The run of another state directory, on which nobody works any more, to go on with. */
    @Parameter(property = PropertyNames.KUBERNETES_TAKE_OVER)
    private String kubernetesTakeOver;

    /** How many seconds the operator may take to notice a change; it works on 20 resources at most at a time. */
    @Parameter(property = PropertyNames.KUBERNETES_OPERATOR_TIMEOUT, defaultValue = "600")
    private int kubernetesOperatorTimeout;

    /** How many seconds the job that migrates the schema may take. */
    @Parameter(property = PropertyNames.KUBERNETES_MIGRATION_TIMEOUT, defaultValue = "7200")
    private int kubernetesMigrationTimeout;

    /** How many seconds it may take from then on until every pod runs the new release. */
    @Parameter(property = PropertyNames.KUBERNETES_ROLLOUT_TIMEOUT, defaultValue = "1800")
    private int kubernetesRolloutTimeout;

    /** Whether the goal works on an installation in Kubernetes. */
    protected final boolean isInKubernetes() {
        return Contradiction.given(kubernetesResource);
    }

    /** What was asked for of it; null for an installation on a machine. */
    protected final KubernetesOptions kubernetes() {
        if (!isInKubernetes()) {
            return null;
        }
        boolean vouched = Contradiction.given(kubernetesBackup)
                && Choice.of(List.of(VOUCHED), PropertyNames.KUBERNETES_BACKUP, kubernetesBackup)
                        .equals(VOUCHED);
        return new KubernetesOptions(
                new ClusterOptions(
                        ResourceName.parse(kubernetesResource),
                        kubernetesContext,
                        kubernetesKubeconfig == null
                                ? null
                                : kubernetesKubeconfig.toPath().toAbsolutePath().normalize()),
                vouched,
                kubernetesBackupImage,
                kubernetesBackupClaim,
                kubernetesSchemaCompatible,
                kubernetesAllowOwner,
                kubernetesTakeOver,
                new KubernetesOptions.Limits(
                        Choice.seconds(PropertyNames.KUBERNETES_OPERATOR_TIMEOUT, kubernetesOperatorTimeout, 1),
                        Choice.seconds(PropertyNames.KUBERNETES_MIGRATION_TIMEOUT, kubernetesMigrationTimeout, 1),
                        Choice.seconds(PropertyNames.KUBERNETES_ROLLOUT_TIMEOUT, kubernetesRolloutTimeout, 1)));
    }

    /** What a pasted command needs to find the same resource again. */
    protected final Map<String, String> kubernetesProperties() {
        Map<String, String> found = new LinkedHashMap<>();
        if (isInKubernetes()) {
            found.put(PropertyNames.KUBERNETES_RESOURCE, kubernetesResource.strip());
            found.put(PropertyNames.KUBERNETES_CONTEXT, kubernetesContext);
            found.put(
                    PropertyNames.KUBERNETES_KUBECONFIG,
                    kubernetesKubeconfig == null ? null : kubernetesKubeconfig.toString());
        }
        return found;
    }
}
