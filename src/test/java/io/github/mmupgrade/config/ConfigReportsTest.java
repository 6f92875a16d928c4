package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigValidation.Kind;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** What {@code diff-config} and {@code validate-config} print, and that nothing prints a secret. */
public class ConfigReportsTest {

    private static final Version V5_37 = Version.parse("5.37.0");
    private static final ConfigDocument OLD = Configurations.own("server-written.json");
    private static final ConfigDocument DEFAULT = Configurations.own("newer-default.json");

    @Test
    public void theDiffOfEveryPairFitsATerminalAndStartsWithCounts() {
        for (Configurations.Pair pair : Configurations.pairs()) {
            List<String> lines = ConfigDiff.between(pair.older(), pair.newer()).text();
            lines.forEach(line -> assertTrue(line, line.length() <= 100));
            assertTrue(lines.get(1), lines.get(1).matches("\\d+ settings? added, \\d+ changed, \\d+ removed"));
            assertTrue(pair.toString(), lines.stream().anyMatch(line -> line.matches("ServiceSettings \\(.*\\)")));
        }
    }

    @Test
    public void groupsBySectionWithCounts() {
        List<String> lines = ConfigDiff.between(
                        Configurations.of(
                                "{\"A\": {\"x\": 1, \"y\": [1], \"gone\": true}, \"B\": {\"k\": {\"z\": 1}}}"),
                        Configurations.of(
                                "{\"A\": {\"x\": 2, \"y\": [1], \"SMTPPassword\": \"hunter2\"}, \"C\": {\"d\": {\"e\": \"f\"}}}"))
                .text();
        assertEquals(
                List.of(
                        "config.json -> config.json",
                        "2 settings added, 1 changed, 2 removed",
                        "",
                        "A (+1 -1 ~1)",
                        "  ~ x                                       1 -> 2",
                        "  - gone                                    true",
                        "  + SMTPPassword                            \"***\"",
                        "",
                        "B (-1)",
                        "  - k.z                                     1",
                        "",
                        "C (+1)",
                        "  + d.e                                     \"f\""),
                lines);
    }

    @Test
    public void whatIsOnlySpelledOtherwiseIsNotLost() throws IOException {
        ConfigDiff diff = ConfigDiff.between(
                Configurations.of("{\"ElasticSearchSettings\": {\"ConnectionUrl\": \"a\", \"Sniff\": true}}"),
                Configurations.of("{\"ElasticsearchSettings\": {\"ConnectionURL\": \"b\", \"Sniff\": true}}"));
        assertEquals(
                List.of(
                        "0 settings added, 1 changed, 0 removed",
                        "",
                        "ElasticsearchSettings (~1 =2)",
                        "  = ElasticsearchSettings                   was spelled ElasticSearchSettings",
                        "  = ConnectionURL                           was spelled ConnectionUrl",
                        "  ~ ConnectionURL                           \"a\" -> \"b\""),
                diff.text().subList(1, diff.text().size()));
        assertEquals(
                "{\"op\":\"move\",\"from\":\"/ElasticSearchSettings\",\"path\":\"/ElasticsearchSettings\"}",
                new ObjectMapper().readTree(diff.jsonPatch()).get(0).toString());
    }

    @Test
    public void longNamesAndValuesAreKeptWithinTheColumns() {
        String name = "N".repeat(120);
        List<String> lines = ConfigDiff.between(
                        Configurations.of("{}"),
                        Configurations.of("{\"A\": {\"" + name + "\": 1, \"x\": \"" + "\u00fc".repeat(300)
                                + "\", \"m\": \"a\\u001b[2Jb\", \"middle" + "n".repeat(60) + "\": \"" + "v".repeat(50)
                                + "\"}}"))
                .text();
        lines.forEach(line -> assertTrue(line, line.length() <= 100));
        assertFalse(String.join("\n", lines).contains("\u001b"));
    }

