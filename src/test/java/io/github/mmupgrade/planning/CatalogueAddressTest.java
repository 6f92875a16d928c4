package io.github.mmupgrade.planning;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.scene.Scene;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class CatalogueAddressTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void whatVouchesForArchivesDoesNotComeOverHttp() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.sha256 = null;
            scene.catalogue = "http://127.0.0.1:" + FreePorts.next() + "/catalogue.json?token=s3cret";
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().checkVersion());
            assertTrue(refused.getMessage(), refused.getMessage().contains("comes over http"));
        }
    }
}
