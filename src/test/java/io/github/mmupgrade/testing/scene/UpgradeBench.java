package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.backup.BackupBench;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.rehearsal.Rehearsal;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.rehearsal.RehearsalReport;
import io.github.mmupgrade.rehearsal.RehearsalTest;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.upgrade.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/** What {@code dev/bench-backup} runs: measures copies of the database, and how long an upgrade keeps people out. */
public final class UpgradeBench {

    private static final String OLD = "5.25.7";
    private static final String NEW = "5.37.10";

    private final Path directory;
    private boolean missed;

    private UpgradeBench(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs one part.
     *
     * @param arguments the part ({@code database}, {@code downtime} or {@code predict}), a directory that may be filled, files, bytes,
     *     posts
     */
    public static void main(String[] arguments) throws Exception {
        UpgradeBench bench = new UpgradeBench(Path.of(arguments[1]).toRealPath());
        int files = Integer.parseInt(arguments[2]);
        long bytes = Long.parseLong(arguments[3]);
        int posts = Integer.parseInt(arguments[4]);
        try (TestPostgres server = durable(bench.directory);
                Scene scene = new Scene(bench.directory, OLD, server.createDatabase("scene", true)).to(NEW)) {
            write(scene, posts);
            switch (arguments[0]) {
                case "database" -> bench.database(scene);
                case "downtime" -> {
                    BackupBench.make(scene.server.directory().resolve("data"), files, bytes);
                    bench.downtime(scene);
                }
                case "predict" -> {
                    BackupBench.make(scene.server.directory().resolve("data"), files, bytes);
                    bench.predict(scene);
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
        System.exit(bench.missed ? 1 : 0);
    }

    /** A database server as people have one: it waits for the disk. */
    static TestPostgres durable(Path directory) throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new TestPostgres(TestPostgres.binaries(), data, List.of("fsync=on", "max_wal_size=1GB"));
    }

    /** Posts of 20 to 400 characters that compress about as badly as what people write. */
    static void write(Scene scene, int posts) throws SQLException {
        say("writing %,d posts", posts);
        scene.database.execute(
                "CREATE TEMP TABLE model AS SELECT * FROM posts LIMIT 1",
                "DO $$ DECLARE names text; BEGIN"
                        + " SELECT string_agg(CASE lower(column_name)"
                        + " WHEN 'id' THEN 'left(md5(n::text), 26)'"
                        + " WHEN 'message' THEN 'left(md5((n * 7)::text) || '' '' || md5((n * 11)::text) || '' ''"
                        + " || md5((n * 13)::text) || '' '' || md5((n * 17)::text) || repeat(md5(n::text), 6),"
                        + " 20 + n % 380)'"
                        + " WHEN 'createat' THEN 'createat - 100000000 + n' ELSE quote_ident(column_name) END, ', '"
                        + " ORDER BY ordinal_position) INTO names FROM information_schema.columns"
                        + " WHERE table_name = 'posts' AND table_schema = current_schema();"
                        + " EXECUTE 'INSERT INTO posts SELECT ' || names || ' FROM model, generate_series(1, " + posts
                        + ") n'; END $$",
                // as in the server's own schema
                "CREATE INDEX idx_posts_create_at ON posts (createat)",
                "ANALYZE posts");
    }

    private void database(Scene scene) throws Exception {
        scene.goals().stop();
        String name = scene.database.name();
        Path gzip = directory.resolve("dump.gz");
        Path dump = directory.resolve("dump.dir");
        List<Double> freeze = new ArrayList<>();
        List<Double> pipe = new ArrayList<>();
        List<Double> renames = new ArrayList<>();
        List<Double> restores = new ArrayList<>();
        try (Database database = scene.place().server().openDatabase()) {
            say("database %s of %,d MB", name, database.sizeBytes() / 1_000_000);
            shell(scene, "pg_dump --no-password -Fd -j2 -f " + dump);
            for (int i = 0; i < 3; i++) {
                pipe.add(shell(scene, "pg_dump --no-password | gzip > " + gzip));
                String frozen = DatabaseNames.frozen(name, "bench" + i);
                long start = System.nanoTime();
                if (!database.freeze(frozen).isDone()) {
                    throw new IllegalStateException("others use the database");
                }
                freeze.add(seconds(start));
                String restored = DatabaseNames.restored(name, "bench" + i);
                shell(scene, "createdb --no-password " + restored);
                restores.add(shell(scene, "pg_restore --no-password -j2 -d " + restored + " " + dump));
                database.drop(restored);
                String discarded = DatabaseNames.discarded(name, "bench" + i);
                start = System.nanoTime();
                if (!database.switchTo(frozen, discarded).isDone()) {
                    throw new IllegalStateException("others use the database");
                }
                renames.add(seconds(start));
                database.drop(discarded);
            }
        }
        compare("frozen copy / pg_dump | gzip", median(freeze), median(pipe), 1.0);
        compare("going back by renaming / pg_restore -j2", median(renames), median(restores), 0.1);
    }

    private static final int ROUNDS = 5;

    /** What each stage after the stop may take, in seconds; the server's own stop and start take what they take. */
    private static final Map<StageName, Double> BUDGETS = new EnumMap<>(Map.of(
            StageName.STOP, Double.NaN,
            StageName.BACKUP, 0.5,
            StageName.INSTALL, 0.15,
            StageName.RESTORE_CONFIG, 0.1,
            StageName.START, Double.NaN));

    private void downtime(Scene scene) throws Exception {
        say("the server's own stop and start");
        List<Double> own = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            own.add(plainRestart(scene));
        }
        // the previous backup of an installation that is cared for
        scene.goals().backup();
        WaitTimer.real().sleep(Duration.ofMillis(20));
        List<Double> upgrades = new ArrayList<>();
        Map<StageName, List<Double>> stages = new EnumMap<>(StageName.class);
        for (int i = 0; i < ROUNDS; i++) {
            upgrades.add(down(scene, () -> scene.goals().upgrade()));
            Run run = Run.last(scene.place().journal()).orElseThrow();
            for (StageName stage : BUDGETS.keySet()) {
                Duration took = Duration.between(
                        run.begunAt(1, stage).orElseThrow(),
                        run.doneAt(1, stage).orElseThrow());
                stages.computeIfAbsent(stage, key -> new ArrayList<>()).add(took.toMillis() / 1000.0);
            }
            scene.goals().rollback(null, false);
        }
        double vendor = down(scene, () -> vendor(scene));
        double base = median(own);
        double ours = median(upgrades);
        say("the time down, stage by stage (medians of %d)", ROUNDS);
        stages.forEach((stage, times) -> {
            if (Double.isNaN(BUDGETS.get(stage))) {
                say("       %.2f s  %s, the server's own", median(times), stage);
            } else {
                report("seconds of " + stage, median(times), BUDGETS.get(stage));
            }
        });
        say("down: stop and start alone %.2f s, upgrade %.2f s, the vendor's sequence %.2f s", base, ours, vendor);
        compare("downtime beyond stop and start / the vendor's", Math.max(0, ours - base), vendor - base, 0.05);
        report("seconds of downtime beyond stop and start", Math.max(0, ours - base), 0.8);
    }

    /** Rehearses the upgrade, does it, and holds the prediction against what it took. */
    private void predict(Scene scene) throws Exception {
        // the previous backup of an installation that is cared for
        scene.goals().backup();
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        RehearsalReport report = new Rehearsal(
                        new RehearsalOptions(
                                null,
                                Optional.empty(),
                                false,
                                FileChoice.AUTO,
                                false,
                                scratch,
                                directory.resolve("rehearsal.json")),
                        scene.options(),
                        new LocalHost(),
                        scene.said,
                        Clock.systemUTC(),
                        RehearsalTest.binaries())
                .run()
                .orElseThrow();
        report.lines().subList(0, 15).forEach(line -> say("%s", line));
        double real = down(scene, () -> scene.goals().upgrade());
        new Summary(scene.place(), Run.last(scene.place().journal()).orElseThrow())
                .lines()
                .forEach(line -> say("%s", line));
        double ratio = report.predictedSeconds() / real;
        boolean held = ratio >= 0.5 && ratio <= 2.0;
        missed |= !held;
        say(
                "%-6s %.2f (0.50 to 2.00)  predicted downtime / real one: %.2f s / %.2f s",
                held ? "ok" : "MISSED", ratio, report.predictedSeconds(), real);
    }

    /** What the vendor's page says: everything is copied while the server is stopped. */
    private void vendor(Scene scene) {
        Path install = scene.server.directory();
        Path unpacked = directory.resolve("unpacked");
        try {
            Files.createDirectories(unpacked);
            plain("tar -xzf " + Scene.archiveOf(NEW) + " -C " + unpacked);
            scene.goals().stop();
            shell(scene, "pg_dump --no-password | gzip > " + directory.resolve("vendor.sql.gz"));
            plain("cp -ra " + install + " " + directory.resolve("vendor-back"));
            plain("find " + install + " " + install + "/client -mindepth 1 -maxdepth 1 ! -name client ! -name config"
                    + " ! -name logs ! -name plugins ! -name data ! -name certificates ! -name branding"
                    + " -exec rm -r {} +");
            plain("cp -an " + unpacked + "/*/. " + install + "/");
            plain("chown -R $(id -u):$(id -g) " + install);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        scene.server.start();
    }

    /** For how long nobody answered while something was done; asked every few milliseconds. */
    static double down(Scene scene, Runnable work) throws InterruptedException {
        AtomicLongArray times = new AtomicLongArray(2);
        AtomicBoolean over = new AtomicBoolean();
        Thread watch = new Thread(() -> {
            while (!over.get()) {
                boolean answers = scene.server.answeredVersion() != null;
                long now = System.nanoTime();
                if (!answers && times.get(0) == 0) {
                    times.set(0, now);
                }
                if (answers && times.get(0) != 0 && times.get(1) == 0) {
                    times.set(1, now);
                }
                WaitTimer.real().sleep(Duration.ofMillis(20));
            }
        });
        watch.start();
        work.run();
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (times.get(1) == 0 && System.nanoTime() < until) {
            WaitTimer.real().sleep(Duration.ofMillis(20));
        }
        over.set(true);
        watch.join();
        if (times.get(0) == 0 || times.get(1) == 0) {
            throw new IllegalStateException("the server was not seen to go and come back");
        }
        for (RunningServer running : RunningServer.find(new LocalHost(), scene.server.directory())) {
            say("  process %d answers after %.2f s", running.pid(), (times.get(1) - times.get(0)) / 1e9);
        }
        return (times.get(1) - times.get(0)) / 1e9;
    }

    /** For how long nobody answers when the server gets a signal, and is started as soon as it is gone. */
    static double plainRestart(Scene scene) throws InterruptedException {
        ProcessHandle server = RunningServer.find(new LocalHost(), scene.server.directory()).stream()
                .flatMap(running -> ProcessHandle.of(running.pid()).stream())
                .findFirst()
                .orElseThrow();
        return down(scene, () -> {
            server.destroy();
            server.onExit().join();
            scene.server.start();
        });
    }

    private static double plain(String line) throws IOException, InterruptedException {
        return run(new ProcessBuilder("bash", "-o", "pipefail", "-c", line));
    }

    private static double shell(Scene scene, String line) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-o", "pipefail", "-c", line);
        builder.environment().put("PGHOST", "127.0.0.1");
        builder.environment().put("PGPORT", Integer.toString(scene.database.port()));
        builder.environment().put("PGUSER", scene.database.user());
        builder.environment().put("PGPASSWORD", scene.database.password());
        builder.environment().put("PGDATABASE", scene.database.name());
        return run(builder);
    }

    private static double run(ProcessBuilder builder) throws IOException, InterruptedException {
        long start = System.nanoTime();
        if (builder.inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", builder.command()));
        }
        return seconds(start);
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    static double median(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private void compare(String what, double ours, double theirs, double bar) {
        say("%s: %.2f s / %.2f s", what, ours, theirs);
        report(what, ours / theirs, bar);
    }

    private void report(String what, double ratio, double bar) {
        boolean held = ratio <= bar;
        missed |= !held;
        say("%-6s %.2f (at most %.2f)  %s", held ? "ok" : "MISSED", ratio, bar, what);
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
