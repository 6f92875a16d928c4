package io.github.mmupgrade.kubernetes.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ClustersTest {

    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            current-context: staging
            clusters:
            - {name: staging, cluster: {server: "https://staging.example.org:6443"}}
            - {name: production, cluster: {server: "https://production.example.org:6443"}}
            users:
            - {name: pipeline, user: {token: "Planted-s3cret"}}
            contexts:
            - {name: staging, context: {cluster: staging, user: pipeline}}
            - {name: production, context: {cluster: production, user: pipeline}}
            """;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static String address(String context, Path kubeconfig) {
        try (Cluster cluster =
                Clusters.real(new ClusterOptions(ResourceName.parse("mattermost/chat"), context, kubeconfig))) {
            return cluster.address();
        }
    }

    private Path kubeconfig() throws IOException {
        return Files.writeString(folder.getRoot().toPath().resolve("config"), KUBECONFIG);
    }

    @Test
    public void theCurrentContextCountsUnlessAnotherIsNamed() throws IOException {
        assertEquals("https://staging.example.org:6443/", address(null, kubeconfig()));
        assertEquals("https://production.example.org:6443/", address("production", kubeconfig()));
    }

    @Test
    public void aContextAndAFileThatAreNotThereAreRefused() throws IOException {
        Path kubeconfig = kubeconfig();
        RefusedException refused = assertThrows(RefusedException.class, () -> address("prod", kubeconfig));
        assertTrue(refused.getMessage(), refused.getMessage().contains("has no context prod"));
        Path none = kubeconfig.resolveSibling("none");
        refused = assertThrows(RefusedException.class, () -> address(null, none));
        assertTrue(refused.getMessage(), refused.getMessage().contains(none.toString()));
    }

    @Test
    public void aFileThatIsNoKubeconfigIsRefused() throws IOException {
        Path file = Files.writeString(folder.getRoot().toPath().resolve("broken"), "contexts: {a: [}");
        RefusedException refused = assertThrows(RefusedException.class, () -> address(null, file));
        assertTrue(refused.getMessage(), refused.getMessage().contains("The kubeconfig cannot be used"));
    }

    @Test
    public void aResourceIsANamespaceAndAName() {
        assertEquals("mattermost/chat", ResourceName.parse(" mattermost/chat ").toString());
        for (String wrong : new String[] {"chat", "mattermost/", "Mattermost/chat", "a/b/c", "-a/b"}) {
            assertThrows(wrong, RefusedException.class, () -> ResourceName.parse(wrong));
        }
    }
}
