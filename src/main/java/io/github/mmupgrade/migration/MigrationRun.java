package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.StandaloneBackup;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A run of the destination's journal that is a migration, and what it knows of its source. It has one hop, from the
 * installed release to the same one.
 *
 * @param run the run
 */
public record MigrationRun(Run run) {

    private static final String SOURCE_IS_SERVER = "sourceIsServer";
    private static final String SOURCE_RELEASE = "sourceRelease";
    private static final String SOURCE_EDITION = "sourceEdition";
    private static final String SERVICE = "sourceService.";
    private static final String KEEP_RUNNING = "keepSourceRunning";
    private static final String LEAVE_STOPPED = "leaveSourceStopped";
    private static final String AHEAD = "copySourceAhead";
    private static final String CONVERTS = "convertsDatabase";
    private static final String EXCLUDE = "convertExclude";
    private static final String ON_BAD_VALUE = "convertOnBadValue";
    private static final String JOBS = "convertJobs";
    private static final String KEEP = "keep";
    private static final String OWNER = "owner";

    /** Of the first hop: whether the source ran before it was read. */
    static final String SOURCE_RAN = "sourceRan";

    /** Of the first hop: the backup that everything is taken from, and its name. */
    static final String SOURCE_BACKUP = "sourceBackup";

    static final String SOURCE_BACKUP_NAME = "sourceBackupName";

    /** Of the first hop: the checksum of the definitions in the source's database, of which a copy was loaded ahead. */
    static final String DEFINITIONS = "sourceDefinitions";

    private static final String STOP_SOURCE = "stop source";
    private static final String START_SOURCE = "start source";

    /** The run as a migration; empty when it is an upgrade. */
    public static Optional<MigrationRun> of(Run run) {
        return run.isMigration() ? Optional.of(new MigrationRun(run)) : Optional.empty();
    }

