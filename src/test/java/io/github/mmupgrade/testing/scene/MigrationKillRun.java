package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Kills migrations one after the other, of one pair of servers: what the one leaves is what the next one begins with.
 */
public final class MigrationKillRun extends FaultRun {

    private final MigrationScene scene;
    private final State source;
    private final State destination;

    public MigrationKillRun(MigrationScene scene, Path log) throws Exception {
        super(scene.destination, log, false);
        this.scene = scene;
        scene.leaveSourceStopped = true;
        this.source = State.of(scene.source);
        this.destination = State.of(scene.destination);
    }

    /** A migration and a rollback that nobody disturbs; the numbers of their events. */
    public int[] undisturbed() throws Exception {
        scene.migrate();
        int migrated = events();
        assertNew();
        scene.destination.goals().rollback(null, false);
        assertOld();
        return new int[] {migrated, events() - migrated};
    }

    /**
     * Kills a migration behind an event, and ends it.
     *
     * @param torn whether the event itself is lost again
     * @param again whether it is brought to its end before it is rolled back
     */
    public void migration(int event, boolean torn, boolean again) {
        ended("migration " + event + (torn ? " torn" : "") + (again ? ", again" : ", back"), () -> {
            int status = call("migrate", scene.given, event);
            if (torn) {
                tearLastEvent();
            }
            assertEquals(log(), UpgradeProcess.KILLED, status);
            if (again) {
                scene.migrate();
                assertNew();
            }
        });
    }

    /** Kills the rollback of a migration that went well behind an event, and calls it again. */
    public void rollback(int event, boolean torn) {
        ended("rollback " + event + (torn ? " torn" : ""), () -> {
            scene.migrate();
            assertEquals(log(), UpgradeProcess.KILLED, call("rollback", scene.given, event));
            if (torn) {
                tearLastEvent();
            }
        });
    }

    private void assertNew() throws Exception {
        if (scene.source.database.driver().equals(scene.destination.database.driver())) {
            scene.assertMigrated(source);
        } else {
            scene.assertRunsWithTheSourcesFiles();
            ConversionKillRun.requireSameRows(scene.source.database, scene.destination.database);
        }
        assertNull(scene.source.answers());
        source.assertStill(scene.source);
    }

    @Override
    void assertOld() throws Exception {
        assertTrue(String.valueOf(scene.destination.answers()).contains(MigrationScene.RELEASE));
        assertTrue(String.valueOf(scene.source.answers()).contains(MigrationScene.RELEASE));
        destination.assertStill(scene.destination);
        source.assertStill(scene.source);
        try (var database = scene.destination.place().server().openDatabase()) {
            for (SideDatabase sibling : database.listSiblings()) {
                assertTrue(sibling.name(), sibling.name().contains("_discarded_") && !sibling.unfinished());
                // each holds what a migration brought; the next one shall not look for room in vain
                database.drop(sibling.name());
            }
        }
        Path home = scene.destination.server.directory();
        for (Path directory : List.of(home, home.getParent(), home.resolve("client"), home.resolve("config"))) {
            try (Stream<Path> entries = Files.list(directory)) {
                entries.forEach(entry -> assertFalse(
                        entry.toString(), entry.getFileName().toString().matches(".*(restoring|ahead)-.*")));
            }
        }
        assertFalse(Files.exists(scene.destination.place().state().resolve("source-files.jsonl")));
    }

    @Override
    public void close() {
        scene.close();
    }

    /**
     * All faults; ends with status 1 when one was not survived.
     *
     * @param arguments a directory for the scene, every how many-th event of a migration and of a rollback, {@code
     *     postgres}, {@code mariadb} or {@code to-postgres}
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]).toRealPath();
        int stride = Integer.parseInt(arguments[1]);
        int rollbackStride = Integer.parseInt(arguments[2]);
        MigrationScene scene =
                switch (arguments[3]) {
                    case "mariadb" -> MigrationScene.mariaDb(folder, true);
                    case "to-postgres" -> MigrationScene.toPostgres(folder, true);
                    default -> MigrationScene.postgres(folder);
                };
        List<String> losses;
        String summary;
        try (MigrationKillRun run = new MigrationKillRun(scene, folder.resolve("killed.log"))) {
            int[] events = run.undisturbed();
            System.out.println("A migration has " + events[0] + " events, its rollback " + events[1]);
            // behind its last event a migration is over, and another one would begin
            for (int event = 1; event < events[0]; event += stride) {
                for (boolean torn : new boolean[] {false, true}) {
                    run.migration(event, torn, true);
                    run.migration(event, torn, false);
                }
                System.out.println(run);
            }
            for (int event = 1; event <= events[1]; event += rollbackStride) {
                run.rollback(event, false);
                run.rollback(event, true);
                System.out.println(run);
            }
            losses = run.losses();
            summary = run.summary();
        }
        losses.forEach(System.out::println);
        System.out.println(summary);
        // not before the servers are ended
        System.exit(losses.isEmpty() ? 0 : 1);
    }
}
