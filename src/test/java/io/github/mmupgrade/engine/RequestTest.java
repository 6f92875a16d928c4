package io.github.mmupgrade.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.kubernetes.KubernetesOptions;
import io.github.mmupgrade.kubernetes.cluster.ClusterOptions;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.scratch.FileChoice;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.Test;

public class RequestTest {

    private static final String SECRET = "Planted-s3cret";

    private static final UpgradeOptions.Service SERVICE =
            new UpgradeOptions.Service("command", null, "start it", "stop it", null, Path.of("/etc/mattermost.env"));

    private static UpgradeOptions options() {
        return new UpgradeOptions(
                Path.of("/opt/mattermost"),
                new UpgradeOptions.Places(Path.of("/state"), Path.of("/backups"), Path.of("/cache"))
                        .handingOverTo(Elsewhere.parse("restic:sftp:store:/srv/restic", Path.of("/known_hosts"))),
                SERVICE,
                new UpgradeOptions.Target(
                        "10.11",
                        Edition.ENTERPRISE,
                        null,
                        null,
                        null,
                        Path.of("/key"),
                        null,
                        "auto",
                        null,
                        "all",
                        null,
                        true,
                        UpgradeOptions.Network.DIRECT),
                new UpgradeOptions.Limits(Duration.ofSeconds(120), Duration.ofMillis(300_500), Duration.ZERO),
                new UpgradeOptions.Config("fill", List.of(Overlay.forLast(Path.of("/overlay.json"))), true, false),
                new UpgradeOptions.Backup(
                        DatabaseSaving.BASE_BACKUP,
                        new DatabaseCommand(
                                "save it",
                                Set.of(DatabaseCommand.Moment.FREEZE, DatabaseCommand.Moment.GO_BACK),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                null),
                        true,
                        false,
                        Path.of("/usr/bin"),
                        2,
                        3,
                        Duration.ofHours(24),
                        Duration.ofSeconds(30),
                        FileSaving.COPIED,
                        true),
                Optional.empty(),
                new UpgradeOptions.Check(URI.create("https://chat.example.com"), "acme"),
                new UpgradeOptions.Announcement("soon", true, Optional.empty()),
                OnFailure.ROLLBACK,
                true);
    }

    @Test
    public void isTheSameAfterItsTravelAsJson() {
        List<GoalArguments> all = List.of(
                new GoalArguments.None(),
                new GoalArguments.Rollback("20261128T100000Z", true),
                new GoalArguments.VerifyBackup(null, true),
                new GoalArguments.Restore("a", true, Path.of("/empty")),
                new GoalArguments.PruneBackups(3, null, Duration.ofHours(1)),
                new GoalArguments.Migrate(new MigrationOptions(
                        "/opt/old", SERVICE, false, true, false, List.of("EmailSettings"), ConversionOptions.usual(3))),
                new GoalArguments.Rehearse(
                        new RehearsalOptions(
                                null,
                                Optional.empty(),
                                true,
                                FileChoice.AUTO,
                                false,
                                Path.of("/tmp"),
                                Path.of("/report.json")),
                        false,
                        new ConversionOptions(
                                Optional.empty(), List.of("old_*"), ConversionOptions.OnBadValue.REPAIR, 3)));
        for (GoalArguments arguments : all) {
            Request request = new Request(Goal.RESTORE_CONFIG, options(), arguments);
            assertEquals(request, Request.parse(request.toJson()));
        }
    }

    @Test
    public void holdsNoSecretEvenWhereOneWasPutIntoItsOptions() {
        UpgradeOptions knowing = options()
                .with(
                        Optional.of(DataSource.parse("postgres://admin:" + SECRET + "@127.0.0.1/mattermost")),
                        Optional.of(URI.create("https://chat.example.com/hooks/" + SECRET)),
                        new UpgradeOptions.Network(List.of(), Optional.of(new DownloadCredentials("user", SECRET))),
                        Optional.of(new Elsewhere.Login(SECRET, SECRET, null, null)));
        Request request = new Request(Goal.UPGRADE, knowing, new GoalArguments.None());
        assertFalse(request.toJson(), request.toJson().contains(SECRET));
        assertEquals(options(), Request.parse(request.toJson()).options());
    }

    @Test
    public void refusesWhatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> Request.parse("{"));
        assertThrows(IllegalArgumentException.class, () -> Request.parse("{\"goal\":\"dance\"}"));
    }

    @Test
    public void whatIsWantedOfAnInstallationInKubernetesComesBack() {
        Request request = new Request(
                Goal.UPGRADE,
                options(),
                new GoalArguments.None(),
                new KubernetesOptions(
                        new ClusterOptions(
                                ResourceName.parse("mattermost/chat"), "production", Path.of("/home/me/.kube/config")),
                        true,
                        "postgres:16",
                        "dumps",
                        false,
                        true,
                        null,
                        new KubernetesOptions.Limits(
                                Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3))));
        assertEquals(request, Request.parse(request.toJson()));
    }
}
