package io.github.mmupgrade.context;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.config.Origin;
import io.github.mmupgrade.connection.PeerLogin;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.service.ServiceControl;
import io.github.mmupgrade.service.ServiceKind;
import io.github.mmupgrade.service.UnitDescription;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The server of an installation as it is at one moment: how it is managed, whether it runs, and with which settings.
 *
 * <p>The effective configuration decides, never the file alone: for a running server its process's environment and
 * arguments, for a stopped one those of its service.
 */
public final class InstalledServer {

    private static final String DEFAULT_FILE_STORE = "./data/";

    private final Installation installation;
    private final Host host;
    private final ServiceFactory services;
    private final ServiceControl control;
    private final RefusedException noService;
    private final boolean reading;
    private final RunningServer running;
    private final String configLocation;
    private final Map<String, String> environment;
    private final Path toolsDirectory;
    private final Optional<DataSource> administration;
    private final ConfigDocument given;

    private InstalledServer(
            Installation installation,
            Host host,
            ServiceFactory services,
            ListenAddress listen,
            RunningServer running,
            Path toolsDirectory,
            Optional<DataSource> administration,
            boolean reading,
            ConfigDocument given) {
        this.installation = installation;
        this.host = host;
        this.services = services;
        this.reading = reading;
        ServiceControl found = null;
        RefusedException none = null;
        try {
            found = services.service(listen, running);
        } catch (RefusedException e) {
            if (!reading) {
                throw e;
            }
            none = e;
        }
        this.control = found;
        this.noService = none;
        this.running = running;
        this.toolsDirectory = toolsDirectory;
        this.administration = administration;
        this.given = given;
        this.environment = running == null ? settingsOf(unit().environment()) : running.settings();
        this.configLocation = (running == null ? unit().configLocation() : running.configLocation()).orElse(null);
    }

    /**
     * Looks at the server of an installation. Changes nothing.
     *
     * @param toolsDirectory where {@code pg_dump} and its like are; null to search for them
     * @param administration how an administrator reaches the database; empty for the server's own way
     * @param reading whether it is only looked at, so that no service is needed
     */
    static InstalledServer inspect(
            Installation installation,
            Host host,
            ServiceFactory services,
            Path toolsDirectory,
            Optional<DataSource> administration,
            boolean reading) {
        Set<Integer> owners = ownersIn(installation.directory());
        // anybody may start a program that looks like the server, and what the server was given decides what is done
        RunningServer running = RunningServer.find(host, installation.directory()).stream()
                .min(Comparator.comparing(
                        found -> !owners.contains(found.owner().uid())))
                .orElse(null);
        InstalledServer first = new InstalledServer(
                installation, host, services, null, running, toolsDirectory, administration, reading, null);
        ListenAddress listen;
        try {
            listen = first.listenAddress();
        } catch (RefusedException unreadable) {
            // a broken configuration must not keep anyone from stopping the server or from going back
            return first;
        }
        return new InstalledServer(
                installation, host, services, listen, running, toolsDirectory, administration, reading, null);
    }

    /** Who owns what a server uses. */
    private static Set<Integer> ownersIn(Path directory) {
        Set<Integer> owners = new HashSet<>(Set.of(Owner.ROOT.uid()));
        for (String name : List.of("", "bin", "config", "config/config.json", "data", "logs", "plugins")) {
            try {
                owners.add(FileStat.of(directory.resolve(name)).uid());
            } catch (IOException e) {
                // not there, or elsewhere
            }
        }
        return owners;
    }

    /** The same server as its service would start it now, whatever runs. */
    public InstalledServer asStopped() {
        return new InstalledServer(
                installation, host, services, null, null, toolsDirectory, administration, reading, given);
    }

    /** The same server as it will be with another configuration in the place of the stored one. */
    public InstalledServer configuredBy(ConfigDocument document) {
        return new InstalledServer(
                installation, host, services, null, running, toolsDirectory, administration, reading, document);
    }

