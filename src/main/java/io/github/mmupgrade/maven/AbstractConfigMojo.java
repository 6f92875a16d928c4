package io.github.mmupgrade.maven;

import io.github.mmupgrade.config.ConfigMode;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugins.annotations.Parameter;

/** The parameters of the goals that merge or compare configurations. */
abstract class AbstractConfigMojo extends AbstractBackupMojo {

    /**
     * How the configuration is merged: {@code minimal} (the saved file and the overlays; the server fills in the rest),
     * {@code fill} (the new release's defaults filled in), or {@code auto}: minimal from 5.18 on.
     */
    @Parameter(property = PropertyNames.CONFIG_MODE, defaultValue = "auto")
    private String configMode;

    /**
     * JSON merge patches (RFC 7396) that are applied to the configuration, in order, when the last release of the path is
     * installed. {@code 5.31.7:overlay.json} is applied when 5.31.7 is installed, wherever that is in the path.
     */
    @Parameter(property = PropertyNames.CONFIG_OVERLAYS)
    private List<String> configOverlays;

    /** Whether settings that the new release does not know are dropped. */
    @Parameter(property = PropertyNames.CONFIG_DROP_UNKNOWN, defaultValue = "false")
    private boolean configDropUnknown;

    /** Whether settings that still have the old release's default get the new one. */
    @Parameter(property = PropertyNames.CONFIG_ADOPT_DEFAULTS, defaultValue = "false")
    private boolean configAdoptDefaults;

    @Override
    UpgradeOptions.Config config() {
        return new UpgradeOptions.Config(
                Choice.of(ConfigMode.class, PropertyNames.CONFIG_MODE, configMode)
                        .toString(),
                configOverlays == null
                        ? List.of()
                        : configOverlays.stream()
                                .map(overlay -> Overlay.parse(overlay, directory()))
                                .toList(),
                configDropUnknown,
                configAdoptDefaults);
    }

    /** The base of relative paths, as for every other file: the project's directory, or without a project the current one. */
    private Path directory() {
        File project = session().getCurrentProject() == null
                ? null
                : session().getCurrentProject().getBasedir();
        return path(project == null ? new File("") : project);
    }
}
