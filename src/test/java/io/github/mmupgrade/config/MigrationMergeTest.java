package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import org.junit.Test;

public class MigrationMergeTest {

    private static final ConfigDocument SOURCE = Configurations.own("server-written.json");
    private static final ConfigDocument DESTINATION =
            Configurations.of("{\"ServiceSettings\": {\"ListenAddress\": \":9000\", \"SiteURL\": \"http://new\"},"
                    + " \"SqlSettings\": {\"DriverName\": \"mysql\", \"DataSource\": \"a:b@tcp(c:1)/d\", \"MaxOpenConns\": 7},"
                    + " \"LogSettings\": {\"EnableFile\": false}}");

    @Test
    public void onlyDataSourceAndListenAddressAreTheDestinations() {
        MergedConfig merged = MigrationMerge.merge(SOURCE, DESTINATION, List.of());
        assertEquals(
                Configurations.text(SOURCE)
                        .replace(":8065", ":9000")
                        .replace("\"DriverName\": \"postgres\"", "\"DriverName\": \"mysql\"")
                        .replaceFirst("\"DataSource\": \"[^\"]*\"", "\"DataSource\": \"a:b@tcp(c:1)/d\""),
                Configurations.text(merged.document()));
        assertEquals(3, merged.changes().size());
        assertFalse(merged.changes().toString().contains(":b@"));
    }

    @Test
    public void keepsFurtherSettingsAndWholeSections() {
        ConfigDocument merged = MigrationMerge.merge(
                        SOURCE,
                        DESTINATION,
                        List.of("servicesettings.siteurl", "LogSettings", "TeamSettings", "SqlSettings"))
                .document();
        assertEquals(
                "http://new",
                merged.get("ServiceSettings.SiteURL").orElseThrow().asText());
        assertEquals(
                "{\"EnableFile\":false}",
                merged.get("LogSettings").orElseThrow().toString());
        assertFalse(merged.has("TeamSettings"));
        assertEquals(
                DESTINATION.get("SqlSettings").orElseThrow(),
                merged.get("SqlSettings").orElseThrow());
        assertEquals(
                7,
                merged.get("ServiceSettings.MaximumLoginAttempts").orElseThrow().intValue());
    }

    @Test
    public void theSourcesDataSourceNeverGetsToTheDestination() {
        ConfigDocument merged =
                MigrationMerge.merge(SOURCE, Configurations.of("{}"), List.of()).document();
        assertFalse(merged.has("SqlSettings.DataSource"));
        assertTrue(merged.has("SqlSettings.AtRestEncryptKey"));
    }

    @Test
    public void refusesToKeepWhatNobodyHasAndNamesTheNearest() {
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> MigrationMerge.merge(SOURCE, DESTINATION, List.of("ServiceSettings.SiteURI")));
        assertTrue(refused.getMessage(), refused.getMessage().contains("did you mean ServiceSettings.SiteURL?"));
    }
}
