package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether somebody else writes the resource and would undo a change: Argo CD, Flux, Helm. */
final class OwnerCheck {

    private static final Set<String> ARGO = Set.of("argocd.argoproj.io/instance", "argocd.argoproj.io/tracking-id");
    private static final Set<String> FLUX = Set.of("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name");
    private static final Set<String> FLUX_MANAGERS = Set.of("kustomize-controller", "helm-controller");
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    private OwnerCheck() {}

    /**
     * Looks at labels, annotations and the names of who has written fields.
     *
     * @param allowed whether the administrator says that the owner leaves the version alone
     */
    static CheckResult check(String name, MattermostResource resource, boolean allowed) {
        Optional<String> owner = owner(resource);
        if (owner.isEmpty()) {
            return "Helm".equals(resource.labels().get(MANAGED_BY))
                            || resource.managers().contains("helm")
                    ? CheckResult.warning(
                            name,
                            "the resource comes from a Helm chart: set the version in its values, too, or the next"
                                    + " helm upgrade goes back")
                    : CheckResult.ok(name, "nobody else writes the resource");
        }
        if (allowed) {
            return CheckResult.warning(
                    name, owner.get() + " owns the resource, and mattermost.kubernetes.allowOwner is set");
        }
        return CheckResult.refused(
                name,
                owner.get() + " owns the resource " + resource.name() + " and would put the version back.",
                Hint.of("Change the version where " + owner.get() + " takes it from, or suspend it for the upgrade and"
                        + " set mattermost.kubernetes.allowOwner=true."));
    }

    private static Optional<String> owner(MattermostResource resource) {
        if (has(resource.labels(), ARGO)
                || has(resource.annotations(), ARGO)
                || resource.managers().stream().anyMatch(manager -> manager.startsWith("argocd"))) {
            return Optional.of("Argo CD");
        }
        return has(resource.labels(), FLUX) || resource.managers().stream().anyMatch(FLUX_MANAGERS::contains)
                ? Optional.of("Flux")
                : Optional.empty();
    }

    private static boolean has(Map<String, String> map, Set<String> keys) {
        return keys.stream().anyMatch(map::containsKey);
    }
}
