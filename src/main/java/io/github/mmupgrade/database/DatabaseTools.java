package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the database's own programs in the version that its server needs.
 *
 * <p>Looked for in the directory given, in {@code /usr/lib/postgresql/<major>/bin}, where Debian keeps one set for each
 * major version, and on PATH.
 */
public final class DatabaseTools {

    private static final int EVERYBODY_RUNS = 01;

    private static final String POSTGRES_HOME = "/usr/lib/postgresql";
    /** {@code mariadb  Ver 15.1 Distrib 10.11.19-MariaDB, ...} and {@code mariadb from 11.4.2-MariaDB, ...}. */
    private static final Pattern DISTRIBUTION = Pattern.compile("(?:Distrib|from) ((\\d+)[^\\s,]*)");

    private static final Pattern VERSION = Pattern.compile("((\\d+)\\.[^\\s,)]*)");

    private static final Pattern DUMPED_FROM = Pattern.compile("Dumped from database version: (\\d+)");

    private final Host host;
    private final Path directory;
    private final Owner user;

    private DatabaseTools(Host host, Path directory, Owner user) {
        this.host = host;
        this.directory = directory;
        this.user = user;
    }

    /**
     * A program that was found.
     *
     * @param path where it is
     * @param major its major version
     * @param text its name and version, for messages and manifests
     * @param mariaDb whether it is one of MariaDB's
     */
    public record Tool(Path path, int major, String text, boolean mariaDb) {
        /** Name and version. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** The tools of a host. */
    public static DatabaseTools of(Host host) {
        return new DatabaseTools(host, null, null);
    }

    /**
     * The tools in a directory, and only there.
     *
     * @param directory holds {@code pg_dump} or {@code mysqldump} and their likes; null to search the host
     * @throws RefusedException when there is no such directory
     */
    public static DatabaseTools in(Host host, Path directory) {
        if (directory != null && !Files.isDirectory(directory)) {
            throw new RefusedException(
                    directory + " should contain the database's programs, but it is not a directory",
                    Hint.of("Leave it out to let the plugin search for them."));
        }
        return new DatabaseTools(host, directory, null);
    }

    /**
     * The same for a database whose address a user of this machine has written, who can so lead root's programs to a server
     * of that user's own.
     *
     * @param owner as whom the Mattermost server runs
     */
    public DatabaseTools onBehalfOf(Owner owner) {
        return new DatabaseTools(host, directory, owner);
    }

    /**
     * As whom a program runs that does what a database server tells it: writes files, or reads commands. Never as root for
     * an address that the server's user has written.
     *
     * @return null for this process's own user
     * @throws RefusedException when that user cannot run it
     */
    public Owner runner(DataSource source, Tool tool) {
        boolean ofOther =
                user != null && !user.equals(host.self()) && host.self().uid() == Owner.ROOT.uid();
        if (!ofOther || source.administers()) {
            return null;
        }
        try {
            // by root's own eyes: a question that runs as the user can be ended by the user
            for (Path each = tool.path().toRealPath(); each != null; each = each.getParent()) {
                if ((FileStat.of(each).mode() & EVERYBODY_RUNS) == 0) {
                    throw cannotRun(tool, "only some users may use " + each);
                }
            }
        } catch (IOException e) {
            throw cannotRun(tool, IoReason.of(e));
        }
        return user;
    }

    private RefusedException cannotRun(Tool tool, String why) {
        return new RefusedException(
                "The server's user, who chooses the database server, cannot run " + tool.path() + " (" + why
                        + "), and root does not run it for that user.",
                Hint.of("Install the program where every user can run it, or use a data source for administration."));
    }

    /** As whom the Mattermost server runs; empty when that makes no difference. */
    public Optional<Owner> serverUser() {
        return Optional.ofNullable(user);
    }

    /** The host that the programs run on. */
    Host host() {
        return host;
    }

    /**
     * A program of PostgreSQL: of the server's major version, else of the next newer one there is.
     *
     * @param program {@code pg_dump}, {@code pg_restore} or {@code psql}
     * @throws RefusedException when there is none, or only older ones, which the server's dumps are refused by
     */
    public Tool postgres(String program, ServerVersion server) {
        List<Tool> found = tools(postgresCandidates(program));
        Optional<Tool> fit =
                found.stream().filter(tool -> tool.major() >= server.major()).min(Comparator.comparingInt(Tool::major));
        return fit.orElseThrow(() -> new RefusedException(
                found.isEmpty()
                        ? "There is no " + program + where() + ", and the server is PostgreSQL " + server.text()
                        : "Every " + program + where() + " is older than the server (PostgreSQL " + server.text()
                                + "): " + found,
                Hint.of("Install it with: apt-get install postgresql-client-" + server.major() + ".")));
    }

