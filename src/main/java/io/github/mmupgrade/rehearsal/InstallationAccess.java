package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SchemaSnapshot;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.preflight.HopChecks;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.rollback.Recovery;
import io.github.mmupgrade.rollback.Rollback;
import io.github.mmupgrade.rollback.UpgradeUndo;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.stages.StageRunner;
import io.github.mmupgrade.unpack.ArchiveUnpacker;
import io.github.mmupgrade.unpack.UnpackLimits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is done with an installation besides the goals, for those who work on a copy of it. */
public final class InstallationAccess {

    /** With its log, a copy in PostgreSQL takes so many times what the database takes in MySQL. */
    private static final int SIZE_IN_POSTGRES = 2;

    private final GoalContext context;
    private final ReleaseSources sources;
    private PlannedUpgrade forecast;

    /**
     * Opens an installation.
     *
     * @throws io.github.mmupgrade.report.RefusedException when there is none
     */
    public InstallationAccess(UpgradeOptions options, Host host, Reporter reporter, Clock clock) {
        this.context = GoalContext.open(options, host, reporter, clock);
        this.sources = new ReleaseSources(context);
    }

    /**
     * A backup as something to make a copy of; it is read through first.
     *
     * @param backup its name, when there is the installation, or its directory
     * @throws io.github.mmupgrade.report.RefusedException when it cannot be copied from
     */
    public static RehearsalSource saved(
            UpgradeOptions options, Host host, Reporter reporter, Clock clock, String backup) {
        Backup found = backup.contains("/")
                ? Backup.open(host.path(backup).toAbsolutePath().normalize())
                : new Backups(GoalContext.open(options, host, reporter, clock)).chosen(backup);
        return new RehearsalBackup(found, options, host, reporter).read();
    }

    /**
     * Unpacks a release archive.
     *
     * @param target must not exist
     * @param list where the list of what is in it is written
     * @return the target
     */
    public static Path unpack(Host host, Reporter reporter, VerifiedArchive archive, Path target, Path list) {
        return new ArchiveUnpacker(host, ReleaseSources.processor(), reporter)
                .unpack(archive, target, list, UnpackLimits.DEFAULT)
                .directory();
    }

    /** The name that its state goes by, which no other installation of the host has. */
    public String stateName() {
        return context.installation().stateName();
    }

    /**
     * Where an upgrade would lead. Reads only.
     *
     * @throws io.github.mmupgrade.report.RefusedException when there is no way
     */
    public UpgradePreview outlook() {
        PlannedUpgrade found = forecast();
        return new UpgradePreview(
                found.installed().version(),
                found.path().target().version(),
                found.path().hops().stream().map(Hop::to).toList());
    }

    /** What an administrator has to have read before an upgrade, a line each; may be fetched. */
    public List<String> notes() {
        return forecast().notes(sources).lines();
    }

    private PlannedUpgrade forecast() {
        if (forecast == null) {
            forecast = PlannedUpgrade.make(context, context.server(), sources);
        }
        return forecast;
    }

    /**
     * Makes sure that every archive of the path is available and that something vouches for it. Reads none of them.
     *
     * @throws io.github.mmupgrade.report.RefusedException naming all for which that is not so
     */
    public void requireArchives() {
        new ArchiveChecks(sources).require(forecast().path(), forecast().edition());
    }

    /**
     * Fetches and verifies the archives of the way, and looks whether each release takes the configuration and has the
     * program that the service starts.
     *
     * @throws io.github.mmupgrade.report.RefusedException when an archive cannot be fetched or is not the one, or when a
     *     release would not work here
     */
    public void fetchArchives() {
        Map<Version, Path> archives = new HashMap<>();
        for (Hop hop : forecast().path().hops()) {
            archives.put(
                    hop.to(), sources.archive(hop.to(), forecast().edition()).file());
        }
        new HopChecks(context)
                .foresee(context.server(), forecast(), release -> Optional.ofNullable(archives.get(release)));
    }

