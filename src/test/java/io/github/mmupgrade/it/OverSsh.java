package io.github.mmupgrade.it;

import io.github.mmupgrade.testing.TestSshd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Has the integration projects reach this machine as if it were another one, by a real OpenSSH server: with
 * {@code -Dit.over=ssh} the goals of every project are carried out by an engine that was sent.
 */
final class OverSsh {

    private static Map<String, String> properties;

    private OverSsh() {}

    /** The properties of a build that say where its goals are carried out; none when that is here. */
    static synchronized Map<String, String> properties() throws IOException {
        if (!"ssh".equals(System.getProperty("it.over"))) {
            return Map.of();
        }
        if (properties == null) {
            // ends with this JVM
            TestSshd sshd = new TestSshd();
            Path directory = sshd.key().getParent();
            Path program = directory.resolve("ssh-with-key");
            Files.writeString(program, "#!/bin/sh\nexec ssh -i '" + sshd.key() + "' \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
            properties = Map.of(
                    "mattermost.host", System.getProperty("user.name") + "@127.0.0.1:" + sshd.port(),
                    "mattermost.ssh.program", program.toString(),
                    "mattermost.ssh.knownHosts", sshd.knownHosts().toString(),
                    "mattermost.remote.cacheDirectory",
                            directory.resolve("sent").toString(),
                    "mattermost.remote.localCache", directory.resolve("fetched").toString());
        }
        return properties;
    }
}
