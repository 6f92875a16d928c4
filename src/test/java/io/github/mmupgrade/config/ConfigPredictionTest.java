package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigPrediction.Appearance;
import io.github.mmupgrade.config.ConfigPrediction.Difference;
import io.github.mmupgrade.release.Version;
import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class ConfigPredictionTest {

    private static final Version V5_37 = Version.parse("5.37.0");
    private static final ConfigDocument OLD = Configurations.own("server-written.json");
    private static final ConfigDocument DEFAULT = Configurations.own("newer-default.json");

    private static ConfigPrediction predict(ConfigDocument document) {
        return ConfigPrediction.of(document, DEFAULT, V5_37);
    }

    private static Optional<JsonNode> appearing(ConfigPrediction prediction, String setting) {
        List<Appearance> found = prediction.appearing().stream()
                .filter(appearance -> appearance.setting().equals(setting))
                .toList();
        assertEquals(setting, 1, found.size());
        return found.get(0).value();
    }

    /** What a server would have written: what was predicted, and something for what it decides. */
    private static ConfigDocument written(ConfigDocument document, ConfigPrediction prediction) {
        ConfigDocument result = document;
        for (String setting : prediction.leaving()) {
            result = result.without(setting);
        }
        for (List<Appearance> list : List.of(prediction.appearing(), prediction.changing())) {
            for (Appearance appearance : list) {
                result = result.with(appearance.setting(), appearance.value().orElse(TextNode.valueOf("made up")));
            }
        }
        return result;
    }

    @Test
    public void foretellsWhatDependsOnOtherSettings() {
        ConfigPrediction updated = predict(OLD);
        assertEquals(Optional.of(BooleanNode.TRUE), appearing(updated, "ServiceSettings.EnableLatex"));
        assertEquals(
                Optional.of(BooleanNode.FALSE), appearing(updated, "ServiceSettings.ExtendSessionLengthWithActivity"));
        assertEquals(
                "[\"X-Forwarded-For\",\"X-Real-IP\"]",
                appearing(updated, "ServiceSettings.TrustedProxyIPHeader")
                        .orElseThrow()
                        .toString());
        assertEquals(Optional.of(BooleanNode.FALSE), appearing(updated, "EmailSettings.SendPushNotifications"));
        assertEquals(Optional.of(TextNode.valueOf("1.2")), appearing(updated, "ServiceSettings.TLSMinVer"));

        ConfigPrediction fresh = predict(OLD.without("ServiceSettings.SiteURL"));
        assertEquals(Optional.of(BooleanNode.FALSE), appearing(fresh, "ServiceSettings.EnableLatex"));
        assertEquals(
                "[]",
                appearing(fresh, "ServiceSettings.TrustedProxyIPHeader")
                        .orElseThrow()
                        .toString());

        String nps = "PluginSettings.PluginStates.com.mattermost.nps.Enable";
        assertEquals(Optional.of(BooleanNode.TRUE), appearing(updated, nps));
        assertEquals(
                Optional.of(BooleanNode.FALSE),
                appearing(predict(OLD.with("LogSettings.EnableDiagnostics", BooleanNode.FALSE)), nps));
        assertEquals(
                Optional.of(BooleanNode.FALSE),
                appearing(
                        predict(OLD.with("EmailSettings.EnableSignUpWithEmail", BooleanNode.FALSE)),
                        "EmailSettings.EnableSignInWithEmail"));
    }

    @Test
    public void hoursAreMadeOfTheAdministratorsDays() {
        ConfigDocument newer = DEFAULT.with("ServiceSettings.SessionLengthWebInHours", IntNode.valueOf(720));
        ConfigPrediction prediction = ConfigPrediction.of(OLD, newer, Version.parse("7.0.0"));
        assertEquals(
                1080,
                appearing(prediction, "ServiceSettings.SessionLengthWebInHours")
                        .orElseThrow()
                        .intValue());
        MergedConfig merged = ConfigMerge.into(newer, Version.parse("7.0.0"))
                .mode(ConfigMode.FILL)
                .merge(OLD);
        assertFalse(merged.document().has("ServiceSettings.SessionLengthWebInHours"));
    }

    @Test
    public void foretellsConversionsAndWhatLeaves() {
        ConfigPrediction prediction = ConfigPrediction.of(
                OLD.with("TeamSettings.MaxNotificationsPerChannel", IntNode.valueOf(1000))
                        .with("EmailSettings.SMTPPort", TextNode.valueOf(""))
                        .with("SqlSettings.AtRestEncryptKey", TextNode.valueOf("")),
                DEFAULT.with("TeamSettings.MaxNotificationsPerChannel", IntNode.valueOf(1000)),
                V5_37);
        assertEquals(
                List.of(
                        "EmailSettings.SMTPPort = \"10025\" (converted by the server)",
                        "SqlSettings.AtRestEncryptKey = the server decides (a random key)",
                        "TeamSettings.MaxNotificationsPerChannel = 1000000 (converted by the server)"),
                prediction.changing().stream()
                        .map(Appearance::toString)
                        .sorted()
                        .toList());
        assertTrue(prediction.leaving().contains("EmailSettings.InviteSalt"));
        assertTrue(prediction.leaving().contains("OldSection.Anything"));
    }

    @Test
    public void whatTheServerWritesAsForetoldDiffersInNothing() {
        for (Configurations.Pair pair : Configurations.pairs()) {
            for (String release : List.of("5.9.8", "5.18.0", "5.37.0", "10.11.0")) {
                ConfigPrediction prediction = ConfigPrediction.of(pair.older(), pair.newer(), Version.parse(release));
                assertEquals(
                        pair + " " + release, List.of(), prediction.differences(written(pair.older(), prediction)));
            }
        }
    }

    @Test
    public void everyDifferenceIsReportedAndNoSecretShown() {
        ConfigPrediction prediction = predict(OLD);
        ConfigDocument server = written(OLD, prediction)
                .with("ServiceSettings.TLSMinVer", TextNode.valueOf("1.3"))
                .with("EmailSettings.SMTPPassword", TextNode.valueOf("hunter2"))
                .without("ServiceSettings.EnableCommands")
                .with("NewSettings.Surprise", IntNode.valueOf(1));
        assertEquals(
                "[ServiceSettings.EnableCommands: expected true, the server wrote nothing,"
                        + " EmailSettings.SMTPPassword: expected \"***\", the server wrote \"***\","
                        + " ServiceSettings.TLSMinVer: expected \"1.2\", the server wrote \"1.3\","
                        + " NewSettings.Surprise: expected nothing, the server wrote 1]",
                prediction.differences(server).stream()
                        .map(Difference::toString)
                        .toList()
                        .toString());
    }

    @Test
    public void spellingNumbersAndEscapesAreNoDifference() {
        ConfigDocument document = Configurations.of("{\"A\": {\"IdpUrl\": \"x\\u0026y\", \"N\": 1e2}}");
        ConfigDocument known = Configurations.of("{\"A\": {\"IdpURL\": \"\", \"N\": 1}}");
        assertEquals(
                List.of(),
                ConfigPrediction.of(document, known, V5_37)
                        .differences(Configurations.of("{\"A\": {\"IdpURL\": \"x&y\", \"N\": 100}}")));
    }

    @Test
    public void anUnknownSettingMayStayButNotChange() {
        ConfigPrediction prediction = predict(OLD);
        ConfigDocument stayed =
                written(OLD, prediction).with("ServiceSettings.RemovedLater", TextNode.valueOf("kept by hand"));
        assertEquals(List.of(), prediction.differences(stayed));
        assertEquals(
                1,
                prediction
                        .differences(stayed.with("ServiceSettings.RemovedLater", TextNode.valueOf("other")))
                        .size());
    }

    @Test
    public void olderReleasesLeaveTheFileAloneUnlessASaltIsEmpty() {
        Version old = Version.parse("5.9.8");
        ConfigDocument salted = OLD.with("FileSettings.PublicLinkSalt", TextNode.valueOf("s"));
        ConfigPrediction prediction = ConfigPrediction.of(salted, DEFAULT, old);
        assertFalse(prediction.rewrites());
        assertEquals(List.of(), prediction.appearing());
        assertEquals(List.of(), prediction.differences(salted));
        assertEquals(1, prediction.differences(salted.without("OldSection")).size());
        ConfigPrediction empty =
                ConfigPrediction.of(salted.with("EmailSettings.InviteSalt", TextNode.valueOf("")), DEFAULT, old);
        assertTrue(empty.rewrites());
        assertEquals(List.of(), empty.leaving());
        assertFalse(ConfigPrediction.of(OLD, DEFAULT, Version.parse("3.0.0")).rewrites());
    }

    @Test
    public void featureFlagsAreNeverWrittenAndThereforeNotPredicted() {
        ConfigDocument known = DEFAULT.with("FeatureFlags.TestFeature", TextNode.valueOf("off"))
                .with("FeatureFlags.Cloud", IntNode.valueOf(1));
        ConfigPrediction prediction = ConfigPrediction.of(OLD, known, V5_37);
        assertEquals(predict(OLD).appearing(), prediction.appearing());
        assertEquals(List.of(), prediction.differences(written(OLD, predict(OLD))));

        ConfigDocument byHand = OLD.with("FeatureFlags.TestFeature", TextNode.valueOf("on"));
        ConfigPrediction dropped = ConfigPrediction.of(byHand, known, V5_37);
        assertTrue(dropped.leaving().contains("FeatureFlags.TestFeature"));
        assertEquals(List.of(), dropped.differences(written(OLD, predict(OLD))));
    }

    @Test
    public void whatIsPredictedIsWhatTheNextReleaseStartsFrom() {
        ConfigPrediction prediction = predict(OLD);
        ConfigDocument result = prediction.result();
        assertEquals(List.of(), prediction.differences(result));
        assertFalse(result.has("OldSection"));
        assertEquals(Optional.of(BooleanNode.TRUE), result.get("ServiceSettings.EnableLatex"));
        assertEquals("what 5.37.0 makes of " + OLD.name(), result.name());
        assertEquals(List.of(), predict(result).leaving());
    }

    @Test
    public void saysItInLinesCountsFirst() {
        List<String> lines = predict(OLD).lines();
        assertTrue(lines.get(0), lines.get(0).startsWith("When it starts, 5.37.0 will add "));
        assertTrue(lines.contains(
                "  + ServiceSettings.EnableLatex = true (depends on whether ServiceSettings.SiteURL is set)"));
        assertTrue(lines.contains("  - EmailSettings.InviteSalt"));
    }
}
