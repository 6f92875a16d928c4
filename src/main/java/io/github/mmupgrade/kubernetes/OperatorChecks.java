package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.DeploymentState;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.notes.Acknowledgement;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Everything that could stop an upgrade in Kubernetes and can be known before. Changes nothing. */
final class OperatorChecks {

    /** From this operator on its job migrates the schema; before it only tried the image. */
    private static final Version OPERATOR = new Version(1, 20, 1);

    private final OperatorPlace place;
    private final Snapshot seen;
    private final MattermostResource resource;
    private final OperatorPlan plan;

    OperatorChecks(OperatorPlace place, Snapshot seen, OperatorPlan plan) {
        this.place = place;
        this.seen = seen;
        this.resource = seen.resource();
        this.plan = plan;
    }

    /** Runs all checks; one that fails unexpectedly counts as refused. */
    List<CheckResult> run() {
        Map<String, Supplier<CheckResult>> checks = new LinkedHashMap<>();
        checks.put("rights", () -> RightsCheck.check("rights", place, resource));
        checks.put("controller", this::controller);
        checks.put("operator", this::operator);
        checks.put("namespace", this::namespace);
        checks.put(
                "owner",
                () -> OwnerCheck.check("owner", resource, place.kubernetes().allowOwner()));
        checks.put("stable", this::stable);
        checks.put("pods", this::pods);
        checks.put("job", this::job);
        checks.put("strategy", this::strategy);
        checks.put("database", this::database);
        checks.put("path", () -> CheckResult.ok("path", plan.path().toString()));
        checks.put("notes", this::notes);
        checks.put("backup", () -> new OperatorBackup(place).check("backup", resource));
        return Preflight.each(checks);
    }

    private CheckResult controller() {
        Optional<RunClaim> claim =
                RunClaim.of(resource).filter(each -> !place.claim().equals(Optional.of(each)));
        return claim.map(other -> CheckResult.refused(
                        "controller",
                        "Another run of this plugin works on " + place.cluster().name() + ": " + other + ".",
                        Hint.run(
                                "Wait until it has ended. If it is gone for good, go on with its run.",
                                Goal.UPGRADE,
                                "mattermost.kubernetes.takeOver=" + other.run())))
                .orElseGet(() -> CheckResult.ok("controller", "no other run of this plugin works on the resource"));
    }

    private CheckResult operator() {
        List<String> images = place.cluster().operatorImages();
        if (images.isEmpty()) {
            return CheckResult.refused(
                    "operator",
                    "There is no Deployment mattermost-operator that the account can see.",
                    Hint.of("Check that the operator is installed, and let the account read its Deployment:"
                            + " examples/kubernetes/roles.yaml of the plugin has a role for that."));
        }
        String image = images.get(0);
        String named = image.replaceFirst("@.*$", "");
        Optional<Version> version = Version.tryParse(named.substring(named.lastIndexOf(':') + 1));
        if (images.size() > 1) {
            return CheckResult.warning(
                    "operator", "there are several operators, and each must be 1.20.1 or later: " + images);
        }
        if (version.isEmpty()) {
            return CheckResult.warning(
                    "operator", "the image " + image + " does not tell its version; it must be 1.20.1 or later");
        }
        return version.get().below(OPERATOR)
                ? CheckResult.refused(
                        "operator",
                        "The operator is " + version.get()
                                + ". Operators before 1.20.1 do not migrate in a job: the pods migrate, and their liveness"
                                + " probe may kill them.",
                        Hint.of("Upgrade the operator first, and its custom resource definitions with it."))
                : CheckResult.ok("operator", version.get().toString());
    }

    private CheckResult namespace() {
        List<String> others = place.cluster().neighbours().stream()
                .filter(each -> !each.equals(resource.name()))
                .toList();
        List<String> former = place.cluster().formerResources();
        if (others.isEmpty() && former.isEmpty()) {
            return CheckResult.ok("namespace", "no other installation is in the namespace");
        }
        return CheckResult.refused(
                "namespace",
                "The namespace " + place.cluster().name().namespace() + " has other installations, too: "
                        + String.join(", ", others.isEmpty() ? former : others)
                        + ". The operator uses one job, " + Cluster.UPDATE_JOB
                        + ", for the whole namespace; two installations would overwrite it.",
                Hint.of("Move one of them to a namespace of its own."));
    }

