package io.github.mmupgrade.testing;

import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Options of which nothing matters but where things are. */
public final class PlainOptions {

    private PlainOptions() {}

    /**
     * Options.
     *
     * @param installation the installation
     * @param root holds the state, the backups and the cache
     */
    public static UpgradeOptions of(Path installation, Path root) {
        return new UpgradeOptions(
                installation,
                new UpgradeOptions.Places(root.resolve("state"), root.resolve("backups"), root.resolve("cache")),
                new UpgradeOptions.Service("process", null, null, null, null, null),
                UpgradeOptions.Target.NONE,
                new UpgradeOptions.Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO),
                UpgradeOptions.Config.USUAL,
                UpgradeOptions.Backup.usual(null, 1),
                Optional.empty(),
                new UpgradeOptions.Check(null, null),
                UpgradeOptions.Announcement.NONE,
                OnFailure.ROLLBACK,
                false);
    }
}
