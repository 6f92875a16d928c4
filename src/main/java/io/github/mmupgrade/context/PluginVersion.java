package io.github.mmupgrade.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which version of the plugin this is. */
public final class PluginVersion {

    private static final String RESOURCE = "/META-INF/maven/io.github.mmupgrade/mattermost-maven-plugin/pom.properties";

    private PluginVersion() {}

    /** The version; {@code development} where the classes do not come from the plugin's archive. */
    public static String text() {
        try (InputStream in = PluginVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return "development";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "development");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
