package io.github.mmupgrade.remote;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.remote.ssh.SshOptions;
import io.github.mmupgrade.remote.ssh.SshSecrets;
import io.github.mmupgrade.testing.TestSshd;
import java.nio.file.Path;
import java.time.Duration;

/** Engines on this machine that are reached over a real OpenSSH server. */
final class SshMachines {

    private SshMachines() {}

    /** An engine that keeps what is sent below a directory. */
    static RemoteEngine of(TestSshd sshd, Path root, Duration reconnect) {
        return of(sshd, sshd.knownHosts(), root, root, null, reconnect);
    }

    static RemoteEngine of(TestSshd sshd, Path knownHosts, Path sent, Path root, Path runtime, Duration reconnect) {
        return of(new LocalHost(), sshd, knownHosts, sent, root, runtime, reconnect);
    }

    static RemoteEngine of(
            Host here, TestSshd sshd, Path knownHosts, Path sent, Path root, Path runtime, Duration reconnect) {
        return new RemoteEngine(
                here,
                new RemoteHost(System.getProperty("user.name"), "127.0.0.1", sshd.port()),
                new SshOptions(
                        "ssh", knownHosts, sshd.key(), false, Duration.ofSeconds(10), Duration.ofSeconds(5), reconnect),
                new TargetOptions(false, sent.resolve("sent").toString(), runtime, true, root.resolve("fetched")),
                SshSecrets.NONE,
                PluginArchives.all(),
                (major, processor) -> {
                    throw new IllegalStateException();
                });
    }
}
