package io.github.mmupgrade.config;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigChange.Kind;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class ConfigMergeTest {

    private static final Version OLD_WAY = Version.parse("5.9.8");
    private static final Version NEW_WAY = Version.parse("5.37.0");

    private static final ConfigDocument OLD = Configurations.own("server-written.json");
    private static final ConfigDocument OLD_DEFAULT = Configurations.own("older-default.json");
    private static final ConfigDocument NEW_DEFAULT = Configurations.own("newer-default.json");

    private static ConfigMerge fill() {
        return ConfigMerge.into(NEW_DEFAULT, OLD_WAY).mode(ConfigMode.FILL).oldDefault(OLD_DEFAULT);
    }

    @Test
    public void fillsInTheNewReleasesDefaultsInItsOrderAndLosesNothing() {
        String merged = Configurations.text(fill().merge(OLD).document());
        assertTrue(merged, merged.startsWith("""
                {
                    "ServiceSettings": {
                        "SiteURL": "https://chat.example.org/sub",
                        "WebsocketURL": "",
                        "ListenAddress": ":8065",
                        "ReadTimeout": 1e2,
                        "MaximumLoginAttempts": 7,
                        "GoogleDeveloperKey": "AIza-planted",
                        "EnableCommands": true,
                        "TrustedProxyIPHeader": [],
                        "TLSMinVer": "1.2",
                        "ExtendSessionLengthWithActivity": true,
                        "SessionLengthWebInDays": 45,
                        "RemovedLater": "kept by hand"
                    },
                """));
        assertTrue(merged, merged.contains("""
                    "ElasticsearchSettings": {
                        "ConnectionURL": "http://search.example.org:9200",
                        "Username": "elastic",
                        "Password": "elastic-planted"
                    },
                """));
        assertTrue(merged, merged.endsWith("""
                    "OldSection": {
                        "Anything": [
                            1,
                            2.50,
                            null
                        ]
                    }
                }"""));
        assertFalse(merged, merged.contains("ElasticSearchSettings"));
    }

    @Test
    public void leavesDerivedSettingsToTheServer() {
        MergedConfig merged = fill().merge(OLD);
        assertFalse(merged.document().has("ServiceSettings.EnableLatex"));
        assertFalse(merged.document().has("EmailSettings.EnableSignInWithEmail"));
        ConfigChange latex = only(merged, Kind.DERIVED, "ServiceSettings.EnableLatex");
        assertTrue(latex.after().orElseThrow().booleanValue());
        assertTrue(latex.note(), latex.note().contains("SiteURL"));
    }

    @Test
    public void aSectionThatTheServerNeverWritesIsNotFilledIn() {
        MergedConfig merged = ConfigMerge.into(
                        NEW_DEFAULT.with("FeatureFlags.TestFeature", TextNode.valueOf("off")), NEW_WAY)
                .mode(ConfigMode.FILL)
                .merge(OLD);
        assertFalse(merged.document().has("FeatureFlags"));
        assertTrue(
                merged.changes().stream().noneMatch(change -> change.setting().startsWith("FeatureFlags")));
    }

    @Test
    public void aListIsAcceptedThoughTheReleaseShipsAText() {
        String channels = "TeamSettings.ExperimentalDefaultChannels";
        ConfigDocument list =
                Configurations.of("{\"TeamSettings\": {\"ExperimentalDefaultChannels\": [\"town-square\", \"help\"]}}");
        ConfigDocument text = Configurations.of("{\"TeamSettings\": {\"ExperimentalDefaultChannels\": \"\"}}");
        for (Version release : List.of(OLD_WAY, Version.parse("5.25.6"), Version.parse("5.31.7"))) {
            assertEquals(
                    "[\"town-square\",\"help\"]",
                    ConfigMerge.into(text, release)
                            .merge(list)
                            .document()
                            .get(channels)
                            .orElseThrow()
                            .toString());
            for (ConfigDocument shipped : List.of(list, text)) {
                // an empty text would keep 5.31.7 and later from starting
                assertEquals(
                        "[]",
                        ConfigMerge.into(shipped, release)
                                .merge(text)
                                .document()
                                .get(channels)
                                .orElseThrow()
                                .toString());
            }
        }
        assertEquals(
                "[]",
                ConfigMerge.into(text, OLD_WAY)
                        .merge(Configurations.of("{\"TeamSettings\": {}}"))
                        .document()
                        .get(channels)
                        .orElseThrow()
                        .toString());
        assertEquals(
                List.of(),
                ConfigPrediction.of(Configurations.of("{}"), text, Version.parse("5.25.6"))
                        .differences(Configurations.of("{\"TeamSettings\": {\"ExperimentalDefaultChannels\": []}}")));
        assertFalse(ConfigValidation.of(list, text, OLD_WAY).hasErrors());
        assertEquals(
                List.of("a", "b"),
                EffectiveConfiguration.of(text, Map.of("MM_TEAMSETTINGS_EXPERIMENTALDEFAULTCHANNELS", "a b"))
                        .get(channels)
                        .map(node -> List.of(node.get(0).asText(), node.get(1).asText()))
                        .orElseThrow());
    }

    @Test
    public void anEntryOfAnotherTypeIsWrittenAsTheNewReleaseTakesItWhateverTheMode() {
        ConfigDocument known = Configurations.of("{\"A\": {\"Port\": 1, \"On\": false, \"Text\": \"\"}}");
        ConfigDocument old = Configurations.of("{\"A\": {\"Port\": \"25\", \"On\": \"true\", \"Text\": 7}}");
        for (ConfigMode mode : List.of(ConfigMode.MINIMAL, ConfigMode.FILL)) {
            assertEquals(
                    "{\"Port\":25,\"On\":true,\"Text\":\"7\"}",
                    ConfigMerge.into(known, NEW_WAY)
                            .mode(mode)
                            .merge(old)
                            .document()
                            .get("A")
                            .orElseThrow()
                            .toString());
        }
        RefusedException misfit = assertThrows(RefusedException.class, () -> ConfigMerge.into(known, NEW_WAY)
                .merge(Configurations.of("{\"A\": {\"Port\": \"smtp\"}}")));
        assertTrue(misfit.hint().toString(), misfit.hint().toString().contains("5.37.0:"));
    }

    @Test
    public void saysWhatBecomesOfEverySetting() {
        MergedConfig merged = fill().environment(Map.of("MM_SQLSETTINGS_DRIVERNAME", "mysql"))
                .overlay(ConfigOverlay.of(
                        List.of(Configurations.of("{\"TeamSettings\": {\"SiteName\": \"Test\"}}")), Map.of()))
                .merge(OLD.with("EmailSettings.EnableSignUpWithEmail", TextNode.valueOf("false")));
        only(merged, Kind.ADDED, "ServiceSettings.WebsocketURL");
        only(merged, Kind.KEPT, "ServiceSettings.MaximumLoginAttempts");
        only(merged, Kind.UNKNOWN, "OldSection.Anything");
        only(merged, Kind.RESPELLED, "ElasticsearchSettings.ConnectionURL");
        only(merged, Kind.OVERRIDDEN, "SqlSettings.DriverName");
        ConfigChange overlaid = only(merged, Kind.OVERLAID, "TeamSettings.SiteName");
        assertEquals("Test", overlaid.after().orElseThrow().textValue());
        assertTrue(overlaid.before().orElseThrow().textValue().startsWith("R&D"));
        ConfigChange typed = only(merged, Kind.TYPE_CHANGED, "EmailSettings.EnableSignUpWithEmail");
        assertTrue(typed.after().orElseThrow().isBoolean());
        assertFalse(merged.document()
                .get("EmailSettings.EnableSignUpWithEmail")
                .orElseThrow()
                .booleanValue());
        ConfigChange upstream = only(merged, Kind.DEFAULT_CHANGED, "ServiceSettings.ReadTimeout");
        assertEquals(300, upstream.after().orElseThrow().intValue());
        assertEquals(
                "1E+2",
                merged.document()
                        .get("ServiceSettings.ReadTimeout")
                        .orElseThrow()
                        .asText());
        assertEquals(
                "postgres",
                merged.document().get("SqlSettings.DriverName").orElseThrow().textValue());
    }

    @Test
    public void dropsAndAdoptsOnDemandButNeverDataSourcesOrPlugins() {
        ConfigDocument old = OLD.with("SqlSettings.Unlisted", TextNode.valueOf("x"));
        MergedConfig merged = fill().dropUnknown(true).adoptDefaults(true).merge(old);
        assertFalse(merged.document().has("OldSection"));
        assertFalse(merged.document().has("ServiceSettings.RemovedLater"));
        assertTrue(merged.document().has("SqlSettings.Unlisted"));
        assertTrue(merged.document().has("PluginSettings.Plugins.com.example.bridge.apitoken"));
        only(merged, Kind.DROPPED, "OldSection.Anything");
        only(merged, Kind.DEFAULT_ADOPTED, "ServiceSettings.ReadTimeout");
        assertEquals(
                300,
                merged.document()
                        .get("ServiceSettings.ReadTimeout")
                        .orElseThrow()
                        .intValue());
    }

    @Test
    public void pluginsAreTheAdministrators() {
        JsonNode own = Configurations.of("{\"Own\": 1}").toJson();
        ConfigDocument old = OLD.with("PluginSettings.PluginStates.com.example.calls", own);
        MergedConfig merged = fill().merge(old);
        assertEquals(
                "{\"com.mattermost.nps\":{\"Enable\":true},\"com.example.calls\":{\"Own\":1},"
                        + "\"com.example.bridge\":{\"Enable\":true}}",
                merged.document()
                        .get("PluginSettings.PluginStates")
                        .orElseThrow()
                        .toString());
        assertEquals(OLD.get("PluginSettings.Plugins"), merged.document().get("PluginSettings.Plugins"));
        // from the release on in which it follows another setting, that plugin is left to the server
        assertFalse(ConfigMerge.into(NEW_DEFAULT, NEW_WAY)
                .mode(ConfigMode.FILL)
                .merge(old)
                .document()
                .has("PluginSettings.PluginStates.com.mattermost.nps"));
    }

    @Test
    public void refusesAValueThatTheNewTypeCantHoldAndNamesEverySuchSetting() {
        ConfigDocument old = OLD.with("ServiceSettings.MaximumLoginAttempts", TextNode.valueOf("many-hunter2"))
                .with(
                        "TeamSettings.MaxUsersPerTeam",
                        Configurations.of("{\"a\": 1}").toJson());
        for (ConfigMode mode : List.of(ConfigMode.FILL, ConfigMode.MINIMAL)) {
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> fill().mode(mode).merge(old));
            assertTrue(refused.getMessage(), refused.getMessage().contains("ServiceSettings.MaximumLoginAttempts"));
            assertTrue(refused.getMessage(), refused.getMessage().contains("TeamSettings.MaxUsersPerTeam"));
            assertFalse(refused.getMessage(), refused.getMessage().contains("hunter2"));
        }
        ConfigOverlay overlay = ConfigOverlay.of(
                List.of(Configurations.of("{\"ServiceSettings\": {\"MaximumLoginAttempts\": 3},"
                        + " \"TeamSettings\": {\"MaxUsersPerTeam\": 5}}")),
                Map.of());
        assertEquals(
                3,
                fill().overlay(overlay)
                        .merge(old)
                        .document()
                        .get("ServiceSettings.MaximumLoginAttempts")
                        .orElseThrow()
                        .intValue());
    }

    @Test
    public void takesOverWhatTheNewTypeCanHold() {
        Map.of(
                        "{\"a\": \"25\"}", "{\"a\": 1} -> {\"a\": 25}",
                        "{\"a\": 25.0}", "{\"a\": \"x\"} -> {\"a\": \"25.0\"}",
                        "{\"a\": \"\"}", "{\"a\": []} -> {\"a\": []}",
                        "{\"a\": \"x y\"}", "{\"a\": [\"z\"]} -> {\"a\": [\"x y\"]}",
                        "{\"a\": [true]}", "{\"a\": false} -> {\"a\": true}",
                        "{\"a\": null}", "{\"a\": 1} -> {\"a\": null}",
                        "{\"a\": 1.5}", "{\"a\": 1} -> {\"a\": 1.5}")
                .forEach((old, rest) -> {
                    String[] parts = rest.split(" -> ");
                    MergedConfig merged = ConfigMerge.into(Configurations.of(parts[0]), OLD_WAY)
                            .mode(ConfigMode.FILL)
                            .merge(Configurations.of(old));
                    assertEquals(
                            Configurations.of(parts[1]).toJson(),
                            merged.document().toJson());
                });
        for (String[] misfit : List.of(
                new String[] {"{\"a\": \"\"}", "{\"a\": 1}"},
                new String[] {"{\"a\": 1}", "{\"a\": true}"},
                new String[] {"{\"a\": [1, 2]}", "{\"a\": \"x\"}"},
                new String[] {"{\"a\": {}}", "{\"a\": []}"},
                new String[] {"{\"a\": \"x\"}", "{\"a\": {}}"})) {
            assertThrows(
                    misfit[0], RefusedException.class, () -> ConfigMerge.into(Configurations.of(misfit[1]), OLD_WAY)
                            .merge(Configurations.of(misfit[0])));
        }
    }

    @Test
    public void refusesOneSettingUnderTwoSpellings() {
        ConfigDocument old = Configurations.of("{\"A\": {\"SiteURL\": 1, \"SiteUrl\": 2}}");
        RefusedException refused = assertThrows(RefusedException.class, () -> fill().merge(old));
        assertTrue(refused.getMessage(), refused.getMessage().contains("A.SiteUrl and SiteURL"));
    }

    @Test
    public void autoIsFillBelowTheFirstReleaseThatFillsInByItselfAndMinimalFromItOn() {
        assertEquals(ConfigMode.FILL, ConfigMode.AUTO.effective(Version.parse("5.17.3")));
        assertEquals(ConfigMode.MINIMAL, ConfigMode.AUTO.effective(Version.parse("5.18.0")));
        assertEquals(ConfigMode.FILL, ConfigMode.FILL.effective(Version.parse("11.0.0")));
        assertEquals(ConfigMode.MINIMAL, ConfigMode.parse(" Minimal"));
        assertThrows(RefusedException.class, () -> ConfigMode.parse("full"));
    }

    @Test
    public void minimalWritesTheOldBytesAndSaysWhatWillAppear() {
        MergedConfig merged =
                ConfigMerge.into(NEW_DEFAULT, NEW_WAY).oldDefault(OLD_DEFAULT).merge(OLD);
        assertArrayEquals(OLD.bytes(), merged.document().bytes());
        only(merged, Kind.APPEARS, "ServiceSettings.WebsocketURL");
        only(merged, Kind.UNKNOWN, "OldSection.Anything");
        only(merged, Kind.RESPELLED, "ElasticsearchSettings.ConnectionURL");
        assertEquals(0, merged.of(Kind.ADDED).count());
    }

    @Test
    public void minimalChangesOnlyTheLinesOfTheOverlay() {
        ConfigOverlay overlay = ConfigOverlay.of(
                List.of(Configurations.of("{\"ServiceSettings\": {\"ListenAddress\": \":80&\", \"RemovedLater\": null},"
                        + " \"ClusterSettings\": {\"Enable\": false}}")),
                Map.of());
        String merged = Configurations.text(ConfigMerge.into(NEW_DEFAULT, NEW_WAY)
                .overlay(overlay)
                .merge(OLD)
                .document());
        assertEquals(
                Configurations.text(OLD)
                        .replace("\":8065\"", "\":80\\u0026\"")
                        .replace("45,\n        \"RemovedLater\": \"kept by hand\"", "45")
                        .replaceFirst(
                                "    }\n}$", "    },\n    \"ClusterSettings\": {\n        \"Enable\": false\n    }\n}"),
                merged);
    }

    @Test
    public void whatTheOverlayTakesAwayIsNotFilledInAgain() {
        ConfigOverlay overlay =
                ConfigOverlay.of(List.of(Configurations.of("{\"ServiceSettings\": {\"TLSMinVer\": null}}")), Map.of());
        MergedConfig merged = fill().overlay(overlay).merge(OLD);
        assertFalse(merged.document().has("ServiceSettings.TLSMinVer"));
        assertEquals(
                merged.document(),
                fill().overlay(overlay).merge(merged.document()).document());
    }

    @Test
    public void everyPairOfDefaultsWithTwentyChangesMergesWithoutLoss() {
        for (Configurations.Pair pair : Configurations.pairs()) {
            for (long seed = 0; seed < 20; seed++) {
                ConfigDocument old = new Administrator(seed).change(pair.older(), 20);
                checkFill(pair + " seed " + seed, old, pair.older(), pair.newer());
                checkMinimal(pair + " seed " + seed, old, pair.newer(), seed);
            }
        }
    }

    static void checkFill(String name, ConfigDocument old, ConfigDocument oldDefault, ConfigDocument newDefault) {
        ConfigMerge merge =
                ConfigMerge.into(newDefault, OLD_WAY).mode(ConfigMode.FILL).oldDefault(oldDefault);
        MergedConfig merged = merge.merge(old);
        ConfigDocument document = merged.document();
        List<String> retyped =
                merged.of(Kind.TYPE_CHANGED).map(ConfigChange::setting).toList();
        SettingPath.forEach(old.root(), (path, value) -> {
            String setting = SettingPath.dotted(path);
            JsonValue now = document.value(setting).orElse(null);
            boolean emptied = value instanceof JsonValue.Members;
            assertTrue(
                    name + " lost " + setting,
                    now != null && (emptied || retyped.contains(setting) || value.means(now)));
        });
        SettingPath.forEach(SettingTypes.corrected(newDefault).root(), (path, value) -> {
            String setting = SettingPath.dotted(path);
            if (!ServerDefaults.builtIn().isDerived(setting, OLD_WAY) && !old.has(setting)) {
                assertTrue(
                        name + " lacks " + setting,
                        document.value(setting).filter(value::means).isPresent());
            }
        });
        checkOrder(name, document.root(), newDefault.root(), old.root(), new ArrayList<>());
        assertArrayEquals(
                name, document.bytes(), merge.merge(document).document().bytes());
        // and from its bytes, as another run would read it
        assertArrayEquals(
                name,
                document.bytes(),
                merge.merge(ConfigDocument.parse(document.bytes(), name))
                        .document()
                        .bytes());
    }

    private static void checkOrder(
            String name, JsonValue.Members merged, JsonValue.Members known, JsonValue.Members old, List<String> path) {
        List<String> expected = new ArrayList<>();
        for (String setting : known.names) {
            if (merged.indexOf(setting) >= 0) {
                expected.add(setting);
            }
        }
        for (String setting : old.names) {
            if (known.find(setting) < 0 || (SettingPath.isMap(path) && known.indexOf(setting) < 0)) {
                expected.add(setting);
            }
        }
        assertEquals(name + " " + path, expected, List.of(merged.names));
        if (SettingPath.isMap(path)) {
            return;
        }
        for (int i = 0; i < merged.size(); i++) {
            int inKnown = known.indexOf(merged.names[i]);
            int inOld = old.find(merged.names[i]);
            if (merged.values[i] instanceof JsonValue.Members section
                    && inKnown >= 0
                    && known.values[inKnown] instanceof JsonValue.Members knownSection
                    && inOld >= 0
                    && old.values[inOld] instanceof JsonValue.Members oldSection) {
                path.add(merged.names[i]);
                checkOrder(name, section, knownSection, oldSection, path);
                path.remove(path.size() - 1);
            }
        }
    }

    static void checkMinimal(String name, ConfigDocument old, ConfigDocument newDefault, long seed) {
        ConfigMerge merge = ConfigMerge.into(newDefault, NEW_WAY).mode(ConfigMode.MINIMAL);
        MergedConfig plain = merge.merge(old);
        // what has another type in the new release is all that is changed
        List<List<String>> retyped = plain.of(Kind.TYPE_CHANGED)
                .map(change -> SettingPath.resolve(old.root(), change.setting()).orElseThrow())
                .toList();
        assertArrayEquals(
                name, old.bytes(), takenBack(plain.document(), old, retyped).bytes());
        ConfigDocument patch = new Administrator(seed).overlay(old);
        ConfigOverlay overlay = ConfigOverlay.of(List.of(patch), Map.of());
        ConfigDocument merged = merge.overlay(overlay).merge(old).document();
        // take the overlay's settings back to what they were, token by token: nothing else may differ
        List<List<String>> set = new ArrayList<>();
        SettingPath.forEach(patch.root(), (path, value) -> set.add(path));
        set.addAll(retyped);
        assertArrayEquals(name, old.bytes(), takenBack(merged, old, set).bytes());
    }

    private static ConfigDocument takenBack(ConfigDocument merged, ConfigDocument old, List<List<String>> paths) {
        ConfigDocument back = merged;
        for (List<String> path : paths) {
            back = back.withValue(path, SettingPath.get(old.root(), path).orElseThrow());
        }
        return back;
    }

    private static ConfigChange only(MergedConfig merged, Kind kind, String setting) {
        List<ConfigChange> found = merged.of(kind)
                .filter(change -> change.setting().equals(setting))
                .toList();
        assertEquals(kind + " " + setting + " in " + merged, 1, found.size());
        return found.get(0);
    }
}
