package io.github.mmupgrade.maven;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.maven.cluster.AbstractClusterMojo;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.BuildArtifacts;
import io.github.mmupgrade.maven.session.Credentials;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.remote.TargetOptions;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.remote.ssh.SshOptions;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.Parameter;
import org.eclipse.aether.RepositorySystem;

/** The parameters of every goal that say on which machine it works, and how that is reached. */
abstract class AbstractRemoteMojo extends AbstractClusterMojo {

    private static final String CONTROLLER = "controller";
    private static final String TARGET = "target";
    private static final String DEFAULT_SSH_SERVER_ID = "mattermost-ssh";

    /**
     * The machine of the installation, as {@code [user@]host[:port]}, when it is not this one. It is reached by ssh, and
     * needs neither Maven nor Java.
     */
    @Parameter(property = PropertyNames.HOST)
    private String host;

    /** Whether the login becomes root on {@code mattermost.host} by sudo. */
    @Parameter(property = PropertyNames.SUDO, defaultValue = "false")
    private boolean sudo;

    /**
     * The server in settings.xml whose password is for sudo; by default that of {@code mattermost.ssh.serverId}. None is
     * needed where sudo does not ask.
     */
    @Parameter(property = PropertyNames.SUDO_SERVER_ID)
    private String sudoServerId;

    /** OpenSSH's client: a name on the path, or its path. */
    @Parameter(property = PropertyNames.SSH_PROGRAM, defaultValue = "ssh")
    private String sshProgram;

    /**
     * The server in settings.xml with what ssh may ask for: {@code username}, {@code password}, {@code privateKey} and
     * {@code passphrase}. Nothing is needed there where ssh logs in by itself, such as by an agent.
     */
    @Parameter(property = PropertyNames.SSH_SERVER_ID, defaultValue = DEFAULT_SSH_SERVER_ID)
    private String sshServerId;

    /** A file with the keys of the machines that are reached, and the only one that counts; by default ssh's own files. */
    @Parameter(property = PropertyNames.SSH_KNOWN_HOSTS)
    private File sshKnownHosts;

    /** How many seconds a connection may take. */
    @Parameter(property = PropertyNames.SSH_CONNECT_TIMEOUT, defaultValue = "20")
    private int sshConnectTimeout;

    /** After how many silent seconds a connection is tried; after four tries without an answer it counts as lost. */
    @Parameter(property = PropertyNames.SSH_KEEP_ALIVE, defaultValue = "15")
    private int sshKeepAlive;

    /** For how many seconds a lost connection is tried again; what was begun goes on meanwhile. */
    @Parameter(property = PropertyNames.SSH_RECONNECT, defaultValue = "600")
    private int sshReconnect;

    /**
     * The directory on {@code mattermost.host} for the engine and what is sent there; by default
     * {@code /var/cache/mattermost-maven-plugin}, or {@code ~/.cache/mattermost-maven-plugin} without root.
     */
    @Parameter(property = PropertyNames.REMOTE_CACHE_DIRECTORY)
    private String remoteCacheDirectory;

    /**
     * A Java for a machine that has none from 17 on: a {@code .tar.gz} archive, or the coordinates of such an artifact. By
     * default one is made from the Java that runs Maven.
     */
    @Parameter(property = PropertyNames.REMOTE_RUNTIME)
    private String remoteRuntime;

    /**
     * Who fetches archives and release notes: {@code controller}, this machine, which sends them; or {@code target}, the
     * machine of the installation.
     */
    @Parameter(property = PropertyNames.REMOTE_DOWNLOAD, defaultValue = CONTROLLER)
    private String remoteDownload;

    /** The directory on this machine for what is fetched or made to be sent. */
    @Parameter(
            property = PropertyNames.REMOTE_LOCAL_CACHE,
            defaultValue = "${user.home}/.cache/mattermost-maven-plugin")
    private File remoteLocalCache;

    @Inject
    private RepositorySystem repositorySystem;

    final RepositorySystem repositories() {
        return repositorySystem;
    }

    /** Whether the goal works on another machine. */
    final boolean isRemote() {
        return Contradiction.given(host);
    }

