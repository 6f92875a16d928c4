package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/** Plants a marker in every setting that is secret, to be looked for in whatever is printed. */
public final class Plants {

    public static final String MARKER = "pl4nt3d";

    private static final List<String> MORE = List.of(
            "SqlSettings.AtRestEncryptKey",
            "FileSettings.PublicLinkSalt",
            "FileSettings.AmazonS3SecretAccessKey",
            "EmailSettings.InviteSalt",
            "LdapSettings.BindPassword",
            "GitLabSettings.Secret",
            "PluginSettings.Plugins.com.example.bridge.apitoken",
            "PluginSettings.Plugins.com.example.bridge.WebhookURL",
            "UnknownSettings.ApiToken");

    private Plants() {}

    public static ConfigDocument in(ConfigDocument document) {
        ConfigDocument planted = document;
        int i = 0;
        for (String setting : document.settings()) {
            if (Secrets.isSecret(setting)) {
                planted = planted.with(setting, like(document.get(setting).orElseThrow(), setting, i++));
            }
        }
        for (String setting : MORE) {
            planted = planted.with(setting, TextNode.valueOf(MARKER + "<" + i++));
        }
        return planted.with(
                "ElasticsearchSettings.ConnectionURL", TextNode.valueOf("http://elastic:" + MARKER + "@search:9200"));
    }

    private static JsonNode like(JsonNode value, String setting, int i) {
        String secret = setting.contains("DataSource")
                ? "postgres://mmuser:" + MARKER + i + "&@db.example.org:5432/mattermost"
                : MARKER + i;
        return value.isArray() ? JsonNodeFactory.instance.arrayNode().add(secret) : TextNode.valueOf(secret);
    }

    static int markers(ConfigDocument document) {
        return Configurations.text(document).split(MARKER, -1).length - 1;
    }
}
