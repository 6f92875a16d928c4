package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.saving.method.MethodForecast;
import io.github.mmupgrade.testing.LoopMount;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code dev/bench-backup methods} runs: how long an upgrade keeps people out with each way to save the database,
 * for databases of several sizes; what was forecast; and how long going back takes.
 */
public final class MethodBench {

    private static final String OLD = "5.25.7";
    private static final String NEW = "5.37.10";

    /** A row that fills a quarter of a page and is not compressed. */
    private static final int ROW = 1900;

    private static final double GROWS = 1.2;
    private static final double FORECAST_LOW = 0.67;
    private static final double FORECAST_HIGH = 1.5;

    private final Path directory;
    private final List<String> table = new ArrayList<>();
    private boolean missed;

    private MethodBench(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs it.
     *
     * @param arguments a directory that may be filled; then ways to save the database ({@code clone} stands for a frozen
     *     copy on PostgreSQL 18 and XFS) and sizes in MB, in any order
     */
    public static void main(String[] arguments) throws Exception {
        MethodBench bench = new MethodBench(Path.of(arguments[0]).toRealPath());
        List<String> ways = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            if (argument.matches("[0-9]+")) {
                sizes.add(Integer.valueOf(argument));
            } else {
                ways.add(argument);
            }
        }
        for (String way : ways) {
            bench.measure(way, sizes);
        }
        bench.table.forEach(System.out::println);
        System.exit(bench.missed ? 1 : 0);
    }

    private void measure(String way, List<Integer> sizes) throws Exception {
        double first = 0;
        for (int megabytes : sizes) {
            double down = way.equals("clone") ? onXfs(megabytes) : onPostgres(way, megabytes);
            if (first == 0) {
                first = down;
            } else if (way.equals("clone") || way.equals("base-backup")) {
                report(way + " at " + megabytes + " MB / at " + sizes.get(0) + " MB: downtime", down / first, 0, GROWS);
            }
        }
    }

    private double onXfs(int megabytes) throws Exception {
        Path disk = directory.resolve("disk");
        Files.createDirectories(disk);
        System.setProperty("java.io.tmpdir", disk.toString());
        try (LoopMount mount = new LoopMount(megabytes * 4L + 2000, "mkfs.xfs", "-q", "-m", "reflink=1");
                TestPostgres server = new TestPostgres(
                        TestPostgres.binariesOf18(), mount.directory(), List.of("fsync=on", "max_wal_size=1GB"))) {
            return upgrade("clone", DatabaseSaving.FROZEN, server, megabytes, toolsOf18());
        }
    }

    private double onPostgres(String way, int megabytes) throws Exception {
        try (TestPostgres server = UpgradeBench.durable(directory)) {
            DatabaseSaving kind =
                    DatabaseSaving.valueOf(way.toUpperCase(Locale.ROOT).replace('-', '_'));
            return upgrade(way, kind, server, megabytes, null);
        }
    }

    private double upgrade(String way, DatabaseSaving kind, TestPostgres server, int megabytes, Path tools)
            throws Exception {
        Path root = Files.createTempDirectory(directory, "scene");
        TestDatabase database = server.createDatabase("scene", true);
        server.execute("ALTER ROLE " + database.user() + " REPLICATION");
        fill(database, megabytes);
        try (Scene scene = new Scene(root, OLD, database).to(NEW)) {
            scene.databaseBackup = kind;
            scene.tools = tools;
            double own = UpgradeBench.median(List.of(
                    UpgradeBench.plainRestart(scene),
                    UpgradeBench.plainRestart(scene),
                    UpgradeBench.plainRestart(scene)));
            if (kind == DatabaseSaving.DUMP) {
                // the previous backup of an installation that is cared for tells how long a dump takes
                scene.goals().backup();
            }
            MethodForecast forecast;
            try (Database opened = scene.place().server().openDatabase()) {
                forecast = new DatabaseMethods(scene.place()).forecast(opened).chosen();
            }
            double down = UpgradeBench.down(scene, () -> scene.goals().upgrade());
            scene.said.text().lines().filter(line -> line.contains("downtime ")).forEach(System.out::println);
            Run run = Run.last(scene.place().journal()).orElseThrow();
            double saving = Duration.between(
                                    run.begunAt(1, StageName.BACKUP).orElseThrow(),
                                    run.doneAt(1, StageName.BACKUP).orElseThrow())
                            .toMillis()
                    / 1e3;
            long start = System.nanoTime();
            scene.goals().rollback(null, false);
            double back = UpgradeBench.seconds(start);
            double beyond = down - own;
            double forecastSeconds = forecast.down().toMillis() / 1e3;
            table.add(String.format(
                    Locale.ROOT,
                    "%-12s %6d MB  down %.2f s (%.2f s beyond stop and start; saving took %.2f s, forecast %.2f s)"
                            + "  rollback %.1f s",
                    way,
                    megabytes,
                    down,
                    beyond,
                    saving,
                    forecastSeconds,
                    back));
            System.out.println(table.get(table.size() - 1));
            report(
                    way + " at " + megabytes + " MB: saving, forecast / real",
                    forecastSeconds / saving,
                    FORECAST_LOW,
                    FORECAST_HIGH);
            return down;
        }
    }

    private static void fill(TestDatabase database, int megabytes) throws SQLException {
        System.out.println("filling a database of " + megabytes + " MB");
        long rows = megabytes * 1_000_000L / (ROW + 148);
        database.execute(
                "CREATE TABLE ballast (id bigint, body text)",
                "ALTER TABLE ballast ALTER body SET STORAGE PLAIN",
                "INSERT INTO ballast SELECT n, repeat(md5(n::text), " + ROW / 32 + ") FROM generate_series(1, " + rows
                        + ") n");
    }

    /** Dumps are not measured here, and no PostgreSQL 18 has its own here: these only look as if they did. */
    private Path toolsOf18() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String name : List.of("pg_dump", "pg_restore")) {
            Path script = tools.resolve(name);
            Files.writeString(script, """
                    #!/bin/sh
                    case $* in *--version*) echo "%s (PostgreSQL) 18.1"; exit;; esac
                    for word; do case $word in --file=*) mkdir -p "${word#--file=}"; : > "${word#--file=}/toc.dat";; esac; done
                    """.formatted(name));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return tools;
    }

    private void report(String what, double ratio, double low, double high) {
        boolean held = ratio >= low && ratio <= high;
        missed |= !held;
        table.add(String.format(
                Locale.ROOT, "%-6s %.2f (%.2f to %.2f)  %s", held ? "ok" : "MISSED", ratio, low, high, what));
    }
}