    private CheckResult stable() {
        return resource.isStable()
                ? CheckResult.ok("stable", "the operator says stable of generation " + resource.generation())
                : CheckResult.refused(
                        "stable",
                        "The resource " + place.cluster().name() + " is not stable: " + resource + ".",
                        Hint.of("Wait for the operator, or repair what keeps it: kubectl -n "
                                + place.cluster().name().namespace() + " describe mattermost " + resource.name()));
    }

    private CheckResult pods() {
        List<String> bad = seen.pods().stream()
                .filter(pod -> !pod.ready() || !pod.image().equals(resource.podImage()))
                .map(pod -> pod.name() + " (" + pod.image() + ", " + (pod.ready() ? "ready" : "not ready") + ")")
                .toList();
        int good = seen.pods().size() - bad.size();
        if (!bad.isEmpty() || good < resource.pods()) {
            return CheckResult.refused(
                    "pods",
                    good + " of " + resource.pods() + " pods are ready with " + resource.podImage()
                            + (bad.isEmpty() ? "." : "; not so: " + String.join(", ", bad) + "."),
                    Hint.of("Repair them first: kubectl -n "
                            + place.cluster().name().namespace() + " get pods"));
        }
        return resource.replicas() == 0
                ? CheckResult.warning("pods", "spec.replicas is 0: no pod will prove the new release")
                : CheckResult.ok(
                        "pods",
                        "all ready: "
                                + String.join(
                                        ", ",
                                        seen.pods().stream().map(PodState::name).toList()));
    }

    private CheckResult job() {
        return seen.job()
                .map(job -> CheckResult.warning(
                        "job", "a job " + Cluster.UPDATE_JOB + " is left (" + job + "); upgrade deletes it"))
                .orElseGet(() -> CheckResult.ok("job", "no job of an earlier upgrade is left"));
    }

    private CheckResult strategy() {
        boolean rolling =
                seen.deployments().stream().map(DeploymentState::strategy).anyMatch("RollingUpdate"::equals);
        List<String> single = resource.claims().stream()
                .filter(claim -> {
                    List<String> modes = place.cluster().accessModes(claim);
                    return !modes.isEmpty() && !modes.contains("ReadWriteMany");
                })
                .toList();
        if (rolling && !single.isEmpty() && resource.replicas() > 0) {
            return CheckResult.refused(
                    "strategy",
                    "The Deployment makes a new pod before it ends an old one, and the volume " + single.get(0)
                            + " can only be mounted on one node: a new pod on another node would wait for ever.",
                    Hint.of(
                            "Set spec.deploymentTemplate.deploymentStrategyType to Recreate (operator 1.24 or later)."));
        }
        return rolling
                ? CheckResult.ok("strategy", "new pods come up before old ones end")
                : CheckResult.warning("strategy", "Recreate: nobody can use the server while the pods are exchanged");
    }

    private CheckResult database() {
        if (resource.isUpdateJobDisabled()) {
            return CheckResult.warning(
                    "database",
                    "spec.updateJob.disabled is set: the first new pod migrates the schema, and is killed when that"
                            + " takes longer than its liveness probe allows (40 s by default)");
        }
        return resource.isDatabaseOperatorManaged()
                ? CheckResult.warning(
                        "database", "the operator runs the database on MySQL; from release 11 on it must be PostgreSQL")
                : CheckResult.ok(
                        "database",
                        "external, by the secret " + resource.secretOfDatabase().orElseThrow());
    }

    private CheckResult notes() {
        Acknowledgement given = Acknowledgement.parse(place.options().target().acknowledge());
        if (given.coversAll() || plan.path().isEmpty()) {
            return CheckResult.ok("notes", plan.path().isEmpty() ? "none to read" : "all acknowledged");
        }
        NotesToRead notes = plan.notes();
        if (!given.missing(notes.versions()).isEmpty()) {
            notes.lines().forEach(place.reporter()::info);
        }
        given.require(notes.versions());
        return CheckResult.ok("notes", "acknowledged");
    }
}
