package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.Test;

public class EffectiveConfigurationTest {

    private static final ConfigDocument DOCUMENT = Configurations.of(
            "{\"ServiceSettings\": {\"SiteURL\": \"http://file\","
                    + " \"ReadTimeout\": 300, \"EnableCommands\": true, \"TrustedProxyIPHeader\": [\"X-Real-IP\"],"
                    + " \"LicenseFileLocation\": null}, \"PluginSettings\": {\"PluginStates\": {\"a.b\": {\"Enable\": true}}}}");

    @Test
    public void theEnvironmentWinsWithTheTypesOfTheDocument() {
        EffectiveConfiguration effective = EffectiveConfiguration.of(
                DOCUMENT,
                Map.of(
                        "MM_SERVICESETTINGS_SITEURL", "8080",
                        "mm_servicesettings_readtimeout", "60",
                        "MM_SERVICESETTINGS_ENABLECOMMANDS", "F",
                        "MM_SERVICESETTINGS_TRUSTEDPROXYIPHEADER", "X-Forwarded-For X-Real-IP",
                        "PATH", "/bin"));
        assertTrue(effective.get("ServiceSettings.SiteURL").orElseThrow().isTextual());
        assertEquals(Optional.of("8080"), effective.text("ServiceSettings.SiteURL"));
        assertTrue(effective.get("ServiceSettings.ReadTimeout").orElseThrow().isIntegralNumber());
        assertEquals(60, effective.number("ServiceSettings.ReadTimeout", -1));
        assertFalse(effective.flag("ServiceSettings.EnableCommands", true));
        assertEquals(List.of("X-Forwarded-For", "X-Real-IP"), effective.list("ServiceSettings.TrustedProxyIPHeader"));
        assertEquals(Origin.ENVIRONMENT, effective.origin("ServiceSettings.SiteURL"));
        assertEquals(
                Set.of(
                        "ServiceSettings.SiteURL",
                        "ServiceSettings.ReadTimeout",
                        "ServiceSettings.EnableCommands",
                        "ServiceSettings.TrustedProxyIPHeader"),
                effective.overridden());
        assertEquals(
                60,
                effective
                        .asDocument()
                        .get("ServiceSettings.ReadTimeout")
                        .orElseThrow()
                        .intValue());
        assertEquals(
                300,
                effective
                        .document()
                        .get("ServiceSettings.ReadTimeout")
                        .orElseThrow()
                        .intValue());
    }

    @Test
    public void ignoresWhatCantBeReadAsTheSettingsType() {
        Map<String, String> environment = new HashMap<>();
        for (String wrong : List.of("sixty", "6.5", "0x10", "", "99999999999999999999", "1_000")) {
            environment.put("MM_SERVICESETTINGS_READTIMEOUT", wrong);
            environment.put("MM_SERVICESETTINGS_ENABLECOMMANDS", "yes");
            EffectiveConfiguration effective = EffectiveConfiguration.of(DOCUMENT, environment);
            assertEquals(wrong, 300, effective.number("ServiceSettings.ReadTimeout", -1));
            assertEquals(Origin.FILE, effective.origin("ServiceSettings.ReadTimeout"));
            assertTrue(effective.flag("ServiceSettings.EnableCommands", false));
            assertEquals(
                    Set.of("MM_SERVICESETTINGS_READTIMEOUT", "MM_SERVICESETTINGS_ENABLECOMMANDS"),
                    effective.ignoredVariables());
        }
    }

    @Test
    public void listsAreSplitAtEachBlankAndAnEmptyTextIsAValue() {
        EffectiveConfiguration effective = EffectiveConfiguration.of(
                DOCUMENT, Map.of("MM_SERVICESETTINGS_TRUSTEDPROXYIPHEADER", "a  b", "MM_SERVICESETTINGS_SITEURL", ""));
        assertEquals(List.of("a", "", "b"), effective.list("ServiceSettings.TrustedProxyIPHeader"));
        assertEquals(Optional.of(""), effective.text("ServiceSettings.SiteURL"));
        assertEquals(Origin.ENVIRONMENT, effective.origin("ServiceSettings.SiteURL"));
    }

    @Test
    public void readsSettingsThatOnlyTheEnvironmentOrTheDefaultHas() {
        Map<String, String> environment =
                Map.of("MM_SQLSETTINGS_DATASOURCE", "postgres://u:p@h/d", "MM_TEAMSETTINGS_MAXUSERSPERTEAM", "many");
        EffectiveConfiguration effective = EffectiveConfiguration.of(DOCUMENT, environment);
        assertEquals(Optional.of("postgres://u:p@h/d"), effective.text("SqlSettings.DataSource"));
        assertEquals(Origin.ENVIRONMENT, effective.origin("SqlSettings.DataSource"));
        EffectiveConfiguration typed = EffectiveConfiguration.of(
                DOCUMENT, environment, Origin.DATABASE, Configurations.own("newer-default.json"));
        assertEquals(Optional.empty(), typed.text("TeamSettings.MaxUsersPerTeam"));
        assertEquals(Set.of("MM_TEAMSETTINGS_MAXUSERSPERTEAM"), typed.ignoredVariables());
        assertEquals(Origin.DATABASE, typed.origin("ServiceSettings.SiteURL"));
        assertTrue(typed.overridden().contains("SqlSettings.DataSource"));
    }

    @Test
    public void mapsAreReadAsJson() {
        EffectiveConfiguration effective = EffectiveConfiguration.of(
                DOCUMENT, Map.of("MM_PLUGINSETTINGS_PLUGINSTATES", "{\"x\": {\"Enable\": false}}"));
        assertEquals(
                "{\"x\":{\"Enable\":false}}",
                effective.get("PluginSettings.PluginStates").orElseThrow().toString());
    }

    @Test
    public void whatIsNullOrMissingIsLeftToTheServer() {
        EffectiveConfiguration effective = EffectiveConfiguration.of(DOCUMENT, Map.of());
        assertEquals(Origin.ABSENT, effective.origin("ServiceSettings.LicenseFileLocation"));
        assertEquals(Optional.empty(), effective.text("ServiceSettings.LicenseFileLocation"));
        assertEquals(Origin.ABSENT, effective.origin("SqlSettings.DataSource"));
        assertEquals(7, effective.number("SqlSettings.QueryTimeout", 7));
    }

    @Test
    public void knowsTheSecretsOfTheEnvironmentAndShowsNone() {
        EffectiveConfiguration effective = EffectiveConfiguration.of(
                DOCUMENT,
                Map.of(
                        "MM_SQLSETTINGS_DATASOURCE",
                        "postgres://u:env-planted@h/d",
                        "MM_EMAILSETTINGS_SMTPPASSWORD",
                        "smtp-env"));
        assertTrue(effective.secretValues().containsAll(Set.of("env-planted", "smtp-env")));
        assertFalse(effective.toString().contains("planted"));
        assertEquals("failed: *** for u", Secrets.redactText("failed: env-planted for u", effective.secretValues()));
    }
}
