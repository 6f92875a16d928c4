package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** {@code dev/bench-backup mariadb}: what is left of a base backup after the stop, against the time of a dump. */
public final class BaseBackupBench {

    private static final int ROUNDS = 5;

    /** Of a dump's time. */
    private static final double LIMIT = 0.25;

    private BaseBackupBench() {}

    /** The part's name, a directory on the disk to measure, and how many posts there are. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        boolean held;
        try (TestMariaDb server = new TestMariaDb()) {
            TestDatabase test = server.createDatabase("bench", true);
            server.execute("GRANT RELOAD, PROCESS, LOCK TABLES ON *.* TO " + test.user() + "@'%'");
            MattermostTables.fill(test);
            test.execute("INSERT INTO Posts SELECT CONCAT('b', seq), CONCAT(MD5(RAND()), MD5(RAND()), MD5(RAND()),"
                    + " REPEAT('lorem ipsum ', 20)), seq, '' FROM seq_1_to_" + arguments[2]);
            try (Database database = MattermostTables.open(test)) {
                say("a database of %.0f MB", database.sizeBytes() / 1e6);
                held = measure(test, database, directory);
            }
        }
        System.exit(held ? 0 : 1);
    }

    private static boolean measure(TestDatabase test, Database database, Path directory) throws Exception {
        List<Double> dumps = new ArrayList<>();
        List<Double> followed = new ArrayList<>();
        List<Double> broken = new ArrayList<>();
        List<Double> back = new ArrayList<>();
        DatabaseBaseBackups baseBackups = database.baseBackups().orElseThrow();
        for (int round = 0; round < ROUNDS; round++) {
            Path target = directory.resolve("base");
            Path dump = directory.resolve("dump-" + round);
            dumps.add(seconds(() -> database.dump(dump, DumpFormat.SQL_ZSTD)));
            baseBackups.begin(target, "bench");
            test.execute("UPDATE Posts SET Message = CONCAT(Message, 'x') WHERE CreateAt % 1000 = " + round);
            followed.add(seconds(() -> baseBackups.finish(target, "bench")));
            back.add(seconds(() -> baseBackups.dump(target, "", directory.resolve("back"), DumpFormat.SQL_ZSTD)));
            Files.delete(directory.resolve("back"));
            baseBackups.discard(target, "bench");
            baseBackups.begin(target, "bench");
            ProcessHandle.current()
                    .descendants()
                    .filter(each -> each.info().command().orElse("").endsWith("mariadb-backup"))
                    .forEach(ProcessHandle::destroyForcibly);
            broken.add(seconds(() -> baseBackups.finish(target, "bench")));
            baseBackups.discard(target, "bench");
        }
        say(
                "dump %.2f s; the end of a base backup that followed %.2f s, that did not %.2f s; dumping it %.2f s",
                median(dumps), median(followed), median(broken), median(back));
        boolean first = report("the end of a base backup / a dump", median(followed) / median(dumps));
        boolean second = report("the same when following broke off / a dump", median(broken) / median(dumps));
        return first && second;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static boolean report(String what, double ratio) {
        say("%-6s %.2f (at most %.2f)  %s", ratio <= LIMIT ? "ok" : "MISSED", ratio, LIMIT, what);
        return ratio <= LIMIT;
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
