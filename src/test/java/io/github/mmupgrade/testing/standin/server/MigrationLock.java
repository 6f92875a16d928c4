package io.github.mmupgrade.testing.standin.server;

import java.time.Duration;

/**
 * The row of {@code db_lock} that lets one node of a cluster migrate while the others wait. It says for how long it
 * holds, and a node that was killed leaves it behind for so long.
 */
final class MigrationLock {

    private static final String KEY = "mm-lock-key";
    private static final Duration HOLDS = Duration.ofSeconds(15);

    private final Store store;
    private final Thread refresh;

    /**
     * Waits until no other node has it.
     *
     * @param store a connection of its own, which {@link #close()} closes: the other one is busy with migrations
     */
    MigrationLock(Store store, ServerLog log) {
        this.store = store;
        while (!take()) {
            log.info("Another node migrates the database, waiting for its lock");
            StandInServer.pause(1);
        }
        refresh = new Thread(this::keep, "migration-lock");
        refresh.setDaemon(true);
        refresh.start();
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private boolean take() {
        store.update("DELETE FROM db_lock WHERE Id = ? AND ExpireAt < ?", KEY, now());
        try {
            store.update("INSERT INTO db_lock (Id, ExpireAt) VALUES (?, ?)", KEY, now() + HOLDS.toSeconds());
            return true;
        } catch (Store.StoreException e) {
            // it is there
            return false;
        }
    }

    private void keep() {
        try {
            while (true) {
                Thread.sleep(HOLDS.toMillis() / 2);
                store.update("UPDATE db_lock SET ExpireAt = ? WHERE Id = ?", now() + HOLDS.toSeconds(), KEY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives it to the next one. */
    void close() {
        refresh.interrupt();
        try {
            refresh.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.update("DELETE FROM db_lock WHERE Id = ?", KEY);
        store.close();
    }
}