    /** The installation as something to make a copy of. Reads only. */
    public RehearsalSource original() {
        InstalledServer server = context.server();
        InstalledRelease installed = InstalledRelease.read(context, server);
        EffectiveConfiguration effective = server.effective();
        List<String> remarks = new ArrayList<>();
        leftOut(server, effective)
                .forEach(name -> remarks.add("the variable " + name
                        + " does not override a setting of the stored configuration and was left out"));
        if (server.configuredInDatabase()) {
            remarks.add("the configuration is stored in a database; the copy has a file with the same settings");
        }
        try (Database database = server.openDatabase()) {
            database.requireTools();
            BackupDump.requireSafe(server, database);
            DataSource source = database.dataSource();
            return new RehearsalSource(
                    installed.version(),
                    installed.edition(),
                    effective.asDocument(),
                    effective.secretValues(),
                    remarks,
                    new RehearsalSource.DatabaseOf(
                            source.kind(),
                            database.serverVersion().major(),
                            database.sizeBytes(),
                            Optional.of(source),
                            source.toString(),
                            way(database),
                            this::dump),
                    new RehearsalSource.Programs(
                            Optional.of(context.installation().directory()), Optional.empty(), Optional.empty()),
                    server.fileStore(),
                    context.installation().owner());
        }
    }

    /**
     * The installation as something whose database is moved to PostgreSQL. Reads only.
     *
     * @param major the major version of a PostgreSQL that is started for it; 0 when one is given
     */
    RehearsalSource toConvert(int major) {
        InstalledServer server = context.server();
        InstalledRelease installed = InstalledRelease.read(context, server);
        EffectiveConfiguration effective = server.effective();
        try (Database database = server.openDatabase()) {
            return new RehearsalSource(
                    installed.version(),
                    installed.edition(),
                    effective.asDocument(),
                    effective.secretValues(),
                    List.of(),
                    new RehearsalSource.DatabaseOf(
                            DatabaseKind.POSTGRESQL,
                            major,
                            SIZE_IN_POSTGRES * database.sizeBytes(),
                            Optional.empty(),
                            database.dataSource().toString(),
                            DatabaseSaving.NONE,
                            directory -> {
                                throw new IllegalStateException("A conversion reads the database itself");
                            }),
                    new RehearsalSource.Programs(
                            Optional.of(context.installation().directory()), Optional.empty(), Optional.empty()),
                    server.fileStore(),
                    context.installation().owner());
        }
    }

    /** Variables that the copy cannot have as settings: what they would be in config.json is not known. */
    private static Set<String> leftOut(InstalledServer server, EffectiveConfiguration effective) {
        Set<String> found = new HashSet<>(server.environment().keySet());
        effective
                .overridden()
                .forEach(setting ->
                        found.remove("MM_" + setting.toUpperCase(Locale.ROOT).replace('.', '_')));
        found.remove("MM_CONFIG");
        return found;
    }

    private DatabaseSaving way(Database database) {
        return switch (context.options().backup().database()) {
            case NONE, COMMAND -> DatabaseSaving.NONE;
            case DUMP -> DatabaseSaving.DUMP;
            case AUTO, FROZEN, BASE_BACKUP ->
                new DatabaseMethods(context).forecast(database).freezes() ? DatabaseSaving.AUTO : DatabaseSaving.DUMP;
        };
    }

    private Path dump(Path directory) {
        try (Database database = context.server().openDatabase()) {
            // the server may have been started since
            BackupDump.requireSafe(context.server(), database);
            Path target = directory.resolve(database.preferredFormat().fileName());
            database.dump(target, database.preferredFormat());
            return target;
        }
    }

    /** How long a walk over everything that goes into a backup takes. Reads names and sizes only. */
    public Duration walk() {
        InstalledServer server = context.server();
        InstalledRelease release = InstalledRelease.read(context, server);
        long start = System.nanoTime();
        new Backups(context)
                .directory()
                .onBehalfOf(server.user())
                .survey(
                        BackupSources.of(
                                server,
                                new ShippedLists(context).of(release.version().toString(), release.edition()),
                                context.options().backup().files()),
                        0);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Starts the server when its release is known, and waits until it answers. */
    public void start(Version release) {
        new StageRunner(context, new Recovery(context, new Rollback(context, run -> new UpgradeUndo(context, run))))
                .locked(Goal.START, () -> new ServerLifecycle(context).startAndWait(release));
    }

    /** Tables, columns and indexes of the database as they are now. */
    public SchemaSnapshot schema() {
        try (Database database = context.server().openDatabase()) {
            return database.schema();
        }
    }

    /** What the database takes on its server's disk now, in bytes. */
    public long databaseBytes() {
        try (Database database = context.server().openDatabase()) {
            return database.sizeBytes();
        }
    }

    /** The configuration as it is stored now. */
    public ConfigDocument configuration() {
        return context.server().document();
    }
}
