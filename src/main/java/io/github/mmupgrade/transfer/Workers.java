package io.github.mmupgrade.transfer;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Does tasks by several threads, each with sessions of its own; a task whose connection breaks is begun again. */
final class Workers {

    private static final int TRIES = 5;
    private static final long PAUSE_MILLISECONDS = 1000;

    /** Something to do that can be begun again after it broke off. */
    interface Task {
        void run(WorkerConnections connections) throws SQLException;

        /** What it does, as the beginning of a sentence such as {@code Copying table posts}. */
        default String doing() {
            return "Copying the database";
        }
    }

    /** A task with its name. */
    record Named(String doing, Task task) implements Task {
        @Override
        public void run(WorkerConnections connections) throws SQLException {
            task.run(connections);
        }
    }

    private final DataSource source;
    private final DataSource target;
    private final int threads;

    Workers(DataSource source, DataSource target, int threads) {
        this.source = source;
        this.target = target;
        this.threads = threads;
    }

    /**
     * Does all tasks, in order as far as several at once have one.
     *
     * @throws StageFailedException when one fails; those that have begun are waited for
     */
    void run(List<? extends Task> tasks) {
        Deque<Task> left = new ArrayDeque<>(tasks);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < Math.min(threads, tasks.size()); i++) {
            Thread thread = new Thread(() -> work(left, failure), "copy " + (i + 1));
            thread.setDaemon(true);
            thread.start();
            all.add(thread);
        }
        for (Thread thread : all) {
            join(thread, failure);
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private void work(Deque<Task> left, AtomicReference<RuntimeException> failure) {
        try (WorkerConnections connections = new WorkerConnections(source, target)) {
            while (failure.get() == null) {
                Task task;
                synchronized (left) {
                    task = left.poll();
                }
                if (task == null) {
                    return;
                }
                patiently(task, connections);
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            failure.compareAndSet(
                    null,
                    new StageFailedException(
                            "A row of the database needs more memory than Java has (" + e.getMessage() + ").",
                            Hint.of(
                                    "Give Maven more memory, such as with MAVEN_OPTS=-Xmx1g, then run the goal again. It goes"
                                            + " on where it was."),
                            e));
        }
    }

    private static void patiently(Task task, WorkerConnections connections) {
        for (int left = TRIES - 1; ; left--) {
            try {
                task.run(connections);
                return;
            } catch (SQLException e) {
                if (left == 0 || !isLostConnection(e)) {
                    throw connections.failed(task.doing(), e);
                }
                connections.close();
                pause();
            }
        }
    }

    /** 70100 is MySQL's for a session that was killed. */
    private static boolean isLostConnection(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P") || state.equals("70100");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread, AtomicReference<RuntimeException> failure) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                failure.compareAndSet(
                        null,
                        new StageFailedException(
                                "Copying the database was interrupted.", Hint.of("Run the goal again."), e));
            }
        }
    }
}
