package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.UpgradeOptions.Network;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.download.DownloadCredentials;
import io.github.mmupgrade.download.DownloadProxy;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.remote.ssh.SshSecrets;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;

/** What the build's settings tell, its secrets decrypted. A secret is never a parameter, because {@code mvn -X} prints each one. */
public final class Credentials {

    private final MavenSession session;
    private final SettingsDecrypter decrypter;

    public Credentials(MavenSession session, SettingsDecrypter decrypter) {
        this.session = session;
        this.decrypter = decrypter;
    }

    /**
     * The incoming webhook for announcements: the password of a server in settings.xml, else the environment variable.
     *
     * @param serverId the server's id; a server that is not there means that nothing is announced
     */
    public Optional<URI> webhook(String serverId) {
        return webhook(serverId, PropertyNames.WEBHOOK_VARIABLE, "announcements");
    }

    /**
     * The incoming webhook that is told how a goal ended: the password of a server in settings.xml, else the environment
     * variable.
     *
     * @param serverId the server's id; a server that is not there means that nobody is told
     */
    public Optional<URI> notification(String serverId) {
        return webhook(serverId, PropertyNames.NOTIFY_VARIABLE, "notifications");
    }

    private Optional<URI> webhook(String serverId, String variable, String purpose) {
        return secret(serverId, variable).map(text -> {
            try {
                URI url = new URI(text.strip());
                if (url.getHost() != null && String.valueOf(url.getScheme()).matches("(?i)https?")) {
                    return url;
                }
            } catch (URISyntaxException e) {
                // the text is a secret, so neither it nor the exception that quotes it may be shown
            }
            throw new RefusedException(
                    "The webhook for " + purpose + " is not a URL. Nothing was changed.",
                    Hint.of("Put the URL that Mattermost shows for the incoming webhook into the password of the"
                            + " server '" + serverId + "' in settings.xml, or into the variable " + variable + "."));
        });
    }

    /**
     * A database on whose server the scratch database of a rehearsal is made: the password of a server in settings.xml,
     * else the environment variable.
     *
     * @param serverId the server's id; a server that is not there means an embedded PostgreSQL
     * @throws RefusedException when it is no data source; the message does not hold it
     */
    public Optional<DataSource> rehearsalDatabase(String serverId) {
        return dataSource(serverId, PropertyNames.REHEARSAL_VARIABLE);
    }

    /**
     * An administrator's way to the Mattermost server's database: the password of a server in settings.xml, else the
     * environment variable.
     *
     * @param serverId the server's id; a server that is not there means the Mattermost server's own way
     * @throws RefusedException when it is no data source; the message does not hold it
     */
    public Optional<DataSource> administration(String serverId) {
        return dataSource(serverId, PropertyNames.ADMINISTRATION_VARIABLE);
    }

    /**
     * The PostgreSQL database that a conversion goes to: the given data source with the user and the password of a server
     * in settings.xml; where none is given, the password of that server or the environment variable is the whole data
     * source.
     *
     * @param given the data source without a password; null when the whole one is a secret
     * @param serverId the server's id; a server that is not there has no password
     * @throws RefusedException when it is no data source, or the given one has a password
     */
    public Optional<DataSource> convertedDatabase(String given, String serverId) {
        if (given == null || given.isBlank()) {
            return dataSource(serverId, PropertyNames.CONVERSION_VARIABLE);
        }
        DataSource open = DataSource.parse(given);
        if (!open.password().isEmpty()) {
            throw new RefusedException(
                    PropertyNames.CONVERT_DATABASE
                            + " has a password in it, which everybody could read in a log. Nothing" + " was changed.",
                    Hint.of("Leave it out, and put the password into the server '" + serverId + "' of settings.xml."));
        }
        Optional<Server> login = server(serverId);
        String user =
                login.map(Server::getUsername).filter(Credentials::isGiven).orElse(open.user());
        return Optional.of(open.withLogin(
                user,
                login.map(Server::getPassword).filter(Credentials::isGiven).orElse("")));
    }

    private Optional<DataSource> dataSource(String serverId, String variable) {
        return secret(serverId, variable).map(DataSource::parse);
    }

