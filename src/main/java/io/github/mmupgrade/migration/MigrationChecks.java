package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.conversion.ConversionChecks;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.postgres.PostgresServer;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupForecast;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.saving.WritableByServer;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Everything that could block a migration and can be known before anything is stopped. Changes nothing. */
final class MigrationChecks {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);
    private static final Set<DatabaseSaving> SAVING_WAYS = Set.of(DatabaseSaving.AUTO, DatabaseSaving.DUMP);
    private static final String UNTOUCHED = " Nothing was changed.";

    private final GoalContext context;
    private final MigrationSource source;
    private final MigrationOptions options;
    private final SourceBackup backup;
    private final InstalledServer server;
    private MigrationEndpoint destination;

    /**
     * Checks.
     *
     * @param backup reads a backup through, and remembers that it was
     */
    MigrationChecks(GoalContext context, MigrationSource source, MigrationOptions options, SourceBackup backup) {
        this.context = context;
        this.source = source;
        this.options = options;
        this.backup = backup;
        this.server = context.server();
    }

    /** Runs all checks, those of the two installations included. */
    List<CheckResult> run() {
        List<CheckResult> results = new ArrayList<>();
        results.add(ofSource("source", check("source", () -> source.end().toString())));
        results.add(check("separate", this::isAnotherOne));
        if (results.stream().anyMatch(MigrationChecks::refused)) {
            return results;
        }
        results.add(check("answers", this::answers));
        results.add(check("release", () -> compatibility()
                .releases(new ReleaseSources(context).catalogue(), options.allowOlder())));
        results.add(check("edition", () -> compatibility().editions()));
        boolean converts = SourceConversion.isNeeded(context, source);
        results.add(check(
                "database", () -> converts ? conversion() : compatibility().databaseServers()));
        results.add(check("files", () -> compatibility().fileStores()));
        results.add(check("configuration", this::configuration));
        results.addAll(source.server().map(this::installationChecks).orElseGet(this::backupChecks));
        if (converts) {
            for (CheckResult result :
                    new ConversionChecks(source.server().orElseThrow(), options.conversion()).ofMigratedSource()) {
                results.add(ofSource("conversion's " + result.name(), result));
            }
        }
        if (results.stream().noneMatch(MigrationChecks::refused)) {
            results.add(replaced());
            results.add(check("loading", this::loading));
            results.add(check("places", this::places));
            results.addAll(new Preflight(context, server).run());
        }
        // last, because it takes minutes
        if (source.backup().isPresent() && results.stream().noneMatch(MigrationChecks::refused)) {
            Path given = source.backup().get().root();
            results.add(check(
                    "reading", () -> backup.verified(given, context.reporter()).toString()));
        }
        return results;
    }

    private static boolean refused(CheckResult result) {
        return result.outcome() == CheckResult.Outcome.REFUSED;
    }

    private static CheckResult check(String name, Supplier<String> check) {
        try {
            return CheckResult.ok(name, check.get());
        } catch (ProblemException e) {
            return CheckResult.refused(name, e.getMessage(), e.hint());
        }
    }

    private Compatibility compatibility() {
        if (destination == null) {
            destination = MigrationSource.endOf(context, "the destination " + context.installation());
        }
        return new Compatibility(source.end(), destination);
    }

    /** What was written to a source that runs on would be missing, and nobody could tell. */
    private String conversion() {
        String kinds = "The source's database is on "
                + source.end().databaseServer().orElseThrow().product() + ", the destination's on PostgreSQL";
        boolean runs = source.server().orElseThrow().server().running().isPresent();
        if (runs && !options.leaveSourceStopped()) {
            throw new RefusedException(
                    kinds + "; its rows are converted, for which the source must stay stopped." + UNTOUCHED,
                    Hint.run(
                            "Move for good, or rehearse it at the source with 'rehearse'.",
                            Goal.MIGRATE,
                            "mattermost.migrate.leaveSourceStopped=true"));
        }
        try (SqlClient client = new SqlClient(server.reachable())) {
            if (client.pooled()) {
                throw new RefusedException(
                        "A pooler is in front of the destination's database " + server.dataSource()
                                + "; it would lose the settings of a copy." + UNTOUCHED,
                        Hint.of("Set a data source for administration that leads to PostgreSQL itself."));
            }
            String encoding = client.first("SHOW server_encoding", row -> row.getString(1))
                    .orElse("");
            if (!encoding.equals("UTF8")) {
                throw new RefusedException(
                        "The encoding of the destination's database " + server.dataSource() + " is " + encoding + "."
                                + UNTOUCHED,
                        Hint.of("Give the destination a database that was created with ENCODING 'UTF8' (and TEMPLATE"
                                + " template0)."));
            }
        }
        try (Database database = server.openDatabase()) {
            String name = database.dataSource().database();
            if (database.restoreWay(DatabaseNames.restored(name, "check")) != RestoreWay.NEW_DATABASE_AND_RENAME) {
                throw new RefusedException(
                        kinds + "; its rows are converted into a new database, and the destination's role cannot create"
                                + " databases." + UNTOUCHED,
                        Hint.of("As a superuser: ALTER ROLE "
                                + PostgresServer.quoted(database.dataSource().user()) + " CREATEDB;"));
            }
        }
        return kinds + "; every row is converted and compared";
    }

    /** Two servers on one directory, database or file store would be one server. */
    private String isAnotherOne() {
        if (source.server().isEmpty()) {
            return "a backup";
        }
        InstalledServer other = source.server().get().server();
        requireApart("installation", source.directory(), context.installation().directory());
        if (other.fileStore().isPresent() && server.fileStore().isPresent()) {
            requireApart(
                    "file store", other.fileStore().get(), server.fileStore().get());
        }
        if (other.dataSource().isSameDatabaseAs(server.dataSource())) {
            throw same("database", server.dataSource().toString());
        }
        return "directory, database and file store differ from the destination's";
    }

    private static void requireApart(String what, Path a, Path b) {
        Path first = real(a);
        Path second = real(b);
        if (first.startsWith(second) || second.startsWith(first)) {
            throw same(what, first.equals(second) ? first.toString() : first + " and " + second);
        }
    }

    private static Path real(Path path) {
        try {
            return Files.exists(path)
                    ? path.toRealPath()
                    : path.toAbsolutePath().normalize();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    private static RefusedException same(String what, String which) {
        return new RefusedException(
                "Source and destination have the same " + what + ", " + which + "." + UNTOUCHED,
                Hint.of("Give the destination its own " + what + ", start it and test it before you migrate to it."));
    }

    /** A destination that has not shown that it runs would be found out when the source's data are in it. */
    private String answers() {
        ServerAnswer answer = new ServerProbe(server.listenAddress(), ONE_ANSWER).ask();
        if (server.running().isEmpty() || !answer.healthy()) {
            throw new RefusedException(
                    "The destination does not answer on " + server.listenAddress() + " (" + answer
                            + "). Only a configured and running server can take over another server's data."
                            + UNTOUCHED,
                    Hint.run("Start it, and check that it works.", Goal.START));
        }
        return answer + " answers on " + server.listenAddress();
    }

    private String configuration() {
        MigratedConfig merged = MigratedConfig.of(
                source.configuration(),
                server.document(),
                options.keep(),
                source.directory(),
                context.installation().directory(),
                source.end().filesInDirectory());
        int kept = merged.merged().changes().size();
        int rewritten = merged.rewritten().size();
        return Amount.of(kept, "setting") + (kept == 1 ? " is" : " are") + " kept from the destination, "
                + Amount.of(rewritten, "path") + (rewritten == 1 ? " is" : " are") + " changed";
    }

    private List<CheckResult> installationChecks(GoalContext other) {
        List<CheckResult> results = new ArrayList<>();
        results.add(check("source's runs", () -> noRunUnderWay(other)));
        results.add(environment(other.server()));
        for (CheckResult result : new Preflight(other, other.server()).run()) {
            results.add(ofSource("source's " + result.name(), result));
        }
        return results;
    }

    /** What a check of the source advises is about the source, whose parameters have other names here. */
    private CheckResult ofSource(String name, CheckResult result) {
        Hint hint = result.hint();
        if (hint == null || source.server().isEmpty()) {
            return new CheckResult(name, result.outcome(), result.text(), hint);
        }
        List<String> hintOptions = new ArrayList<>(hint.options());
        hintOptions.add("mattermost.installDirectory=" + source.root());
        hintOptions.add("mattermost.service=" + options.service().kind());
        Hint ofSource = hint.goal() == null
                ? Hint.of(hint.text().replace("mattermost.service", "mattermost.source.service"))
                : new Hint(hint.text(), hint.goal(), hintOptions);
        return new CheckResult(name, result.outcome(), result.text(), ofSource);
    }

    private static String noRunUnderWay(GoalContext other) {
        other.openRun().ifPresent(run -> {
            throw new RefusedException(
                    "Run " + run + " of the source " + other.installation() + " is in progress." + UNTOUCHED,
                    Hint.run(
                            "Finish it or roll it back first. See the state of the source.",
                            Goal.STATUS,
                            "mattermost.installDirectory=" + other.installation()));
        });
        return "none is in progress";
    }

    /** What a service sets beside the configuration stays where the service is. */
    private CheckResult environment(InstalledServer other) {
        Map<String, String> only = new TreeMap<>(other.environment());
        only.entrySet().removeAll(server.environment().entrySet());
        only.keySet().removeIf(name -> name.startsWith("MM_SQLSETTINGS_") || name.equals("MM_CONFIG"));
        return only.isEmpty()
                ? CheckResult.ok("environment", "the source's service sets no variable that would be missing")
                : CheckResult.warning(
                        "environment",
                        "The source's service sets " + String.join(", ", only.keySet())
                                + ". They are not migrated; set them in the destination's service where they are"
                                + " wanted");
    }

    private List<CheckResult> backupChecks() {
        Backup given = source.backup().orElseThrow();
        List<CheckResult> results = new ArrayList<>();
        results.add(check("backup", () -> {
            SourceBackup.requireComplete(given);
            return "complete, made " + given.manifest().startedAt();
        }));
        if (given.manifest().serverRunning()) {
            results.add(CheckResult.warning(
                    "consistency",
                    "The backup was made of a running server: files and database may differ by seconds"));
        }
        return results;
    }

    /** Whoever takes source and destination for each other is told here. */
    private CheckResult replaced() {
        try (Database database = server.openDatabase()) {
            return CheckResult.warning(
                    "replaced",
                    "The destination's current data will be replaced: "
                            + database.counts().inWords()
                            + "; they are kept in a database with another name and in the destination's backup");
        }
    }

    /** How the database will come to its place; a dump of a backup is tried. */
    private String loading() {
        try (Database database = server.openDatabase()) {
            source.backup().map(SavedDatabase::of).ifPresent(saved -> database.checkDump(saved.dump(), saved.format()));
            requireRoom(database);
            String name = database.dataSource().database();
            if (database.restoreWay(DatabaseNames.restored(name, "check")) == RestoreWay.NEW_DATABASE_AND_RENAME) {
                return "into a new database, which is then renamed to " + name;
            }
            DatabaseSaving saving = context.options().backup().database();
            if (!SAVING_WAYS.contains(saving)) {
                throw new RefusedException(
                        "The destination's role cannot create databases, so its database must be dumped before it is"
                                + " replaced; mattermost.backup.database is '" + saving + "'." + UNTOUCHED,
                        Hint.of("Leave mattermost.backup.database out, or allow the role to create databases."));
            }
            return "in place, after the backup, because the role cannot create databases";
        }
    }

    /** A dump is smaller than its database, so what a backup tells is the least. */
    private void requireRoom(Database database) {
        long bytes = source.server()
                .map(other -> {
                    try (Database theirs = other.server().openDatabase()) {
                        return theirs.sizeBytes();
                    }
                })
                .orElseGet(() -> dumpBytes(source.backup().orElseThrow()));
        Optional<Path> kept = placeOf(database);
        if (kept.isPresent()) {
            requireFree("database", bytes, kept.get());
        }
    }

    private static Optional<Path> placeOf(Database database) {
        try {
            return database.localDirectory();
        } catch (RefusedException e) {
            // without a maintenance database it cannot be told, and the database is loaded in place
            return Optional.empty();
        }
    }

    private static long dumpBytes(Backup backup) {
        try (Stream<Path> files = Files.walk(SavedDatabase.of(backup).dump())) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A migration exchanges the files: what the source's backup or the destination's leaves out could not come back. */
    private void requireFilesSaved() {
        if (server.fileStore().isPresent()
                && !context.options().backup().files().copies()) {
            throw new RefusedException(
                    "The destination's files are replaced by the source's, so they must be in its backup;"
                            + " mattermost.backup.files is '"
                            + context.options().backup().files().way() + "'." + UNTOUCHED,
                    Hint.of("Leave mattermost.backup.files out."));
        }
        source.backup()
                .flatMap(given -> given.manifest().fileStore())
                .filter(store -> !store.copied() && !store.isBucket())
                .ifPresent(store -> {
                    throw new RefusedException(
                            store.warning() + " A migration needs them." + UNTOUCHED,
                            Hint.of("Make a backup on the source's machine without mattermost.backup.files."));
                });
    }

    /** Whether the directories are there, and have room for what comes. */
    private String places() {
        requireFilesSaved();
        WritableByServer.require(
                context.host(), context.installation(), server.user(), BackupSources.writtenTrees(server));
        long bytes = source.backup().map(given -> given.manifest().size()).orElseGet(() -> new BackupForecast(
                        source.server().orElseThrow(),
                        source.server().orElseThrow().server())
                .requireRoom()
                .bytes());
        Path store = server.fileStore().orElse(context.installation().directory());
        Path parent = store.toAbsolutePath().getParent();
        if (!Files.exists(store) && !Files.isDirectory(parent)) {
            throw new RefusedException(
                    "The directory " + parent + ", where the destination's files belong, does not exist." + UNTOUCHED,
                    Hint.of("Create or mount it."));
        }
        return requireFree("files", bytes, store);
    }

    private String requireFree(String what, long bytes, Path where) {
        try {
            long free = DiskSpace.of(
                            context.host(), where, context.installation().owner())
                    .bytes();
            if (free < bytes) {
                throw new RefusedException(
                        "The source's " + what + " take up to " + Amount.bytes(bytes) + ", and only "
                                + Amount.bytes(free) + " are free where " + where + " is." + UNTOUCHED,
                        Hint.of("Free some space there."));
            }
            return Amount.bytes(bytes) + " will be written to " + where + ", where " + Amount.bytes(free) + " are free";
        } catch (IOException e) {
            throw new RefusedException(
                    "The free space where " + where + " is cannot be read: " + IoReason.of(e) + "." + UNTOUCHED,
                    Hint.of("Check the file system."),
                    e);
        }
    }
}
