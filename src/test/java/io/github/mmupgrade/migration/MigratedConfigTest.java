package io.github.mmupgrade.migration;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import io.github.mmupgrade.config.ConfigDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.Test;

public class MigratedConfigTest {

    private static final Path FROM = Path.of("/opt/old");
    private static final Path TO = Path.of("/srv/chat");

    private static final String SOURCE = "{\"SqlSettings\": {\"DriverName\": \"postgres\","
            + " \"DataSource\": \"postgres://a:secret-a@old/db\", \"DataSourceReplicas\": [\"postgres://a:secret-a@r/db\"],"
            + " \"AtRestEncryptKey\": \"of the source\"},"
            + " \"ServiceSettings\": {\"ListenAddress\": \":80\", \"SiteURL\": \"https://chat\","
            + " \"TLSCertFile\": \"/opt/old/config/site.pem\", \"TLSKeyFile\": \"/opt/older/site.key\"},"
            + " \"FileSettings\": {\"DriverName\": \"local\", \"Directory\": \"/opt/old/data/\"},"
            + " \"PluginSettings\": {\"Directory\": \"/opt/old/plugins\"}}";

    private static final String DESTINATION = "{\"SqlSettings\": {\"DriverName\": \"postgres\","
            + " \"DataSource\": \"postgres://b:secret-b@new/db\", \"DataSourceReplicas\": [],"
            + " \"AtRestEncryptKey\": \"of the destination\"},"
            + " \"ServiceSettings\": {\"ListenAddress\": \":8065\", \"SiteURL\": \"https://new\"},"
            + " \"FileSettings\": {\"DriverName\": \"local\", \"Directory\": \"/mnt/files/\"},"
            + " \"PluginSettings\": {\"Directory\": \"./plugins\"}}";

    private static MigratedConfig merged(boolean copyFiles, String... keep) {
        return MigratedConfig.of(document(SOURCE), document(DESTINATION), List.of(keep), FROM, TO, copyFiles);
    }

    private static ConfigDocument document(String text) {
        return ConfigDocument.parse(text.getBytes(StandardCharsets.UTF_8), "test");
    }

    private static String text(MigratedConfig config, String name) {
        return config.merged().document().get(name).orElseThrow().asText();
    }

    @Test
    public void whatBelongsToTheMachineStaysAndTheRestComes() {
        MigratedConfig config = merged(true);
        assertEquals("postgres://b:secret-b@new/db", text(config, "SqlSettings.DataSource"));
        assertEquals(":8065", text(config, "ServiceSettings.ListenAddress"));
        assertEquals("/mnt/files/", text(config, "FileSettings.Directory"));
        assertEquals("./plugins", text(config, "PluginSettings.Directory"));
        assertEquals("of the source", text(config, "SqlSettings.AtRestEncryptKey"));
        assertEquals("https://chat", text(config, "ServiceSettings.SiteURL"));
    }

    @Test
    public void nothingLeadsToTheSourcesDatabasesOrIntoItsDirectory() {
        MigratedConfig config = merged(true);
        String all = new String(config.merged().document().bytes(), StandardCharsets.UTF_8);
        assertFalse(all, all.contains("secret-a"));
        assertFalse(all, all.contains("/opt/old/"));
        assertEquals("/srv/chat/config/site.pem", text(config, "ServiceSettings.TLSCertFile"));
        assertEquals("/opt/older/site.key", text(config, "ServiceSettings.TLSKeyFile"));
        assertEquals(List.of("ServiceSettings.TLSCertFile"), config.rewritten());
    }

    @Test
    public void moreIsKeptWhenAsked() {
        assertEquals("https://new", text(merged(true, "ServiceSettings.SiteURL"), "ServiceSettings.SiteURL"));
        assertEquals(":8065", text(merged(true, "ServiceSettings"), "ServiceSettings.ListenAddress"));
    }

    @Test
    public void aBucketsSettingsComeAlong() {
        String bucket = SOURCE.replace(
                "\"DriverName\": \"local\", \"Directory\"", "\"DriverName\": \"amazons3\", \"Directory\"");
        MigratedConfig config = MigratedConfig.of(document(bucket), document(DESTINATION), List.of(), FROM, TO, false);
        assertEquals("amazons3", text(config, "FileSettings.DriverName"));
    }
}