    /** The machine as it was given; empty for this one. */
    final Optional<String> remoteHost() {
        return isRemote() ? Optional.of(host.strip()) : Optional.empty();
    }

    /** An engine on the machine of the installation. */
    final RemoteEngine remoteEngine(
            BuildArtifacts artifacts, Credentials credentials, boolean terminal, RemoteEngine.PostgresFor binaries) {
        return remoteEngine(PropertyNames.HOST, host, sshServerId, sudo, artifacts, credentials, terminal, binaries);
    }

    /**
     * An engine on some machine.
     *
     * @param property names the machine
     * @param machine its value
     * @param serverId the server in settings.xml with what ssh may ask for
     * @param asRoot whether the login becomes root by sudo
     */
    final RemoteEngine remoteEngine(
            String property,
            String machine,
            String serverId,
            boolean asRoot,
            BuildArtifacts artifacts,
            Credentials credentials,
            boolean terminal,
            RemoteEngine.PostgresFor binaries) {
        Credentials.Ssh login = credentials.ssh(serverId, sudoServerId);
        return new RemoteEngine(
                new LocalHost(),
                RemoteHost.parse(machine, property).as(login.user(), serverId),
                sshOptions(login, terminal),
                new TargetOptions(
                        asRoot,
                        remoteCacheDirectory,
                        remoteRuntime == null ? null : artifacts.fileOrArtifact(remoteRuntime),
                        Choice.of(List.of(CONTROLLER, TARGET), PropertyNames.REMOTE_DOWNLOAD, remoteDownload)
                                .equals(CONTROLLER),
                        localCache()),
                login.secrets(),
                artifacts.ofPlugin(),
                binaries);
    }

    /** The shell of a machine that a proxy is on. */
    final RemoteCommand shell(String machine, Credentials credentials, boolean terminal) {
        Credentials.Ssh login = credentials.ssh(sshServerId, sudoServerId);
        return new RemoteCommand(
                new LocalHost(),
                RemoteHost.parse(machine, PropertyNames.CLUSTER_PROXY_HOSTS).as(login.user(), sshServerId),
                sshOptions(login, terminal),
                login.secrets());
    }

    private SshOptions sshOptions(Credentials.Ssh login, boolean terminal) {
        return new SshOptions(
                sshProgram,
                AbstractMattermostMojo.path(sshKnownHosts),
                login.privateKey(),
                terminal,
                seconds(PropertyNames.SSH_CONNECT_TIMEOUT, sshConnectTimeout, 1),
                seconds(PropertyNames.SSH_KEEP_ALIVE, sshKeepAlive, 1),
                reconnect());
    }

    /** For how long a lost connection is tried again. */
    final Duration reconnect() {
        return seconds(PropertyNames.SSH_RECONNECT, sshReconnect, 0);
    }

    /** The directory on this machine for what is fetched or made to be sent. */
    final Path localCache() {
        return AbstractMattermostMojo.path(remoteLocalCache);
    }

    /** The only file whose keys of machines count; null for ssh's own. */
    final File sshKnownHosts() {
        return sshKnownHosts;
    }

    /** The server in settings.xml with what ssh may ask for. */
    final String sshServerId() {
        return sshServerId;
    }

    /** Whether the login becomes root by sudo. */
    final boolean sudo() {
        return sudo;
    }

    /** What a pasted command needs to find the same machine again. */
    final Map<String, String> remoteProperties() {
        Map<String, String> found = new LinkedHashMap<>();
        if (isRemote()) {
            found.put(PropertyNames.HOST, host.strip());
        }
        found.putAll(clusterProperties());
        if (isRemote() || isCluster()) {
            found.put(PropertyNames.SUDO, sudo ? "true" : null);
            found.put(PropertyNames.SSH_SERVER_ID, DEFAULT_SSH_SERVER_ID.equals(sshServerId) ? null : sshServerId);
            found.put(PropertyNames.SSH_KNOWN_HOSTS, sshKnownHosts == null ? null : sshKnownHosts.toString());
            found.put(PropertyNames.REMOTE_CACHE_DIRECTORY, remoteCacheDirectory);
        }
        return found;
    }

    static Duration seconds(String property, int value, int least) {
        return Choice.seconds(property, value, least);
    }
}
