package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.config.ConfigMode;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.notes.Acknowledgement;
import io.github.mmupgrade.release.PathChoice;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.remote.ssh.SshFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What people give in parameters, and what ssh says when it cannot connect. */
public final class ParameterFuzz {

    private static final RemoteHost TARGET = new RemoteHost(null, "target", 0);

    private ParameterFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        // neither a command line nor XML can have a zero byte
        String text = Fuzzing.text(input).replace("\0", "");
        Fuzzing.endsWell(() -> RemoteHost.parse(text, "mattermost.host"));
        Fuzzing.endsWell(() -> Location.parse(text));
        Fuzzing.endsWell(() -> PathChoice.parse(text));
        Fuzzing.endsWell(() -> PathChoice.ofReleases(text));
        Fuzzing.endsWell(() -> ConfigMode.parse(text));
        Fuzzing.endsWell(() -> Acknowledgement.parse(text));
        Fuzzing.endsWell(() -> ResourceName.parse(text));
        Fuzzing.endsWell(() -> Overlay.parse(text, Path.of("/")));
        Fuzzing.endsWell(() -> Version.tryParse(text));
        Fuzzing.endsWell(() -> {
            throw SshFailure.of(text, TARGET, Map.of()).refused(List.of());
        });
    }
}
