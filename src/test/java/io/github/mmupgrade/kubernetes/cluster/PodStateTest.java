package io.github.mmupgrade.kubernetes.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import org.junit.Test;

public class PodStateTest {

    private static Pod pod(String name, String container) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(container)
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    public void namesThatBecomePartsOfPathsAreNames() {
        PodState usual = PodState.of(pod("chat-6f7d9.web-x2", "mattermost"));
        assertEquals("chat-6f7d9.web-x2", usual.name());
        assertEquals(List.of("mattermost"), usual.containers());
        for (String name : List.of("../../etc/x", "a/b", "..", "", "a\n", "-a", "a".repeat(254))) {
            assertThrows(name, ClusterException.class, () -> PodState.of(pod(name, "mattermost")));
            assertThrows(name, ClusterException.class, () -> PodState.of(pod("chat", name)));
        }
    }
}