    /**
     * A program of the PostgreSQL server, which reads the files of its own major version only.
     *
     * @param program {@code postgres} or {@code pg_controldata}
     * @throws RefusedException when there is none of this version
     */
    public Tool postgresServer(String program, int major) {
        List<Tool> found = tools(postgresCandidates(program));
        return found.stream()
                .filter(tool -> tool.major() == major)
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        "There is no " + program + " of PostgreSQL " + major + where()
                                + (found.isEmpty() ? "" : ", only " + found),
                        Hint.of("Install it with: apt-get install postgresql-" + major + ".")));
    }

    /**
     * The newest of a program of PostgreSQL, for what needs no server.
     *
     * @throws RefusedException when there is none
     */
    public Tool newestPostgres(String program) {
        return tools(postgresCandidates(program)).stream()
                .max(Comparator.comparingInt(Tool::major))
                .orElseThrow(() -> new RefusedException(
                        "There is no " + program + where(),
                        Hint.of("Install it with: apt-get install postgresql-client.")));
    }

    /**
     * The major version of the PostgreSQL server that a dump was made on.
     *
     * @return 0 when the dump doesn't say
     * @throws RefusedException when there is no program to read it with
     */
    public int dumpedFrom(Path dump) {
        CommandResult contents =
                host.run(Command.of(newestPostgres("pg_restore").path().toString(), "--list", dump.toString())
                        .cleanEnvironment()
                        .environment("LC_ALL", "C")
                        .build());
        return DUMPED_FROM
                .matcher(contents.output())
                .results()
                .findFirst()
                .map(found -> Integer.valueOf(found.group(1)))
                .orElse(0);
    }

    /**
     * The dump program of MySQL or MariaDB, whichever the server is.
     *
     * @throws RefusedException when there is none
     */
    public Tool mySqlDump(ServerVersion server) {
        return mySql(server, "mariadb-dump", "mysqldump");
    }

    /**
     * The client of MySQL or MariaDB, whichever the server is.
     *
     * @throws RefusedException when there is none
     */
    public Tool mySqlClient(ServerVersion server) {
        return mySql(server, "mariadb", "mysql");
    }

    /**
     * The program that copies a MariaDB server's files. Its redo log differs from one series to the next.
     *
     * @throws RefusedException when there is none of the server's series
     */
    public Tool mariaDbBackup(ServerVersion server) {
        String series = server.major() + "." + server.minor();
        List<Tool> found = tools(named("mariadb-backup", "mariabackup"));
        return found.stream()
                .filter(tool -> tool.text().contains(" " + series + "."))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        found.isEmpty()
                                ? "There is no mariadb-backup" + where() + ", and the server is " + server
                                : "Every mariadb-backup" + where() + " is of another series than the server (" + server
                                        + "): " + found,
                        Hint.of("Install the one of MariaDB " + series + ", in Debian and Ubuntu with: apt-get install"
                                + " mariadb-backup.")));
    }

    private List<Path> named(String... names) {
        List<Path> candidates = new ArrayList<>();
        for (String name : names) {
            given(name)
                    .or(() -> directory == null ? host.which(name) : Optional.empty())
                    .ifPresent(candidates::add);
        }
        return candidates;
    }

    private Tool mySql(ServerVersion server, String mariaDbName, String mySqlName) {
        List<Tool> found = tools(named(mariaDbName, mySqlName));
        // each can read and write the other's dumps in most cases, but only its own for certain
        return found.stream()
                .max(Comparator.comparing(tool -> tool.mariaDb() == server.isMariaDb()))
                .orElseThrow(() -> new RefusedException(
                        "There is neither " + mariaDbName + " nor " + mySqlName + where() + ", and the server is "
                                + server,
                        Hint.of("Install it with: apt-get install "
                                + (server.isMariaDb() ? "mariadb-client" : "default-mysql-client") + ".")));
    }

    private Set<Path> postgresCandidates(String program) {
        Set<Path> result = new LinkedHashSet<>();
        if (directory != null) {
            given(program).ifPresent(result::add);
            return result;
        }
        Path home = host.path(POSTGRES_HOME);
        if (Files.isDirectory(home)) {
            try (Stream<Path> versions = Files.list(home)) {
                versions.map(version -> version.resolve("bin").resolve(program))
                        .filter(Files::isExecutable)
                        .sorted()
                        .forEach(result::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        host.which(program).ifPresent(result::add);
        return result;
    }

    private Optional<Path> given(String program) {
        return Optional.ofNullable(directory).map(d -> d.resolve(program)).filter(Files::isExecutable);
    }

    private List<Tool> tools(Iterable<Path> candidates) {
        List<Tool> result = new ArrayList<>();
        for (Path path : candidates) {
            CommandResult answer = host.run(
                    Command.of(path.toString(), "--version").cleanEnvironment().build());
            // mariadb-backup answers on its standard error
            String line =
                    (answer.output() + answer.errors()).lines().findFirst().orElse("");
            Optional<MatchResult> version = DISTRIBUTION
                    .matcher(line)
                    .results()
                    .findFirst()
                    .or(() -> VERSION.matcher(line).results().findFirst());
            if (answer.succeeded() && version.isPresent()) {
                result.add(new Tool(
                        path,
                        Integer.parseInt(version.get().group(2)),
                        path.getFileName() + " " + version.get().group(1),
                        line.contains("MariaDB")));
            }
        }
        return result;
    }

    private String where() {
        return directory == null ? " on PATH or below " + POSTGRES_HOME : " in " + directory;
    }
}
