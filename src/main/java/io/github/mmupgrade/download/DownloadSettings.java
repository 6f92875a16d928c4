package io.github.mmupgrade.download;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How archives are downloaded.
 *
 * @param cache the directory that runs share; created when it isn't there
 * @param offline whether only the cache and local files may be used
 * @param proxies the proxies that are configured; empty for none
 * @param mirror the login for the mirror of the archives; empty when it needs none
 * @param connectTimeout how long to wait for a connection
 * @param stall how long to wait for an answer, and for the next bytes of one
 * @param attempts how many times in a row to fail without any progress before giving up; above 0
 * @param maxBytes the most bytes of an archive; above 0
 */
public record DownloadSettings(
        Path cache,
        boolean offline,
        List<DownloadProxy> proxies,
        Optional<MirrorLogin> mirror,
        Duration connectTimeout,
        Duration stall,
        int attempts,
        long maxBytes) {

    /** Checks the numbers. */
    public DownloadSettings {
        Objects.requireNonNull(cache);
        Objects.requireNonNull(mirror);
        proxies = List.copyOf(proxies);
        if (attempts <= 0 || maxBytes <= 0 || connectTimeout.isNegative() || stall.isNegative()) {
            throw new IllegalArgumentException("Not settings of a download: " + attempts + " attempts, at most "
                    + maxBytes + " bytes, " + connectTimeout + ", " + stall);
        }
    }

    /**
     * The usual: 20 s for a connection, 60 s without a byte, 6 attempts, 4 GiB.
     *
     * @param cache the directory that runs share
     * @param offline whether only the cache and local files may be used
     * @param proxies the proxies that are configured
     * @param mirror the login for the mirror of the archives
     */
    public static DownloadSettings of(
            Path cache, boolean offline, List<DownloadProxy> proxies, Optional<MirrorLogin> mirror) {
        return new DownloadSettings(
                cache, offline, proxies, mirror, Duration.ofSeconds(20), Duration.ofSeconds(60), 6, 4L << 30);
    }

    /** The same for what is no archive. */
    DownloadSettings withoutMirror() {
        return new DownloadSettings(
                cache, offline, proxies, Optional.empty(), connectTimeout, stall, attempts, maxBytes);
    }
}
