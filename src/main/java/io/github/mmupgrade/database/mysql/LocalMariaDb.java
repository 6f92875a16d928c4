package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A MariaDB server whose files are on this host.
 *
 * @param data its data directory
 * @param program the server's program
 * @param owner as whom it runs
 * @param login options of MariaDB's programs that lead to this very process, whatever else they are told
 */
record LocalMariaDb(Path data, Path program, Owner owner, List<String> login) {

    /** What the server keeps in directories that are no database of anybody's. */
    private static final List<String> ITS_OWN = List.of("mysql", "performance_schema", "sys", "lost+found");

    /** A character that the server does not write into the name of a file: {@code @002d} for a dash. */
    private static final Pattern ENCODED = Pattern.compile("@([0-9a-f]{4})");

    /**
     * Finds it; empty when it is on another host, in a container, or its process is hidden.
     *
     * <p>Where the Mattermost server's user has written the address, and root would copy what the server there names, it is
     * the process that listens at that address, and no process of that user's: a server of the user's own could name the
     * directory of another, read files of root's by the client, and have root load its libraries.
     */
    static Optional<LocalMariaDb> find(SqlClient client, Host host, DatabaseTools tools) {
        if (!client.source().isLocal()) {
            return Optional.empty();
        }
        Path data = host.path(
                client.first("SELECT @@datadir", row -> row.getString(1)).orElseThrow());
        Processes processes = new Processes(host);
        Optional<Owner> writer =
                host.self().uid() != Owner.ROOT.uid() || client.source().administers()
                        ? Optional.empty()
                        : tools.serverUser().filter(user -> user.uid() != Owner.ROOT.uid());
        return processes.all().stream()
                .filter(process -> process.executable() != null
                        && (process.program().equals("mariadbd")
                                || process.program().equals("mysqld")))
                // the server works in its data directory; one of the same path in a container is another directory
                .filter(process -> isSame(processes.directory().resolve(process.pid() + "/cwd"), data))
                .filter(process -> writer.filter(
                                user -> user.uid() == process.owner().uid())
                        .isEmpty())
                .flatMap(process -> writer.isEmpty()
                        ? Stream.of(of(data, process, List.of()))
                        : new AddressProof(host, processes, process)
                                .login(client.source()).map(login -> of(data, process, login)).stream())
                .findFirst();
    }

    private static LocalMariaDb of(Path data, ProcessInfo process, List<String> login) {
        return new LocalMariaDb(data, process.executable(), process.owner(), login);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }

    /** The databases that it has, whoever may see them; empty ones are left out. */
    List<String> databases() throws IOException {
        try (Stream<Path> entries = Files.list(data)) {
            return entries.filter(Files::isDirectory)
                    .filter(LocalMariaDb::holdsTables)
                    .map(entry -> decoded(entry.getFileName().toString()))
                    .filter(name -> !ITS_OWN.contains(name) && !name.startsWith("#"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean holdsTables(Path database) {
        try (Stream<Path> files = Files.list(database)) {
            return files.anyMatch(file -> !file.getFileName().toString().equals("db.opt"));
        } catch (IOException e) {
            // what cannot be looked at may hold anything
            return true;
        }
    }

    static String decoded(String fileName) {
        return ENCODED.matcher(fileName).replaceAll(LocalMariaDb::character);
    }

    private static String character(MatchResult encoded) {
        return Matcher.quoteReplacement(Character.toString(Integer.parseInt(encoded.group(1), 16)));
    }

    /** Whether a database of this server has files of a table. */
    boolean holds(String database, String table) throws IOException {
        try (Stream<Path> entries = Files.list(data)) {
            return entries.filter(
                            entry -> decoded(entry.getFileName().toString()).equals(database))
                    .anyMatch(entry -> Files.exists(entry.resolve(table + ".frm")));
        }
    }

    /** What its files take, in bytes; its log for replication, which is not copied, included. */
    long bytes() throws IOException {
        long total = 0;
        try (Stream<Path> files = Files.walk(data, 2)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    total += Files.isRegularFile(file) ? Files.size(file) : 0;
                } catch (NoSuchFileException gone) {
                    // the server removes files, too
                }
            }
        }
        return total;
    }
}