    private static Map<String, String> settingsOf(Map<String, String> all) {
        Map<String, String> settings = new TreeMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith("MM_")) {
                settings.put(name, value);
            }
        });
        return settings;
    }

    public Installation installation() {
        return installation;
    }

    /**
     * How it is started and stopped.
     *
     * @throws RefusedException when it is only looked at, and no service was found
     */
    public ServiceControl control() {
        if (control == null) {
            throw noService;
        }
        return control;
    }

    /** How its service is set up; where none was found for one that is only looked at, nothing is set. */
    UnitDescription unit() {
        return control == null ? UnitDescription.of(ServiceKind.PROCESS, "none", Map.of(), List.of()) : control.unit();
    }

    /** The running process; empty when the server is stopped. */
    public Optional<RunningServer> running() {
        return Optional.ofNullable(running);
    }

    /** Whom it runs as: the user of its process, else that of its unit, else the owner of its program. */
    public Owner user() {
        return running()
                .map(RunningServer::owner)
                .or(() -> Optional.ofNullable(unit().user()).flatMap(new Users(host)::find))
                .orElseGet(installation::owner);
    }

    /** Whether the configuration lives in a database instead of a file. */
    public boolean configuredInDatabase() {
        return configLocation != null && DataSource.isDataSource(configLocation);
    }

    /** The file of the configuration; may be a link. Empty when it lives in a database. */
    public Optional<Path> configFile() {
        if (configuredInDatabase()) {
            return Optional.empty();
        }
        if (configLocation == null) {
            return Optional.of(installation.configFile());
        }
        Path given = Path.of(configLocation);
        if (given.isAbsolute()) {
            return Optional.of(given);
        }
        // the server looks in its working directory, in config/ there, and beside its program (fileutils.FindFile)
        Path directory = Optional.ofNullable(running)
                .flatMap(RunningServer::directory)
                .or(() -> Optional.ofNullable(unit().directory()))
                .orElse(installation.directory());
        return List.of(
                        directory.resolve(given),
                        directory.resolve("config").resolve(given),
                        installation.directory().resolve(given),
                        installation.config().resolve(given))
                .stream()
                .filter(Files::exists)
                .findFirst()
                .or(() -> Optional.of(installation.config().resolve(given)));
    }

    /**
     * The configuration as it is stored.
     *
     * @throws RefusedException when it cannot be read or is not JSON
     */
    public ConfigDocument document() {
        if (given != null) {
            return given;
        }
        if (configuredInDatabase()) {
            try (Database store = openConfigurationDatabase()) {
                byte[] active = store.activeConfiguration()
                        .orElseThrow(() -> new RefusedException(
                                "The configuration database has no active configuration. Nothing was changed.",
                                Hint.of("Check the data source in MM_CONFIG or -c.")));
                return ConfigDocument.parse(active, "the active configuration in the database");
            }
        }
        return ConfigDocument.read(configFile().orElseThrow());
    }

    /**
     * Writes the configuration where it is stored. A file keeps its links, mode and owner; bytes that are there already
     * are not written again.
     *
     * @throws StageFailedException when it cannot be written; the old one is whole
     */
    public void writeConfiguration(ConfigDocument document) {
        if (configuredInDatabase()) {
            try (Database store = openConfigurationDatabase()) {
                if (!Arrays.equals(document.bytes(), store.activeConfiguration().orElse(null))) {
                    store.replaceActiveConfiguration(document.bytes());
                }
            }
            return;
        }
        Path file = configFile().orElseThrow();
        try {
            if (!Files.exists(file)
                    || !Arrays.equals(document.bytes(), PlainFile.read(file, ConfigDocument.MOST_BYTES))) {
                document.writeTo(file);
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The configuration cannot be written to " + file + ": " + IoReason.of(e) + ". It was not changed.",
                    Hint.of("Make the file writable and free some space on its file system, then run the goal again."),
                    e);
        }
    }

    /** The settings the server really runs with. */
    public EffectiveConfiguration effective() {
        return EffectiveConfiguration.of(
                document(), environment, configuredInDatabase() ? Origin.DATABASE : Origin.FILE);
    }

    /** The variables that override settings. */
    public Map<String, String> environment() {
        return environment;
    }

    /**
     * The database the server really uses.
     *
     * @throws RefusedException when the settings name none
     */
    public DataSource dataSource() {
        EffectiveConfiguration effective = effective();
        String driver = effective.text("SqlSettings.DriverName").orElse("postgres");
        String source = effective
                .text("SqlSettings.DataSource")
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new RefusedException(
                        "SqlSettings.DataSource is not set in " + document().name() + ". Nothing was changed.",
                        Hint.of("If it is set in the server's environment, start the server, or give"
                                + " its service or environment file.")));
        return DataSource.parse(driver, source);
    }

    /** Opens the database the server really uses. */
    public Database openDatabase() {
        return Databases.open(reachable(), host, tools());
    }

    /**
     * Opens the database the server really uses without asking it anything: a killed freeze may have left it so that it
     * takes no connections, and the copies beside it are reached all the same.
     */
    public Database openDatabaseUnchecked() {
        return Databases.openUnchecked(reachable(), host, tools());
    }

    /** The database for what needs no session with it, such as reading a dump; it may be down. */
    public Database databaseForDumps() {
        return Databases.openUnchecked(dataSource(), host, tools());
    }

    /** Opens another database of the same server, such as one that waits to take this one's name. */
    public Database openDatabase(String name) {
        return Databases.open(reachable().withDatabase(name), host, tools());
    }

    /** Whether the configuration lives in the very database that the server uses. */
    public boolean configuredInItsDatabase() {
        return configuredInDatabase() && DataSource.parse(configLocation).isSameDatabaseAs(dataSource());
    }

    private Database openConfigurationDatabase() {
        return Databases.open(login().resolve(DataSource.parse(configLocation)), host, tools());
    }

    /** How the database is reached from here: by the administrator's data source, else as the server itself does. */
    public DataSource reachable() {
        DataSource own = login().resolve(dataSource());
        return administration.map(given -> Databases.administered(given, own)).orElse(own);
    }

    /** The user that the server logs in as where the database goes by the operating-system user. */
    private PeerLogin login() {
        return new PeerLogin(host, user());
    }

    private DatabaseTools tools() {
        return DatabaseTools.in(host, toolsDirectory).onBehalfOf(user());
    }

    /** The directory of the file store; empty when the files are in a bucket. */
    public Optional<Path> fileStore() {
        EffectiveConfiguration effective = effective();
        String driver = effective.text("FileSettings.DriverName").orElse("local");
        if (!driver.isBlank() && !driver.equals("local")) {
            return Optional.empty();
        }
        String directory = effective
                .text("FileSettings.Directory")
                .filter(text -> !text.isBlank())
                .orElse(DEFAULT_FILE_STORE);
        Path base = Optional.ofNullable(running)
                .flatMap(RunningServer::directory)
                .or(() -> Optional.ofNullable(unit().directory()))
                .filter(working -> working.startsWith(installation.directory()))
                .orElse(installation.directory());
        return Optional.of(base.resolve(directory).normalize());
    }

    /** Where the server listens. */
    public ListenAddress listenAddress() {
        EffectiveConfiguration effective = effective();
        return ListenAddress.of(
                effective.text("ServiceSettings.ListenAddress").orElse(null),
                effective.text("ServiceSettings.SiteURL").orElse(null),
                effective.text("ServiceSettings.ConnectionSecurity").orElse(null));
    }

    /** The public URL; empty when none is configured. */
    public Optional<URI> siteUrl() {
        return effective()
                .text("ServiceSettings.SiteURL")
                .filter(text -> !text.isBlank())
                .map(URI::create);
    }
}
