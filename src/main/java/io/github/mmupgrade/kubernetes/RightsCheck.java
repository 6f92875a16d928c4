package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.Right;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import java.util.ArrayList;
import java.util.List;

/** Whether the account may do all that an upgrade takes, as the API server says. */
final class RightsCheck {

    private RightsCheck() {}

    static CheckResult check(String name, OperatorPlace place, MattermostResource resource) {
        List<String> missing = needed(place, resource).stream()
                .filter(right -> !place.cluster().may(right))
                .map(Right::toString)
                .toList();
        return missing.isEmpty()
                ? CheckResult.ok(name, "the account may do all that is needed")
                : CheckResult.refused(
                        name,
                        "The account has no right to " + String.join(", ", missing) + ".",
                        Hint.of("Give it these rights. examples/kubernetes/roles.yaml of the plugin has them: the role"
                                + " mattermost-upgrade"
                                + (place.kubernetes().backupImage() == null
                                        ? "."
                                        : ", and mattermost-dump for the job that saves the database.")));
    }

    private static List<Right> needed(OperatorPlace place, MattermostResource resource) {
        String namespace = place.cluster().name().namespace();
        List<Right> rights = new ArrayList<>();
        add(rights, namespace, Cluster.GROUP, Cluster.PLURAL, "get", "list", "patch");
        add(rights, namespace, "apps", "deployments", "get");
        add(rights, namespace, "apps", "replicasets", "list");
        add(rights, namespace, "", "pods", "list");
        add(rights, namespace, "", "pods/log", "get");
        add(rights, namespace, "", "pods/portforward", "create");
        add(rights, namespace, "", "events", "list");
        add(rights, namespace, "batch", "jobs", "get", "delete");
        if (!resource.claims().isEmpty()) {
            add(rights, namespace, "", "persistentvolumeclaims", "get");
        }
        if (place.kubernetes().backupImage() != null) {
            add(rights, namespace, "batch", "jobs", "create");
        }
        return rights;
    }

    private static void add(List<Right> rights, String namespace, String group, String resource, String... verbs) {
        for (String verb : verbs) {
            rights.add(new Right(verb, group, resource, namespace));
        }
    }
}
