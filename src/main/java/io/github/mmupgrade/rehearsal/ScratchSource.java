package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.database.access.ScratchDatabase;
import io.github.mmupgrade.database.postgres.ServerUser;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.scratch.ScratchPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Where the scratch database comes from: a server that was given, or an embedded one. */
final class ScratchSource {

    private static final DateTimeFormatter RUN =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** The database, its frozen copy, and dumps of both, which are compressed. */
    private static final long EMBEDDED_COPIES = 3;

    private static final long PROGRAM_BYTES = 2_000_000_000L;
    private static final Version KNOWS_SCRAM = Version.of(5, 0, 0);

    private final RehearsalSource original;
    private final Host host;
    private final DatabaseTools tools;
    private final String run;
    private final ScratchDatabase given;
    private final Path jar;

    private ScratchSource(
            RehearsalSource original, Host host, DatabaseTools tools, String run, ScratchDatabase given, Path jar) {
        this.original = original;
        this.host = host;
        this.tools = tools;
        this.run = run;
        this.given = given;
        this.jar = jar;
    }

    /**
     * Chooses. Changes nothing but the local repository, which an embedded PostgreSQL may be fetched into.
     *
     * @throws RefusedException when there is none that fits
     */
    static ScratchSource choose(
            RehearsalOptions options,
            RehearsalSource original,
            Host host,
            DatabaseTools tools,
            Clock clock,
            PostgresBinaries binaries) {
        String run = RUN.format(clock.instant());
        if (options.dataSource().isPresent()) {
            DataSource given = options.dataSource().get();
            requireFit(given, original, host, tools);
            return new ScratchSource(original, host, tools, run, ScratchDatabase.at(given, host, tools, run), null);
        }
        if (original.database().kind() == DatabaseKind.MYSQL) {
            throw new RefusedException(
                    "The installation has a MySQL or MariaDB database, and there is no embedded server of that kind."
                            + " Nothing was changed.",
                    dataSourceHint());
        }
        if (original.database().major() == 0) {
            throw new RefusedException(
                    "The dump "
                            + original.database().name()
                            + " does not say which version of database server it was made on."
                            + " Nothing was changed.",
                    dataSourceHint());
        }
        return new ScratchSource(
                original,
                host,
                tools,
                run,
                null,
                binaries.jar(original.database().major()));
    }

    private static Hint dataSourceHint() {
        return Hint.of(PostgresBinaries.INSTEAD);
    }

    private static void requireFit(DataSource given, RehearsalSource original, Host host, DatabaseTools tools) {
        if (given.kind() != original.database().kind()) {
            throw new RefusedException(
                    "The scratch database " + given + " is " + given.kind() + "; the installation's is "
                            + original.database().kind() + ". Nothing was changed.",
                    dataSourceHint());
        }
        if (original.database()
                .source()
                .filter(source -> given.isSameDatabaseAs(source) || given.isSameDatabaseAs(source.server()))
                .isPresent()) {
            throw new RefusedException(
                    "The scratch database " + given + " is the installation's own. Nothing was changed.",
                    dataSourceHint());
        }
        try (Database database = Databases.open(given, host, tools)) {
            int major = database.serverVersion().major();
            if (given.kind() == DatabaseKind.POSTGRESQL
                    && major < original.database().major()) {
                throw new RefusedException(
                        "The scratch database " + given + " is on PostgreSQL " + major + ", older than the"
                                + " installation's " + original.database().major() + ". Nothing was changed.",
                        dataSourceHint());
            }
        }
    }

    /**
     * Makes sure that there is room, and that those who work there get there.
     *
     * @throws RefusedException when there is too little, or they do not
     */
    void requireRoom(Path directory) {
        requireRoom(directory, given == null ? EMBEDDED_COPIES : 1);
    }

    /** The same where rows are copied from one database into the other, without a dump. */
    void requireRoomWithoutDumps(Path directory) {
        requireRoom(directory, given == null ? 1 : 0);
    }

    private void requireRoom(Path directory, long copies) {
        long needed = PROGRAM_BYTES + copies * original.database().bytes();
        Path there = directory.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        requireAccess(there);
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            if (free < needed) {
                throw new RefusedException(
                        "Only " + Amount.bytes(free) + " are free on the file system of " + directory
                                + "; a rehearsal needs about " + Amount.bytes(needed) + ". Nothing was changed.",
                        Hint.of("Name another directory with mattermost.rehearse.directory."));
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The free space of " + there + " cannot be read: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Name another directory with mattermost.rehearse.directory."),
                    e);
        }
    }

    /** Who works on the copy. */
    private List<Owner> workers() {
        List<Owner> all = new ArrayList<>();
        if (original.owner() != null) {
            all.add(original.owner());
        }
        if (given == null) {
            all.add(user());
        }
        return all;
    }

    private void requireAccess(Path directory) {
        for (Owner each : workers()) {
            if (!host.run(Command.of("sh", "-c", "cd \"$1\"", "sh", directory.toString())
                            .user(host.self().uid() == 0 ? each : null)
                            .build())
                    .succeeded()) {
                throw new RefusedException(
                        "User " + new Users(host).user(each.uid()) + ", who works on the copy, cannot enter "
                                + directory + ". Nothing was changed.",
                        Hint.of("Name a directory that every user can reach with mattermost.rehearse.directory."));
            }
        }
    }

    /** What is to be noted before it is made, so that another process could remove it. */
    ScratchPlace.Note note(long process, long start) {
        if (given != null) {
            return new ScratchPlace.Note(
                    process,
                    start,
                    given.given().kind() == DatabaseKind.POSTGRESQL ? "postgres" : "mysql",
                    given.given().format(),
                    given.dataSource().database(),
                    -1,
                    -1);
        }
        Owner user = user();
        return new ScratchPlace.Note(process, start, null, null, null, user.uid(), user.gid());
    }

    private Owner user() {
        return ServerUser.of(host, original.owner());
    }

    /** Starts the server where it has to be started; the database is still empty, or not there. */
    ScratchDatabase make(ScratchPlace place, IntSupplier freePort) {
        if (given != null) {
            return given;
        }
        Path directory = place.directory(place.postgres(), null);
        DataSource server = new EmbeddedPostgres(host, directory, user())
                .start(jar, original.release().below(KNOWS_SCRAM), freePort.getAsInt());
        return ScratchDatabase.at(server, host, tools, run);
    }

    @Override
    public String toString() {
        return given == null
                ? "an embedded PostgreSQL (" + jar.getFileName() + ")"
                : given.dataSource().toString();
    }
}