    @Test
    public void aMergeSaysAlsoWhatItLeavesAlone() {
        String text = String.join(
                "\n",
                ConfigDiff.of(ConfigMerge.into(DEFAULT, V5_37)
                                .oldDefault(Configurations.own("older-default.json"))
                                .environment(Map.of("MM_SERVICESETTINGS_SITEURL", "http://other"))
                                .merge(OLD))
                        .text());
        assertTrue(text, text.contains("0 settings added, 0 changed, 0 removed"));
        assertTrue(text, text.contains("unknown to the new release, kept (5)"));
        assertTrue(text, text.contains("overridden by the environment (1)"));
        assertTrue(text, text.contains("MM_SERVICESETTINGS_SITEURL"));
        assertTrue(text, text.contains("old default in use, the new release has a different one; kept"));
        assertTrue(text, text.contains("When it starts, 5.37.0 will add"));
    }

    @Test
    public void thePatchIsRfc6902WithSecretsHidden() throws IOException {
        JsonNode patch = new ObjectMapper()
                .readTree(ConfigDiff.between(
                                Configurations.of("{\"a/b~c\": {\"x\": 1}, \"gone\": 1}"),
                                Configurations.of(
                                        "{\"a/b~c\": {\"x\": 2}, \"E\": {\"SMTPPassword\": \"hunter2\", \"n\": 1.0}}"))
                        .jsonPatch());
        assertEquals(
                "[{\"op\":\"replace\",\"path\":\"/a~1b~0c/x\",\"value\":2},{\"op\":\"remove\",\"path\":\"/gone\"},"
                        + "{\"op\":\"add\",\"path\":\"/E\",\"value\":{\"SMTPPassword\":\"***\",\"n\":1.0}}]",
                patch.toString());
    }

    @Test
    public void validationFindsWhatIsWrong() throws IOException {
        ConfigDocument document = Configurations.of(
                "{\"ServiceSettings\": {\"SiteUrl\": \"x\", \"ReadTimout\": 1, \"EnableCommands\": \"yes\","
                        + " \"NothingLikeIt\": 1}, \"TeamSetings\": {\"a\": 1}, \"EmailSettings\": {\"SMTPPassword\": \"\", \"InviteSalt\": \"\"},"
                        + " \"PluginSettings\": {\"Plugins\": {\"own\": {\"a\": 1}}}, \"SqlSettings\": {\"Trace\": 1, \"trace\": 2}}");
        ConfigValidation validation = ConfigValidation.of(document, DEFAULT, V5_37);
        assertTrue(validation.hasErrors());
        assertEquals(
                List.of(
                        "SqlSettings.trace and Trace",
                        "ServiceSettings.ReadTimout",
                        "ServiceSettings.EnableCommands",
                        "ServiceSettings.NothingLikeIt",
                        "TeamSetings",
                        "EmailSettings.InviteSalt",
                        "SqlSettings.Trace",
                        "SqlSettings.trace",
                        "TeamSettings",
                        "ClientRequirements",
                        "ElasticsearchSettings",
                        "EmailSettings.InviteSalt"),
                validation.problems().stream()
                        .map(ConfigValidation.Problem::setting)
                        .toList());
        String text = String.join("\n", validation.text());
        assertTrue(text, text.startsWith("config.json: 2 errors, 10 notes"));
        assertTrue(text, text.contains("(did you mean ReadTimeout?)"));
        assertTrue(text, text.contains("(did you mean TeamSettings?)"));
        assertTrue(text, text.contains("is a text, the release expects true or false"));
        validation.text().forEach(line -> assertTrue(line, line.length() <= 100));
        JsonNode json = new ObjectMapper().readTree(validation.json());
        assertEquals(2, json.get("errors").intValue());
        assertEquals("unknown-setting", json.get("problems").get(1).get("kind").asText());
        assertFalse(ConfigValidation.of(DEFAULT, DEFAULT, V5_37).hasErrors());
        assertEquals(
                List.of(Kind.EMPTY_SALT),
                ConfigValidation.of(DEFAULT, DEFAULT, V5_37).problems().stream()
                        .map(ConfigValidation.Problem::kind)
                        .toList());
    }

