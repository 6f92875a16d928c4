package io.github.mmupgrade.scratch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.Test;

public class IsolationTest {

    /** A configuration in which everything that reaches out is on, in the spelling of the releases. */
    private static final String OUTGOING = """
            {
              "EmailSettings": {"SendEmailNotifications": true, "SMTPServer": "mail.example.com", "SMTPPort": "25",
                "SendPushNotifications": true, "PushNotificationServer": "https://push.example.com"},
              "ServiceSettings": {"EnableOutgoingWebhooks": true, "EnableCommands": true, "EnableLinkPreviews": true,
                "ConnectionSecurity": "TLS", "Forward80To443": true, "EnableLocalMode": true,
                "EnableSecurityFixAlert": true, "MaximumLoginAttempts": 7},
              "LdapSettings": {"Enable": true, "EnableSync": true},
              "SamlSettings": {"Enable": true, "EnableSyncWithLdap": true},
              "ClusterSettings": {"Enable": true},
              "PluginSettings": {"Enable": true, "Directory": "/srv/plugins"},
              "LogSettings": {"EnableDiagnostics": true, "FileLocation": "/var/log/mattermost",
                "AdvancedLoggingJSON": {"audit": {"type": "tcp"}}},
              "SqlSettings": {"DataSourceReplicas": ["postgres://replica/db"]},
              "FileSettings": {"DriverName": "amazons3", "Directory": "/srv/files"},
              "CacheSettings": {"CacheType": "redis"}
            }
            """;

    @Test
    public void turnsOffWhateverReachesAPersonOrAnotherSystem() {
        EffectiveConfiguration quiet =
                EffectiveConfiguration.of(Isolation.read(false).applyTo(outgoing()), Map.of());
        for (String off : List.of(
                "EmailSettings.SendEmailNotifications",
                "EmailSettings.SendPushNotifications",
                "ServiceSettings.EnableOutgoingWebhooks",
                "ServiceSettings.EnableCommands",
                "ServiceSettings.EnableLinkPreviews",
                "ServiceSettings.EnableSecurityFixAlert",
                "ServiceSettings.EnableLocalMode",
                "ServiceSettings.Forward80To443",
                "LdapSettings.Enable",
                "LdapSettings.EnableSync",
                "SamlSettings.Enable",
                "SamlSettings.EnableSyncWithLdap",
                "ClusterSettings.Enable",
                "PluginSettings.Enable",
                "LogSettings.EnableDiagnostics")) {
            assertFalse(off, quiet.flag(off, true));
        }
        assertEquals("127.0.0.1", quiet.text("EmailSettings.SMTPServer").orElseThrow());
        assertEquals("", quiet.text("EmailSettings.PushNotificationServer").orElseThrow());
        assertEquals(List.of(), quiet.list("SqlSettings.DataSourceReplicas"));
        assertEquals("lru", quiet.text("CacheSettings.CacheType").orElseThrow());
        assertTrue(quiet.get("LogSettings.AdvancedLoggingJSON").isEmpty());
        assertEquals(7, quiet.number("ServiceSettings.MaximumLoginAttempts", 0));
        for (String place : List.of("FileSettings.Directory", "PluginSettings.Directory", "LogSettings.FileLocation")) {
            assertFalse(place, quiet.text(place).orElseThrow().startsWith("/"));
        }
        assertEquals("local", quiet.text("FileSettings.DriverName").orElseThrow());
    }

    @Test
    public void addsNoSettingThatTheReleaseDoesNotKnow() {
        ConfigDocument old = document("{\"ServiceSettings\": {\"EnableCommands\": true}}");
        assertEquals(
                "{\"ServiceSettings\": {\"EnableCommands\": false}}",
                new String(Isolation.read(false).applyTo(old).bytes(), StandardCharsets.UTF_8));
    }

    @Test
    public void holdsEverySettingThatALaterReleaseKnowsByAVariable() {
        Isolation isolation = Isolation.read(false);
        assertEquals("false", isolation.variables().get("MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS"));
        assertEquals("http://127.0.0.1:1", isolation.variables().get("HTTPS_PROXY"));
        isolation.settings().forEach((name, value) -> {
            String variable = "MM_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
            assertEquals(
                    name,
                    value.isValueNode() && !value.isNull(),
                    isolation.variables().containsKey(variable));
        });
    }

    @Test
    public void letsPluginsRunOnlyWhenAsked() {
        assertTrue(Isolation.read(false).settings().containsKey("PluginSettings.Enable"));
        assertFalse(Isolation.read(true).settings().containsKey("PluginSettings.Enable"));
        assertTrue(Isolation.read(true).settings().containsKey("PluginSettings.EnableMarketplace"));
    }

    @Test
    public void beatsTheOverlaysOfTheInstallation() {
        Map<String, JsonNode> own = Map.of("SqlSettings.DataSource", TextNode.valueOf("scratch"));
        JsonNode overlay = Isolation.read(false).overlay(name -> name.startsWith("EmailSettings.SMTP"), own);
        assertEquals("1", overlay.at("/EmailSettings/SMTPPort").asText());
        assertEquals("scratch", overlay.at("/SqlSettings/DataSource").asText());
        assertTrue(overlay.at("/ServiceSettings").isMissingNode());
    }

    private static ConfigDocument outgoing() {
        return document(OUTGOING);
    }

    private static ConfigDocument document(String text) {
        return ConfigDocument.parse(text.getBytes(StandardCharsets.UTF_8), "config.json");
    }
}
