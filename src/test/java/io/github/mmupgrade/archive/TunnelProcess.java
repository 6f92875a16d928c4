package io.github.mmupgrade.archive;

import io.github.mmupgrade.download.DownloadProxy;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.MirrorLogin;
import io.github.mmupgrade.maven.CheckVersionMojo;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.RecordingReporter;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A process that downloads through a proxy as a goal does it: after another use of Java's HTTP client. */
public final class TunnelProcess {

    private TunnelProcess() {}

    /**
     * Downloads, and prints why that was refused.
     *
     * @param arguments the port of the proxy and a directory for the cache
     */
    public static void main(String[] arguments) throws Exception {
        // Maven loads the goal first
        new CheckVersionMojo();
        HttpClient.newHttpClient();
        DownloadSettings settings = new DownloadSettings(
                Path.of(arguments[1]).resolve("cache"),
                false,
                List.of(new DownloadProxy(
                        "http",
                        "127.0.0.1",
                        Integer.parseInt(arguments[0]),
                        Optional.of(DownloadClientTest.SECRET),
                        "")),
                Optional.<MirrorLogin>empty(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                2,
                10_000_000);
        try {
            new ArchiveFetcher(settings, new RecordingReporter())
                    .fetch("https://releases.example.invalid/a.tar.gz", DownloadClientTest.TRUST);
        } catch (RefusedException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
