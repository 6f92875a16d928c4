package io.github.mmupgrade.transfer;

import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures a conversion against pgloader; see {@code dev/bench-convert}. */
public final class ConversionBench {

    private final Path directory;
    private final TestMariaDb mariaDb;
    private final TestPostgres postgres;
    private boolean missed;
    private int number;

    private ConversionBench(Path directory, TestMariaDb mariaDb, TestPostgres postgres) {
        this.directory = directory;
        this.mariaDb = mariaDb;
        this.postgres = postgres;
    }

    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        long posts = Long.parseLong(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        boolean alone = arguments.length > 3;
        Files.createDirectories(directory);
        try (TestMariaDb mariaDb = new TestMariaDb(
                        Map.of(), List.of("--innodb-buffer-pool-size=2G", "--innodb-log-file-size=1G"));
                TestPostgres postgres = new TestPostgres(List.of("shared_buffers=256MB", "max_wal_size=4GB"))) {
            ConversionBench bench = new ConversionBench(directory, mariaDb, postgres);
            bench.run(posts, rounds, alone);
            System.exit(bench.missed ? 1 : 0);
        }
    }

    private void run(long posts, int rounds, boolean alone) throws SQLException, IOException, InterruptedException {
        TestDatabase source = mariaDb.createDatabase("convert", false);
        System.out.printf(Locale.ROOT, "writing %,d posts%n", posts);
        long start = System.nanoTime();
        ConversionScene.fill(source, posts);
        System.out.printf(Locale.ROOT, "written in %.1f s%n", seconds(start));
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            double peer = alone ? 1 : pgloader(source);
            double[] ours = ours(source);
            System.out.printf(
                    Locale.ROOT,
                    "pgloader %.2f s; rows and indexes %.2f s, with comparison %.2f s, after the stop %.2f s%n",
                    peer,
                    ours[0],
                    ours[1],
                    ours[2]);
            all.add(new double[] {ours[0] / peer, ours[1] / peer, ours[2] / ours[1]});
        }
        if (!alone) {
            limit("rows and indexes / pgloader", median(all, 0), 0.45);
            limit("with every row compared / pgloader", median(all, 1), 0.8);
        }
        limit("after the stop, 1% changed / the whole copy", median(all, 2), 0.1);
    }

    private double[] ours(TestDatabase source) throws SQLException, IOException {
        TestDatabase target = postgres.createDatabase("ours" + number++, false);
        ConversionScene.makeTables(target);
        Path state = Files.createTempDirectory(directory, "state");
        Transfer transfer = new Transfer(
                ConversionScene.source(source),
                ConversionScene.source(target),
                new TransferOptions(List.of(), false, Runtime.getRuntime().availableProcessors()),
                state,
                new RecordingReporter());
        TransferPlan plan = transfer.plan();
        long start = System.nanoTime();
        transfer.begin(plan, "bench");
        transfer.copyRows(plan);
        double rows = seconds(start);
        transfer.compareRows(plan);
        double compared = seconds(start);
        // while it was copied, at any moment of that
        ConversionScene.execute(
                source,
                "UPDATE Posts SET Message = concat(Message, '!'), UpdateAt = floor((unix_timestamp() - rand() * "
                        + compared + ") * 1000) WHERE crc32(Id) % 100 = " + number,
                "UPDATE FileInfo SET PostId = 'attached' WHERE crc32(Id) % 100 = " + number);
        long again = System.nanoTime();
        transfer.catchUp(plan);
        System.out.printf(Locale.ROOT, "caught up before the stop in %.1f s%n", seconds(again));
        long stop = System.nanoTime();
        transfer.complete(plan);
        return new double[] {rows, compared, seconds(stop)};
    }

    private double pgloader(TestDatabase source) throws SQLException, IOException, InterruptedException {
        TestDatabase target = postgres.createDatabase("peer" + number++, false);
        ConversionScene.makeTables(target);
        postgres.executeIn(target.name(), "ALTER SCHEMA public OWNER TO " + target.user());
        // pgloader reads no password with such characters
        mariaDb.execute("SET PASSWORD FOR " + source.user() + "@'%' = PASSWORD('bench')");
        postgres.execute("ALTER ROLE " + target.user() + " PASSWORD 'bench'");
        Path file = directory.resolve("command.load");
        Files.writeString(file, """
                LOAD DATABASE
                  FROM mysql://%s:bench@127.0.0.1:%d/%s
                  INTO pgsql://%s:bench@127.0.0.1:%d/%s
                WITH data only, workers = 8, concurrency = 1, multiple readers per thread,
                  rows per range = 10000, prefetch rows = 10000, batch rows = 2500,
                  create no tables, create no indexes, preserve index names
                SET PostgreSQL PARAMETERS maintenance_work_mem to '128MB', work_mem to '12MB'
                SET MySQL PARAMETERS net_read_timeout = '120', net_write_timeout = '120'
                CAST type int when (= precision 11) to integer drop typemod,
                  type bigint when (= precision 20) to bigint drop typemod,
                  type text to varchar drop typemod,
                  type tinyint when (<= precision 4) to boolean using tinyint-to-boolean
                BEFORE LOAD DO $$ ALTER SCHEMA public RENAME TO %s; $$
                AFTER LOAD DO $$ ALTER SCHEMA %s RENAME TO public; $$;
                """.formatted(
                        source.user(),
                        mariaDb.port(),
                        source.name(),
                        target.user(),
                        postgres.port(),
                        target.name(),
                        source.name(),
                        source.name()));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        "pgloader", "--root-dir", directory.resolve("pgloader").toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgloader.log").toFile())
                .start();
        int status = process.waitFor();
        double seconds = seconds(start);
        mariaDb.execute("SET PASSWORD FOR " + source.user() + "@'%' = PASSWORD('"
                + source.password().replace("\\", "\\\\").replace("'", "''") + "')");
        String log = Files.readString(directory.resolve("pgloader.log"));
        if (status != 0 || log.contains("ERROR")) {
            throw new IOException("pgloader failed:\n" + log);
        }
        return seconds;
    }

    private void limit(String what, double ratio, double most) {
        boolean ok = ratio <= most;
        missed |= !ok;
        System.out.printf(Locale.ROOT, "%-6s %.2f (at most %.2f)  %s%n", ok ? "ok" : "MISSED", ratio, most, what);
    }

    private static double median(List<double[]> all, int column) {
        double[] values =
                all.stream().mapToDouble(each -> each[column]).sorted().toArray();
        return Arrays.stream(values).skip(values.length / 2).findFirst().orElseThrow();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
