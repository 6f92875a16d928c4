package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.backup.BackupBench;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code dev/bench-backup migrate} runs: for how long nobody can work while a server moves for good, from the last
 * answer of the source to the first of the destination with the source's data.
 *
 * <p>It is compared with a source that is stopped before the migration begins, as it was done before anything was copied
 * ahead: its backup then shares all files with an earlier one, and everything else is done after the stop.
 */
public final class MigrationBench {

    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final double LIMIT = 0.3;

    private final MigrationScene scene;

    private MigrationBench(MigrationScene scene) {
        this.scene = scene;
    }

    /**
     * Measures.
     *
     * @param arguments the part, a directory that may be filled, files, bytes, posts
     */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]).toRealPath();
        double ratio;
        try (MigrationScene scene = MigrationScene.postgres(directory)) {
            UpgradeBench.write(scene.source, Integer.parseInt(arguments[4]));
            BackupBench.make(
                    scene.source.server.directory().resolve("data"),
                    Integer.parseInt(arguments[2]),
                    Long.parseLong(arguments[3]));
            ratio = new MigrationBench(scene).run();
        }
        System.exit(ratio <= LIMIT ? 0 : 1);
    }

    private double run() throws Exception {
        scene.leaveSourceStopped = true;
        // the previous backup of an installation that is cared for, where the migration makes its own
        new Goals(
                        scene.destination
                                .options()
                                .elsewhere(
                                        scene.source.server.directory(),
                                        scene.options().service()),
                        new LocalHost(),
                        scene.destination.said,
                        Clock.systemUTC())
                .backup();
        List<Double> plain = new ArrayList<>();
        List<Double> ahead = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            plain.add(down(() -> {
                scene.source.goals().stop();
                scene.migrate();
            }));
            back();
            ahead.add(down(this::migrateWhilePeopleWork));
            back();
        }
        double ours = UpgradeBench.median(ahead);
        double theirs = UpgradeBench.median(plain);
        say("down: everything after the stop %.2f s %s, copied ahead %.2f s %s", theirs, plain, ours, ahead);
        double ratio = ours / theirs;
        say(
                "%-6s %.2f (at most %.2f)  downtime of a migration / with everything after the stop",
                ratio <= LIMIT ? "ok" : "MISSED", ratio, LIMIT);
        return ratio;
    }

    /** Behind the copies ahead, and before the stop, one post in a thousand is changed and some files come. */
    private void migrateWhilePeopleWork() {
        Goals goals = scene.destination.goals();
        goals.observe(event -> {
            if (event.stage().equals(StageName.READ_SOURCE.key())
                    && event.kind() == JournalEvent.Kind.BEGIN
                    && event.step() == null) {
                try {
                    scene.source.database.execute(
                            "UPDATE posts SET message = message || '!' WHERE createat % 1000 = 7");
                    for (int i = 0; i < 100; i++) {
                        scene.source.server.file("data/new-" + i, "new at " + System.nanoTime());
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        goals.migrate(scene.options());
    }

    /** Everything as it was, so that the next migration has the same to do. */
    private void back() throws Exception {
        scene.destination.goals().rollback(null, false);
        if (scene.source.answers() == null) {
            scene.source.goals().start();
        }
        try (Database database = scene.destination.place().server().openDatabase()) {
            database.listSiblings().forEach(sibling -> database.drop(sibling.name()));
        }
        Path home = scene.destination.server.directory();
        try (Stream<Path> entries = Files.list(home)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().contains(".since-")) {
                    TreeDelete.delete(entry);
                }
            }
        }
        new ProcessBuilder("sync").start().waitFor();
    }

    private double down(Runnable migration) throws Exception {
        scene.destination.said.clear();
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<Double> seconds = CompletableFuture.supplyAsync(() -> {
            await(over, () -> scene.source.answers() == null);
            long start = System.nanoTime();
            await(over, () -> scene.destination.answers() == null);
            await(over, () -> scene.destination.answers() != null);
            return (System.nanoTime() - start) / 1e9;
        });
        try {
            migration.run();
        } finally {
            over.complete(null);
        }
        double found = seconds.join();
        say("  %.2f s: %s", found, stages());
        return found;
    }

    /** How long the stages of the last migration took, in their order. */
    private String stages() {
        Run run = Run.last(scene.destination.place().journal()).orElseThrow();
        return Stream.of(StageName.values())
                .filter(stage -> run.doneAt(1, stage).isPresent())
                .sorted(Comparator.comparing(stage -> run.begunAt(1, stage).orElseThrow()))
                .map(stage -> stage + " "
                        + Duration.between(
                                                run.begunAt(1, stage).orElseThrow(),
                                                run.doneAt(1, stage).orElseThrow())
                                        .toMillis()
                                / 1000.0)
                .collect(Collectors.joining(", "));
    }

    private interface Sight {
        boolean seen();
    }

    private static void await(CompletableFuture<Void> over, Sight sight) {
        long patience = Long.MAX_VALUE;
        while (!sight.seen()) {
            if (over.isDone() && patience == Long.MAX_VALUE) {
                patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            }
            if (System.nanoTime() > patience) {
                throw new IllegalStateException("the servers were not seen to go and come back");
            }
            WaitTimer.real().sleep(Duration.ofMillis(10));
        }
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