    private Optional<String> secret(String serverId, String variable) {
        return server(serverId)
                .map(Server::getPassword)
                .filter(Credentials::isGiven)
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(Credentials::isGiven);
    }

    /** Maven leaves the name of a variable that is not set as it stands. */
    private static boolean isGiven(String text) {
        return !text.isBlank() && !text.strip().matches("\\$\\{env\\.[^}]*}");
    }

    /** How the network is reached: the active proxies, and the login for a mirror of the vendor's archives. */
    public Network network(String mirrorServerId) {
        List<DownloadProxy> proxies = new ArrayList<>();
        for (Proxy given : session.getSettings().getProxies()) {
            if (given.isActive()) {
                Proxy proxy =
                        decrypt(new DefaultSettingsDecryptionRequest(given)).getProxy();
                proxies.add(new DownloadProxy(
                        proxy.getProtocol(),
                        proxy.getHost(),
                        proxy.getPort(),
                        login(proxy.getUsername(), proxy.getPassword()),
                        proxy.getNonProxyHosts() == null ? "" : proxy.getNonProxyHosts()));
            }
        }
        Optional<DownloadCredentials> mirror =
                server(mirrorServerId).flatMap(found -> login(found.getUsername(), found.getPassword()));
        return new Network(proxies, mirror);
    }

    /**
     * What settings.xml has for logging in to another machine.
     *
     * @param user the login; null when it is not said
     * @param privateKey the private key; null when it is not said
     * @param secrets what ssh and sudo may ask for
     */
    public record Ssh(String user, Path privateKey, SshSecrets secrets) {}

    /**
     * How to log in to another machine.
     *
     * @param serverId the server's id; one that is not there says nothing
     * @param sudoServerId the id of the server whose password is for sudo; null for the same
     */
    public Ssh ssh(String serverId, String sudoServerId) {
        Optional<Server> login = server(serverId);
        Optional<String> password = login.map(Server::getPassword).filter(Credentials::isGiven);
        Optional<String> sudo = sudoServerId == null
                ? password
                : server(sudoServerId).map(Server::getPassword).filter(Credentials::isGiven);
        return new Ssh(
                login.map(Server::getUsername).filter(Credentials::isGiven).orElse(null),
                login.map(Server::getPrivateKey)
                        .filter(Credentials::isGiven)
                        .map(text -> Path.of(text.replaceFirst("^~(?=/)", System.getProperty("user.home"))))
                        .orElse(null),
                new SshSecrets(password, login.map(Server::getPassphrase).filter(Credentials::isGiven), sudo));
    }

    /**
     * What the place asks for that backups are handed over to. The password may come from the environment variable.
     *
     * @param serverId the server's id; one that is not there says nothing
     */
    public Optional<Elsewhere.Login> elsewhere(String serverId) {
        Ssh login = ssh(serverId, null);
        return Optional.of(new Elsewhere.Login(
                secret(serverId, PropertyNames.BACKUP_VARIABLE).orElse(null),
                login.secrets().passphrase().orElse(null),
                login.user(),
                login.privateKey()));
    }

    /** Whether the build is offline ({@code -o}). */
    public boolean offline() {
        return session.isOffline();
    }

    private static Optional<DownloadCredentials> login(String user, String password) {
        return user == null
                ? Optional.empty()
                : Optional.of(new DownloadCredentials(user, password == null ? "" : password));
    }

    private Optional<Server> server(String id) {
        Server given = id == null ? null : session.getSettings().getServer(id);
        return given == null
                ? Optional.empty()
                : Optional.of(
                        decrypt(new DefaultSettingsDecryptionRequest(given)).getServer());
    }

    private SettingsDecryptionResult decrypt(DefaultSettingsDecryptionRequest request) {
        SettingsDecryptionResult result = decrypter.decrypt(request);
        List<String> problems = result.getProblems().stream()
                .filter(problem -> problem.getSeverity() != SettingsProblem.Severity.WARNING)
                .map(SettingsProblem::getMessage)
                .toList();
        if (!problems.isEmpty()) {
            throw new RefusedException(
                    "A password in settings.xml cannot be decrypted: " + String.join("; ", problems)
                            + ". Nothing was changed.",
                    Hint.of("Check settings-security.xml and the encrypted password ('mvn --encrypt-password')."));
        }
        return result;
    }
}
