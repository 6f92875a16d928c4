package io.github.mmupgrade.maven;

import io.github.mmupgrade.upgrade.UpgradeOptions;
import java.io.File;
import java.util.List;
import org.apache.maven.plugins.annotations.Parameter;

/** What the goals that merge or compare configurations know. */
abstract class AbstractConfigMojo extends AbstractBackupMojo {

    /**
     * How the configuration is merged: {@code minimal} (the saved file and the overlays; the server fills in the rest),
     * {@code fill} (the new release's defaults filled in), or {@code auto}: minimal from 5.18 on.
     */
    @Parameter(property = PropertyNames.CONFIG_MODE, defaultValue = "auto")
    private String configMode;

    /** JSON merge patches (RFC 7396) that are applied to the configuration, in order. */
    @Parameter(property = PropertyNames.CONFIG_OVERLAYS)
    private List<File> configOverlays;

    /** Whether settings that the new release does not know are dropped. */
    @Parameter(property = PropertyNames.CONFIG_DROP_UNKNOWN, defaultValue = "false")
    private boolean configDropUnknown;

    /** Whether a default that changed upstream is adopted where the old default was in use. */
    @Parameter(property = PropertyNames.CONFIG_ADOPT_DEFAULTS, defaultValue = "false")
    private boolean configAdoptDefaults;

    @Override
    UpgradeOptions.Config config() {
        return new UpgradeOptions.Config(
                configMode,
                configOverlays == null
                        ? List.of()
                        : configOverlays.stream()
                                .map(AbstractMattermostMojo::path)
                                .toList(),
                configDropUnknown,
                configAdoptDefaults);
    }
}