    /** What a migration that begins must keep for its later stages. */
    static Map<String, String> facts(
            MigrationOptions options,
            MigrationSource source,
            InstalledRelease installed,
            Owner owner,
            boolean converts) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(JournalKeys.FROM, installed.version().toString());
        facts.put(JournalKeys.TARGET, installed.version().toString());
        facts.put(JournalKeys.EDITION, installed.edition().key());
        facts.put(JournalKeys.HOPS, "1");
        facts.put(OWNER, owner.toString());
        facts.put(JournalKeys.SOURCE, source.root().toString());
        facts.put(SOURCE_IS_SERVER, Boolean.toString(source.server().isPresent()));
        facts.put(SOURCE_RELEASE, source.end().release().toString());
        facts.put(SOURCE_EDITION, source.end().edition().key());
        facts.put(KEEP_RUNNING, Boolean.toString(options.keepSourceRunning()));
        facts.put(LEAVE_STOPPED, Boolean.toString(options.leaveSourceStopped()));
        facts.put(AHEAD, Boolean.toString(copiesAhead(options, source)));
        facts.put(KEEP, String.join(",", options.keep()));
        if (converts) {
            facts.put(CONVERTS, Boolean.toString(true));
            facts.put(EXCLUDE, String.join(",", options.conversion().exclude()));
            facts.put(ON_BAD_VALUE, options.conversion().onBadValue().name());
            facts.put(JOBS, Integer.toString(options.conversion().jobs()));
        }
        source.server().ifPresent(context -> putService(facts, context));
        return facts;
    }

    /** Who finds out the service of a server that is stopped finds less than who asks it while it runs. */
    private static void putService(Map<String, String> facts, GoalContext source) {
        UpgradeOptions.Service given = source.options().service();
        InstalledServer server = source.server();
        facts.put(SERVICE + "kind", server.control().kind().key());
        put(facts, "name", given.name() == null ? server.control().name() : given.name());
        put(facts, "start", given.startCommand());
        put(facts, "stop", given.stopCommand());
        put(facts, "status", given.statusCommand());
        put(facts, "environment", given.environmentFile());
    }

    private static void put(Map<String, String> facts, String name, Object value) {
        if (value != null) {
            facts.put(SERVICE + name, value.toString());
        }
    }

    /** The installation's or the backup's directory. */
    public Path source() {
        return Path.of(run.requireFact(0, JournalKeys.SOURCE));
    }

    /** Whether the source is an installation of this host. */
    boolean fromServer() {
        return flag(SOURCE_IS_SERVER);
    }

    boolean keepSourceRunning() {
        return flag(KEEP_RUNNING);
    }

    boolean leaveSourceStopped() {
        return flag(LEAVE_STOPPED);
    }

    /**
     * Whether most of the source is copied while it still runs: only a source that is stopped for good keeps anybody
     * waiting for the destination.
     */
    boolean copiesAhead() {
        return run.fact(0, AHEAD).map(Boolean::parseBoolean).orElse(false);
    }

    static boolean copiesAhead(MigrationOptions options, MigrationSource source) {
        return options.leaveSourceStopped()
                && source.server()
                        .filter(other -> other.server().running().isPresent())
                        .isPresent();
    }

    /** What the definitions were when a copy of the source's database was loaded ahead; empty when none was. */
    Optional<String> loadedAhead() {
        return run.isDone(1, StageName.LOAD_SOURCE_AHEAD) ? run.fact(1, DEFINITIONS) : Optional.empty();
    }

    /** Whether the source's database is on MySQL, and the destination's on PostgreSQL. */
    boolean converts() {
        return run.fact(0, CONVERTS).isPresent();
    }

    /** How the database is converted. */
    ConversionOptions conversion() {
        String exclude = run.requireFact(0, EXCLUDE);
        return new ConversionOptions(
                Optional.empty(),
                exclude.isEmpty() ? List.of() : List.of(exclude.split(",", -1)),
                ConversionOptions.OnBadValue.valueOf(run.requireFact(0, ON_BAD_VALUE)),
                Integer.parseInt(run.requireFact(0, JOBS)));
    }

    private boolean flag(String name) {
        return Boolean.parseBoolean(run.requireFact(0, name));
    }

    /** The settings that stay the destination's. */
    List<String> keep() {
        String names = run.requireFact(0, KEEP);
        return names.isEmpty() ? List.of() : List.of(names.split(",", -1));
    }

    /** The release of the source. */
    InstalledRelease sourceRelease() {
        return new InstalledRelease(
                Version.parse(run.requireFact(0, SOURCE_RELEASE)),
                Edition.parse(run.requireFact(0, SOURCE_EDITION)),
                "it was installed when the migration began");
    }

    /** Whom the destination belongs to. */
    Owner owner() {
        String[] ids = run.requireFact(0, OWNER).split(":", -1);
        return new Owner(Integer.parseInt(ids[0]), Integer.parseInt(ids[1]));
    }

    /** What the options of another call differ in from those that the migration was begun with; empty for nothing. */
    List<String> differencesTo(MigrationOptions options) {
        List<String> found = new ArrayList<>();
        difference("mattermost.migrate.keepSourceRunning", keepSourceRunning(), options.keepSourceRunning())
                .ifPresent(found::add);
        difference("mattermost.migrate.leaveSourceStopped", leaveSourceStopped(), options.leaveSourceStopped())
                .ifPresent(found::add);
        difference("mattermost.migrate.keep", String.join(",", keep()), String.join(",", options.keep()))
                .ifPresent(found::add);
        if (converts()) {
            difference(
                            "mattermost.convert.exclude",
                            run.requireFact(0, EXCLUDE),
                            String.join(",", options.conversion().exclude()))
                    .ifPresent(found::add);
        }
        return found;
    }

    /** Who was told of values that PostgreSQL does not take may have decided to let them be repaired. */
    void repairFromNowOn(ConversionOptions asked) {
        if (converts() && asked.repairs() && !conversion().repairs() && !run.isBegun(1, StageName.MIGRATE_DATABASE)) {
            run.note(0, StageName.RUN, Map.of(ON_BAD_VALUE, asked.onBadValue().name()));
        }
    }

    private static Optional<String> difference(String property, Object begun, Object asked) {
        return begun.equals(asked)
                ? Optional.empty()
                : Optional.of(property + " was '" + begun + "' and is '" + asked + "' now");
    }

    /** The source as a place of its own; it must be an installation. */
    GoalContext sourcePlace(GoalContext destination) {
        UpgradeOptions.Service service = new UpgradeOptions.Service(
                run.requireFact(0, SERVICE + "kind"),
                service("name"),
                service("start"),
                service("stop"),
                service("status"),
                Optional.ofNullable(service("environment")).map(Path::of).orElse(null));
        return GoalContext.open(
                destination.options().elsewhere(source(), service),
                destination.host(),
                destination.reporter(),
                destination.clock());
    }

    /** Works on the source under its lock. */
    <T> T atSource(GoalContext destination, Function<GoalContext, T> work) {
        GoalContext source = sourcePlace(destination);
        try (ExclusiveLock lock = source.lock(Goal.MIGRATE)) {
            destination.reporter().debug("Lock of the source taken: " + lock.holder());
            return work.apply(source);
        } catch (IOException e) {
            throw new UncheckedIOException("The lock of the source cannot be given back", e);
        }
    }

    private String service(String name) {
        return run.fact(0, SERVICE + name).orElse(null);
    }

    /** Whether the source was seen running in this migration. */
    boolean sourceRan() {
        return run.fact(1, SOURCE_RAN).map(Boolean::parseBoolean).orElse(false);
    }

    /** What the source's database is called while it waits. */
    String loaded(String database) {
        return DatabaseNames.restored(database, run.id());
    }

    /** What the destination's former database is called when it has given up its name. */
    String kept(String database) {
        return DatabaseNames.frozen(database, run.id());
    }

    /** Whether this migration has stopped the source and not started it again. */
    boolean holdsSource() {
        boolean held = false;
        for (JournalEvent event : run.events()) {
            if (STOP_SOURCE.equals(event.step())) {
                held = true;
            } else if (START_SOURCE.equals(event.step()) && event.kind() == Kind.DONE) {
                held = false;
            }
        }
        return held && sourceRan();
    }

    /** Saves the stopped source's database in its backup, unless it is there. */
    void completeSource(GoalContext destination) {
        if (Backup.open(Path.of(run.requireFact(1, SOURCE_BACKUP))).manifest().state() == BackupState.COMPLETE) {
            return;
        }
        atSource(destination, source -> {
            if (source.server().running().isPresent()) {
                throw new RefusedException(
                        "The source " + source() + " runs again, so its database is not what its files in the backup "
                                + run.requireFact(1, SOURCE_BACKUP_NAME) + " belong to. It was not dumped.",
                        Hint.run(
                                "Make another backup of the source if you need one.",
                                Goal.BACKUP,
                                "mattermost.installDirectory=" + source()));
            }
            return new StandaloneBackup(source).complete(source.server(), run.requireFact(1, SOURCE_BACKUP_NAME));
        });
    }

    /** Stops the source and makes sure that nobody writes to it. */
    void stopSource(GoalContext source) {
        run.step(1, StageName.READ_SOURCE, STOP_SOURCE, Map.of(), () -> {
            new ServerLifecycle(source).stop();
            new ServerLifecycle(source).requireNoOtherWriter();
        });
    }

    /** Starts the source and waits until it answers. */
    void startSource(GoalContext source) {
        run.step(1, StageName.READ_SOURCE, START_SOURCE, Map.of(), () -> new ServerLifecycle(source)
                .startAndWait(sourceRelease().version()));
    }

    @Override
    public String toString() {
        return run.toString();
    }
}
