package io.github.mmupgrade.saving;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseProgress;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.report.Reporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Dumps and restores, with their progress reported as soon as they take longer than a moment. */
public final class DatabaseMeter {

    /** What takes less needs no session for its progress. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Reporter reporter;
    private final Duration firstLook;
    private final Duration pause;

    public DatabaseMeter(Reporter reporter) {
        this(reporter, FIRST_LOOK, PAUSE);
    }

    DatabaseMeter(Reporter reporter, Duration firstLook, Duration pause) {
        this.reporter = reporter;
        this.firstLook = firstLook;
        this.pause = pause;
    }

    /** Dumps a database of the server. */
    public DumpResult dump(Database database, String name, Path target, DumpFormat format) {
        return during(
                "dumping " + name, database, name, DatabaseProgress::dumped, () -> database.dump(name, target, format));
    }

    /** Restores a dump of the database into a new one. */
    public RowCounts restoreInto(
            Database database, String newDatabase, Path dump, DumpFormat format, DumpOwnership owners) {
        return during(
                "restoring " + newDatabase,
                database,
                database.dataSource().database(),
                progress -> progress.restored(newDatabase),
                () -> database.restoreInto(newDatabase, dump, format, null, owners));
    }

    private <T> T during(
            String label, Database database, String name, ToLongFunction<DatabaseProgress> done, Supplier<T> work) {
        ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "database-progress");
            thread.setDaemon(true);
            return thread;
        });
        Look look = new Look(reporter, label, database, name, done);
        ScheduledFuture<?> looking =
                looks.scheduleWithFixedDelay(look, firstLook.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return work.get();
        } finally {
            looking.cancel(false);
            looks.shutdownNow();
            look.close();
        }
    }

    /** One look after the other, until one fails: progress is not worth a failure. */
    private static final class Look implements Runnable {
        private final Reporter.Meter meter;
        private final Database database;
        private final String name;
        private final ToLongFunction<DatabaseProgress> done;
        private DatabaseProgress progress;
        private long seen;
        private boolean ended;

        Look(Reporter reporter, String label, Database database, String name, ToLongFunction<DatabaseProgress> done) {
            this.database = database;
            this.name = name;
            this.done = done;
            this.meter = reporter.meter(label, database.sizeBytes());
        }

        /** An exception ends the looks. */
        @Override
        public synchronized void run() {
            if (!ended) {
                if (progress == null) {
                    progress = database.progress(name);
                }
                long now = done.applyAsLong(progress);
                meter.advance(Math.max(0, now - seen));
                seen = Math.max(seen, now);
            }
        }

        /** Ends its session; a look that is under way is waited for. */
        synchronized void close() {
            ended = true;
            meter.close();
            if (progress != null) {
                progress.close();
            }
        }
    }
}