    @Test
    public void noOutputShowsASecret() {
        ConfigDocument planted = Plants.in(OLD);
        ConfigDocument plantedDefault = Plants.in(DEFAULT);
        assertTrue(Plants.markers(planted) > 12);
        StringBuilder all = new StringBuilder();
        ConfigOverlay overlay = ConfigOverlay.of(
                List.of(Configurations.of(
                        "{\"GitLabSettings\": {\"Secret\": \"${env.S}\"}, \"SqlSettings\": {\"DataSource\": \"u:"
                                + Plants.MARKER + "@tcp(db:3306)/mm\"}}")),
                Map.of("S", Plants.MARKER));
        all.append(overlay);
        for (ConfigMode mode : ConfigMode.values()) {
            for (ConfigDocument oldDefault : List.of(plantedDefault, planted)) {
                MergedConfig merged = ConfigMerge.into(plantedDefault, V5_37)
                        .mode(mode)
                        .oldDefault(oldDefault)
                        .overlay(overlay)
                        .environment(Map.of("MM_EMAILSETTINGS_SMTPPASSWORD", Plants.MARKER))
                        .merge(planted);
                ConfigPrediction prediction = merged.prediction().orElseThrow();
                all.append(merged).append(merged.changes()).append(prediction).append(prediction.lines());
                all.append(prediction.appearing()).append(prediction.changing());
                all.append(prediction.differences(Configurations.of("{}")));
                all.append(prediction.differences(
                        plantedDefault.with("UnknownSettings.ApiToken", TextNode.valueOf(Plants.MARKER + " other"))));
                ConfigDiff diff = ConfigDiff.of(merged);
                all.append(diff).append(diff.text()).append(diff.jsonPatch());
            }
        }
        ConfigDiff diff = ConfigDiff.between(planted, plantedDefault);
        all.append(diff).append(diff.text()).append(diff.jsonPatch());
        all.append(ConfigDiff.between(plantedDefault, Configurations.of("{}")).text());
        ConfigValidation validation = ConfigValidation.of(planted, DEFAULT, V5_37);
        all.append(validation)
                .append(validation.text())
                .append(validation.json())
                .append(validation.problems());
        MergedConfig migrated = MigrationMerge.merge(planted, plantedDefault, List.of("EmailSettings"));
        all.append(migrated).append(migrated.changes());
        all.append(EffectiveConfiguration.of(planted, Map.of("MM_SQLSETTINGS_DATASOURCE", Plants.MARKER)));
        RefusedException misfit = assertThrows(RefusedException.class, () -> ConfigMerge.into(
                        Configurations.of("{\"EmailSettings\": {\"SMTPPassword\": 1}}"), V5_37)
                .merge(Configurations.of("{\"EmailSettings\": {\"SMTPPassword\": \"" + Plants.MARKER + "\"}}")));
        all.append(misfit).append(misfit.hint());
        assertFalse(excerpt(all), all.indexOf(Plants.MARKER) >= 0);
        assertTrue(all.indexOf("***") >= 0);
    }

    @Test
    public void aSectionThatTheServerNeverWritesIsNeitherMissingNorUnknown() {
        ConfigDocument flags = DEFAULT.with("FeatureFlags.TestFeature", TextNode.valueOf("off"));
        assertEquals(
                ConfigValidation.of(DEFAULT, DEFAULT, V5_37).problems(),
                ConfigValidation.of(DEFAULT, flags, V5_37).problems());
        assertEquals(
                ConfigValidation.of(DEFAULT, DEFAULT, V5_37).problems(),
                ConfigValidation.of(flags, DEFAULT, V5_37).problems());
    }

    private static String excerpt(StringBuilder all) {
        int at = all.indexOf(Plants.MARKER);
        return at < 0 ? "" : all.substring(Math.max(0, at - 120), Math.min(all.length(), at + 40));
    }
}
