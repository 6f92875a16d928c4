package io.github.mmupgrade.config;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Locale;

/** How much of the new release's default goes into the file before the server starts. */
public enum ConfigMode {
    /** {@link #MINIMAL} for a release that fills in its defaults by itself at the first start, {@link #FILL} below. */
    AUTO,
    /** The saved file and the overlay, not a byte more: the server fills in the rest. */
    MINIMAL,
    /** The new release's defaults too, but for the settings that only the server can work out. */
    FILL;

    /**
     * Reads the value of a property.
     *
     * @param text {@code auto}, {@code minimal} or {@code fill}, in any letter case
     * @throws RefusedException if it is none of them
     */
    public static ConfigMode parse(String text) {
        for (ConfigMode mode : values()) {
            if (mode.toString().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw new RefusedException(
                "'" + text + "' is not a mode for merging configurations. Nothing was changed.",
                Hint.of("Set mattermost.config.mode to auto, minimal or fill."));
    }

    /** The mode to use for a release: this one, unless it is {@link #AUTO}. */
    public ConfigMode effective(Version target) {
        if (this != AUTO) {
            return this;
        }
        return ServerDefaults.builtIn().writesAllDefaults(target) ? MINIMAL : FILL;
    }

    /** As in the property. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
