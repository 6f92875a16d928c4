package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.download.DownloadProxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Test;

public class RequestSecretsTest {

    @Test
    public void everythingTravels() {
        RequestSecrets secrets = new RequestSecrets(
                Optional.of(DataSource.parse("postgres://admin:p%40ss@db:5433/mattermost?sslmode=disable")),
                Optional.of(DataSource.parse("mmuser:pw@tcp(db:3306)/mattermost?charset=utf8mb4")),
                Optional.of(DataSource.parse("postgres://mmuser:other@db:5432/mattermost")),
                Optional.of(URI.create("https://chat/hooks/1")),
                Optional.of(URI.create("https://chat/hooks/2")),
                new UpgradeOptions.Network(
                        List.of(
                                new DownloadProxy(
                                        "http",
                                        "proxy",
                                        3128,
                                        Optional.of(new DownloadCredentials("me", "x")),
                                        "*.lan"),
                                new DownloadProxy("https", "proxy2", 3129, Optional.empty(), "")),
                        Optional.of(new DownloadCredentials("mirror", "y"))),
                Optional.of(new Elsewhere.Login("secret", "phrase", "backup", Path.of("/root/.ssh/backup"))),
                Map.of("SMTP_PASSWORD", "z"));
        assertEquals(secrets, RequestSecrets.parse(secrets.toJson()));
        assertEquals(
                "p@ss",
                RequestSecrets.parse(secrets.toJson())
                        .administration()
                        .orElseThrow()
                        .password());
        assertEquals(RequestSecrets.NONE, RequestSecrets.parse(RequestSecrets.NONE.toJson()));
    }

    @Test
    public void whatIsNoneIsNotQuoted() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> RequestSecrets.parse("{\"webhook\": [\"pl4nted\"}"));
        assertFalse(e.toString() + e.getCause(), (e.toString() + e.getCause()).contains("pl4nted"));
    }
}
