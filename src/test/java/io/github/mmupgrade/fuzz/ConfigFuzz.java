package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.ConfigMerge;
import io.github.mmupgrade.config.ConfigOverlay;
import io.github.mmupgrade.config.ConfigValidation;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.config.Origin;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.server.ListenAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The server's configuration, and an overlay: read, merged with a new default, compared, judged, and searched. */
public final class ConfigFuzz {

    private static final Version RELEASE = Version.of(10, 11, 0);
    private static final ConfigDocument DEFAULT = ConfigDocument.parse(
            ("{\"ServiceSettings\":{\"SiteURL\":\"\",\"ListenAddress\":\":8065\",\"EnableLinkPreviews\":true},"
                            + "\"SqlSettings\":{\"DriverName\":\"postgres\",\"DataSource\":\"\",\"MaxIdleConns\":20,"
                            + "\"DataSourceReplicas\":[]},\"PluginSettings\":{\"Plugins\":{}}}")
                    .getBytes(StandardCharsets.UTF_8),
            "default");

    private ConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.endsWell(() -> {
            ConfigDocument document = ConfigDocument.parse(input, "input");
            document.settings().forEach(document::get);
            document.toJson();
            Secrets.valuesOf(document);
            ConfigDiff.between(DEFAULT, document).text();
            ConfigValidation.of(document, DEFAULT, RELEASE).text();
            ConfigDiff.of(ConfigMerge.into(DEFAULT, RELEASE).merge(document)).jsonPatch();
        });
        Fuzzing.endsWell(() -> ConfigMerge.into(ConfigDocument.parse(input, "input"), RELEASE)
                .oldDefault(DEFAULT)
                .merge(DEFAULT));
        Fuzzing.endsWell(() -> ConfigOverlay.of(List.of(ConfigDocument.parse(input, "input")), Map.of("NAME", "value"))
                .applyTo(DEFAULT)
                .bytes());
        String text = Fuzzing.text(input);
        Fuzzing.endsWell(() -> {
            EffectiveConfiguration effective = EffectiveConfiguration.of(
                    DEFAULT,
                    Map.of(
                            "MM_SQLSETTINGS_MAXIDLECONNS", text,
                            "MM_SERVICESETTINGS_LISTENADDRESS", text,
                            "MM_SERVICESETTINGS_SITEURL", text,
                            "MM_PLUGINSETTINGS_PLUGINS", text,
                            "MM_SERVICESETTINGS_ENABLELINKPREVIEWS", text));
            effective.asDocument().bytes();
            effective.secretValues();
            effective.number("SqlSettings.MaxIdleConns", 0);
            ListenAddress.of(effective);
        });
        Fuzzing.endsWell(() -> ListenAddress.of(
                EffectiveConfiguration.of(ConfigDocument.parse(input, "input"), Map.of(), Origin.FILE)));
    }
}
