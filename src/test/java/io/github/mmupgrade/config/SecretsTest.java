package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

public class SecretsTest {

    @Test
    public void knowsTheSecretsOfEverySection() {
        for (String name : List.of(
                "SqlSettings.DataSource",
                "SqlSettings.DataSourceReplicas",
                "SqlSettings.DataSourceSearchReplicas",
                "SqlSettings.AtRestEncryptKey",
                "SqlSettings.ReplicaLagSettings",
                "FileSettings.PublicLinkSalt",
                "FileSettings.AmazonS3AccessKeyId",
                "FileSettings.AmazonS3SecretAccessKey",
                "FileSettings.ExportAmazonS3SecretAccessKey",
                "EmailSettings.InviteSalt",
                "EmailSettings.PasswordResetSalt",
                "EmailSettings.SMTPPassword",
                "GitLabSettings.Secret",
                "GoogleSettings.Secret",
                "Office365Settings.Secret",
                "OpenIdSettings.Secret",
                "LdapSettings.BindPassword",
                "ElasticSearchSettings.Password",
                "ElasticsearchSettings.Password",
                "CacheSettings.RedisPassword",
                "MessageExportSettings.GlobalRelaySettings.SmtpPassword",
                "MessageExportSettings.GlobalRelaySettings.SMTPPassword",
                "ServiceSettings.SegmentDeveloperKey",
                "ServiceSettings.GoogleDeveloperKey",
                "ServiceSettings.GfycatApiKey",
                "ServiceSettings.GfycatApiSecret",
                "ServiceSettings.GiphySdkKey",
                "ServiceSettings.SplitKey",
                "ServiceSettings.ImageProxyOptions",
                "ImageProxySettings.RemoteImageProxyOptions",
                "WebrtcSettings.GatewayAdminSecret",
                "WebrtcSettings.TurnSharedKey",
                "PluginSettings.Plugins.github.githuboauthclientsecret",
                "PluginSettings.Plugins.github.encryptionkey",
                "PluginSettings.Plugins.com.example.x.IncomingWebhookURL",
                "PluginSettings.Plugins.com.example.x.basicauth")) {
            assertTrue(name, Secrets.isSecret(name));
        }
    }

    @Test
    public void leavesOpenWhatIsNone() {
        for (String name : List.of(
                "ServiceSettings.SiteURL",
                "ServiceSettings.ListenAddress",
                "ServiceSettings.TLSKeyFile",
                "ServiceSettings.EnableUserAccessTokens",
                "SamlSettings.PrivateKeyFile",
                "GitLabSettings.TokenEndpoint",
                "PasswordSettings.MinimumLength",
                "EmailSettings.SMTPUsername",
                "EmailSettings.PushNotificationServer",
                "SqlSettings.DriverName",
                "PluginSettings.PluginStates.com.mattermost.nps.Enable",
                "PluginSettings.SignaturePublicKeyFiles")) {
            assertFalse(name, Secrets.isSecret(name));
        }
    }

    @Test
    public void ofADataSourceOnlyHostPortAndDatabaseAreShown() {
        Map<String, String> shown = Map.ofEntries(
                Map.entry("postgres://mmuser:p@db.example.org:5432/mm?sslmode=disable", "db.example.org:5432/mm"),
                Map.entry("postgresql://mmuser:a/b@c?d@db/mm", "db/mm"),
                Map.entry("postgres://u:p@[::1]:5432/mm", "[::1]:5432/mm"),
                Map.entry("mmuser:mostest@tcp(db:3306)/mm?charset=utf8mb4,utf8", "db:3306/mm"),
                Map.entry("mysql://mmuser:p:a@ss/w@tcp(db:3306)/mm", "db:3306/mm"),
                Map.entry("u:p@unix(/run/mysqld/mysqld.sock)/mm", "/run/mysqld/mysqld.sock/mm"),
                Map.entry("host=db port=5432 user=u password='pa ss' dbname=mm", "db:5432/mm"),
                Map.entry("postgres://u:12345", "***"),
                Map.entry("hunter2", "***"),
                Map.entry("u:hunter2", "***"),
                Map.entry("", ""));
        shown.forEach((source, expected) -> assertEquals(
                source,
                expected,
                Secrets.redact("SqlSettings.DataSource", TextNode.valueOf(source))
                        .asText()));
    }

    @Test
    public void hidesWhatIsInsideOfOpenSettings() {
        Map.of(
                        "http://user:hunter2@search:9200", "http://***@search:9200",
                        "https://chat.example.org/hooks/xyz123hunter2", "https://chat.example.org/hooks/***",
                        "https://hooks.slack.com/services/T0/B0/hunter2", "https://hooks.slack.com/services/***",
                        "https://a.example/x?y=1&access_token=hunter2&z=2",
                                "https://a.example/x?y=1&access_token=***&z=2",
                        "https://a.example/path?q=1", "https://a.example/path?q=1")
                .forEach((value, expected) -> assertEquals(
                        expected,
                        Secrets.redact("ElasticsearchSettings.ConnectionUrl", TextNode.valueOf(value))
                                .asText()));
    }

    @Test
    public void takesEverySecretOutOfATextHoweverItIsWritten() {
        ConfigDocument document =
                Configurations.of("{\"SqlSettings\": {\"DataSource\": \"postgres://u:p%40ss@h/d?a=1\\u0026b=2\","
                        + " \"DataSourceReplicas\": [\"host=h password='re plica' dbname=d\"],"
                        + " \"ReplicaLagSettings\": [{\"DataSource\": \"u:lagging@tcp(h)/d\"}]},"
                        + " \"EmailSettings\": {\"SMTPPassword\": \"q\\\"<uote\\\\\"}, \"GitLabSettings\": {\"Secret\": \"ab\"},"
                        + " \"ElasticsearchSettings\": {\"ConnectionUrl\": \"http://e:embedded@h:1\"}}");
        assertEquals(
                Set.of(
                        "postgres://u:p%40ss@h/d?a=1&b=2",
                        "p%40ss",
                        "p@ss",
                        "host=h password='re plica' dbname=d",
                        "'re plica'",
                        "re plica",
                        "u:lagging@tcp(h)/d",
                        "lagging",
                        "q\"<uote\\",
                        "ab",
                        "embedded"),
                Secrets.valuesOf(document));
        assertEquals(
                "*** | *** | *** | *** | \"***\" | *** table *** | ***",
                Secrets.redactText(
                        "p@ss | p%40ss | re+plica | lagging | \"q\\\"\\u003cuote\\\\\" | ab table ab | embedded",
                        document));
    }

    @Test
    public void showsWhatKeepsNobodyOut() {
        assertEquals(
                "",
                Secrets.redact("EmailSettings.SMTPPassword", TextNode.valueOf(""))
                        .asText());
        assertEquals(
                "***",
                Secrets.redact("EmailSettings.SMTPPassword", TextNode.valueOf("x"))
                        .asText());
    }

    @Test
    public void nothingOfADocumentWithASecretInEverySettingIsShown() {
        ConfigDocument planted = Plants.in(Configurations.own("newer-default.json"));
        assertTrue(Plants.markers(planted) > 8);
        StringBuilder shown = new StringBuilder(planted.toString());
        for (String section : planted.sections()) {
            shown.append(Secrets.redact(section, planted.get(section).orElseThrow()));
        }
        assertFalse(shown.toString(), shown.toString().contains(Plants.MARKER));
        String text = Secrets.redactText(Configurations.text(planted), planted);
        assertFalse(text, text.contains(Plants.MARKER));
    }
}
