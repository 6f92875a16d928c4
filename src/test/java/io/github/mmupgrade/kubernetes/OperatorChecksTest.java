package io.github.mmupgrade.kubernetes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.CheckResult.Outcome;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;

/** What is refused before an upgrade in Kubernetes, and what is only warned of. */
public class OperatorChecksTest {

    private static final String OLD = "10.10.3";
    private static final String NEW = "10.11.23";

    @Rule
    public final OperatorScene scene = new OperatorScene(OLD, 2);

    @Before
    public void upgrade() {
        scene.target = NEW;
    }

    private void refused(String... texts) {
        RefusedException refused = scene.fails(RefusedException.class, Goal.PREFLIGHT);
        for (String text : texts) {
            assertTrue(refused.getMessage(), refused.getMessage().contains(text));
        }
        assertEquals(OLD, scene.wanted());
    }

    private Outcome outcome(String check) {
        return scene.reporter().events().stream()
                .filter(CheckResult.class::isInstance)
                .map(CheckResult.class::cast)
                .filter(result -> result.name().equals(check))
                .map(CheckResult::outcome)
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    public void anInstallationThatIsWellPassesAndTheResultSaysTheWay() {
        scene.succeeds(Goal.PREFLIGHT);
        assertEquals(NEW, scene.reporter().result().path("targetVersion").asText());
        assertEquals(OLD, scene.reporter().result().path("installedVersion").asText());
        scene.succeeds(Goal.CHECK_VERSION);
        assertTrue(scene.reporter().result().path("upgradeNeeded").asBoolean());
    }

    @Test
    public void everyMissingRightIsNamed() {
        scene.server().denied.add("patch mattermosts");
        scene.server().denied.add("create pods/portforward");
        refused(
                "patch mattermosts.installation.mattermost.com in namespace chat",
                "create pods/portforward in namespace chat");
    }

    @Test
    public void anOperatorThatIsTooOldOrNotThereIsRefused() {
        scene.operator().operatorImage("registry.example.com:5000/mattermost-operator:v1.20.0@sha256:0a");
        refused("The operator is 1.20.0");
        scene.operator().operatorImage(null);
        refused("There is no Deployment mattermost-operator");
    }

    @Test
    public void anotherInstallationInTheNamespaceIsRefused() {
        scene.operator().apply(FakeOperator.resource("other", OLD, 1));
        refused("other installations, too: other");
    }

    @Test
    public void theFormerKindIsRefusedWithTheGuide() {
        scene.operator().delete();
        GenericKubernetesResource former = FakeOperator.resource(FakeOperator.NAME, OLD, 1);
        former.setApiVersion("mattermost.com/v1alpha1");
        former.setKind("ClusterInstallation");
        scene.operator().absent = true;
        scene.operator().apply(former);
        RefusedException refused = scene.fails(RefusedException.class, Goal.PREFLIGHT);
        assertTrue(refused.getMessage(), refused.getMessage().contains("ClusterInstallation"));
        assertTrue(refused.hint().text(), refused.hint().text().contains("migration.md"));
    }

    @Test
    public void aResourceThatIsNotThereIsNamed() {
        scene.operator().absent = true;
        scene.operator().delete();
        RefusedException refused = scene.fails(RefusedException.class, Goal.STATUS);
        assertTrue(refused.getMessage(), refused.getMessage().contains("There is no resource chat/mm"));
    }

    @Test
    public void whoWouldPutTheVersionBackIsRefusedUnlessToldOtherwise() {
        scene.operator().edit("{\"metadata\":{\"labels\":{\"kustomize.toolkit.fluxcd.io/name\":\"apps\"}}}");
        scene.awaitStable();
        refused("Flux owns the resource");
        scene.allowOwner = true;
        scene.succeeds(Goal.PREFLIGHT);
        assertEquals(Outcome.WARNING, outcome("owner"));
    }

    @Test
    public void argoIsRefusedAndHelmAloneIsOnlyWarnedOf() {
        scene.operator().edit("{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":\"Helm\"}}}");
        scene.awaitStable();
        scene.succeeds(Goal.PREFLIGHT);
        assertEquals(Outcome.WARNING, outcome("owner"));
        scene.operator().edit("{\"metadata\":{\"annotations\":{\"argocd.argoproj.io/tracking-id\":\"chat:apps\"}}}");
        refused("Argo CD owns the resource");
    }

    @Test
    public void aResourceThatIsNotStableIsRefused() {
        scene.operator().absent = true;
        scene.operator().edit("{\"spec\":{\"replicas\":3}}");
        refused("is not stable", "2 of 3 pods are ready");
    }

    @Test
    public void aVersionThatSaysNoReleaseIsRefused() {
        for (String version : new String[] {"latest", "sha256:0123", "10.11"}) {
            scene.operator().absent = true;
            scene.operator().edit("{\"spec\":{\"version\":\"" + version + "\"}}");
            RefusedException refused = scene.fails(RefusedException.class, Goal.PREFLIGHT);
            assertTrue(refused.getMessage(), refused.getMessage().contains("'" + version + "'"));
        }
    }

    @Test
    public void aVolumeOfOneNodeDoesNotGoWithARollingUpdate() {
        scene.operator().edit("{\"spec\":{\"fileStore\":{\"externalVolume\":{\"volumeClaimName\":\"files\"}}}}");
        scene.operator()
                .apply(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("files")
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .endSpec()
                        .build());
        scene.awaitStable();
        refused("the volume files can only be mounted on one node");
    }

    @Test
    public void mysqlOfTheOperatorIsRefusedForRelease11() {
        scene.operator().edit("{\"spec\":{\"database\":{\"external\":null,\"operatorManaged\":{}}}}");
        scene.awaitStable();
        scene.succeeds(Goal.PREFLIGHT);
        assertEquals(Outcome.WARNING, outcome("database"));
        scene.target = "11.7.9";
        scene.path = NEW + ",11.7.9";
        refused("no longer works with MySQL");
    }

    @Test
    public void notesThatNobodyHasReadAreRefused() {
        scene.acknowledge = null;
        refused("not acknowledged");
    }

    @Test
    public void goalsThatTheOperatorDoesAreRefused() {
        RefusedException refused = scene.fails(RefusedException.class, Goal.STOP);
        assertTrue(
                refused.getMessage(), refused.getMessage().contains("does not work on an installation in Kubernetes"));
    }

    @Test
    public void statusSaysWhatThePodsSay() {
        scene.succeeds(Goal.STATUS);
        assertEquals(2, scene.reporter().result().path("pods").size());
        assertEquals(OLD, scene.reporter().result().at("/pods/0/release").asText());
        assertTrue(scene.reporter().result().path("stable").asBoolean());
    }

    @Test
    public void variablesThatPodsDoNotRunWithYetAreShownWithoutTheirSecrets() {
        scene.operator().absent = true;
        scene.operator()
                .edit(
                        "{\"spec\":{\"mattermostEnv\":[{\"name\":\"MM_SERVICESETTINGS_SITEURL\",\"value\":"
                                + "\"https://new.example.com\"},{\"name\":\"MM_EMAILSETTINGS_SMTPPASSWORD\",\"value\":\"(S3cret)\"}]}}");
        scene.succeeds(Goal.DIFF_CONFIG);
        scene.said(
                "MM_SERVICESETTINGS_SITEURL is https://chat.example.com, and https://new.example.com in the resource");
        assertEquals(4, scene.reporter().result().path("differences").size());
        assertFalse(scene.reporter().text(), scene.reporter().text().contains("S3cret"));
        assertFalse(scene.reporter().result().toString().contains("S3cret"));
        assertEquals(Map.of(), scene.server().logs);
    }
}
