package io.github.mmupgrade.it;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.testing.standin.SampleData;
import io.github.mmupgrade.testing.standin.StandInClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the demo needs of Java: {@code configure DIRECTORY DATA_SOURCE PORT [NAME=VALUE...]},
 * where the port may be an address with a port, or {@code seed ADDRESS}. */
public final class SampleInstallation {

    private static final int POSTS = 200;

    private SampleInstallation() {}

    /** Runs one of the commands. */
    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("configure")) {
            Path file = Path.of(arguments[1]).resolve("config/config.json");
            String listen = arguments[3].contains(":") ? arguments[3] : "127.0.0.1:" + arguments[3];
            ConfigDocument document = ConfigDocument.read(file)
                    .with(
                            "SqlSettings.DriverName",
                            TextNode.valueOf(arguments[2].contains("@tcp(") ? "mysql" : "postgres"))
                    .with("SqlSettings.DataSource", TextNode.valueOf(arguments[2]))
                    .with("ServiceSettings.ListenAddress", TextNode.valueOf(listen))
                    .with("TeamSettings.SiteName", TextNode.valueOf("Sample & Co"));
            for (String setting : List.of(arguments).subList(4, arguments.length)) {
                String value = setting.replaceFirst("^[^=]*=", "");
                document = document.with(
                        setting.replaceFirst("=.*", ""),
                        value.matches("true|false")
                                ? BooleanNode.valueOf(value.equals("true"))
                                : TextNode.valueOf(value));
            }
            document.writeTo(file);
        } else {
            SampleData data = SampleData.createThrough(new StandInClient(arguments[1], false));
            for (int i = 1; i <= POSTS; i++) {
                data.administrator().createPost(data.channelId(), "Post " + i + " of the sample");
            }
        }
    }
}
