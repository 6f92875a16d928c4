package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.ClusterLock;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The lock of a cluster, kept by this process as long as it works. */
final class HeldLock implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private final Node first;
    private final Duration every;
    private final Thread keeper = new Thread(this::keep, "cluster lock");
    private volatile boolean closed;
    private volatile long held = System.nanoTime();
    private volatile boolean expired;

    /**
     * Keeps a lock that was taken.
     *
     * @param every how often it is renewed
     */
    HeldLock(Node first, Duration every) {
        this.first = first;
        this.every = every;
        keeper.setDaemon(true);
        keeper.start();
    }

    /**
     * Takes the lock; waits for another caller who has it, and shows what becomes of the nodes meanwhile.
     *
     * @param progress says how far the nodes are, in a line
     */
    static HeldLock take(Node first, Supplier<String> progress, Reporter reporter) {
        Optional<String> holder = first.lock();
        if (holder.isPresent()) {
            reporter.info("Another caller works on the cluster: " + holder.get() + ". Waiting until that has ended");
        }
        String shown = "";
        while (holder.isPresent()) {
            String now = progress.get();
            if (!now.equals(shown)) {
                reporter.info(now);
                shown = now;
            }
            try {
                Thread.sleep(BETWEEN_TRIES.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StageFailedException(
                        "Stopped waiting for the other caller. Nothing was changed by this one.",
                        Hint.of("Run the goal again."),
                        e);
            }
            holder = first.lock();
        }
        return new HeldLock(first, EVERY);
    }

    private void keep() {
        while (!closed) {
            try {
                Thread.sleep(every.toMillis());
                if (closed) {
                    return;
                }
                if (first.lock().isPresent()) {
                    // it was lost with the connection, and somebody else came first
                    expired = true;
                    return;
                }
                // taken again after it had ended: somebody else may have worked meanwhile
                expired |= isOver();
                held = System.nanoTime();
            } catch (InterruptedException e) {
                return;
            } catch (ProblemException e) {
                // tried again; what needs the node says why it cannot be reached
            }
        }
    }

    private boolean isOver() {
        return System.nanoTime() - held > ClusterLock.LEASE.toNanos();
    }

    /** Whether nobody else can have taken it. */
    boolean holds() {
        return !expired && !isOver();
    }

    /**
     * Makes sure that nobody else can have taken it, such as while the connection was lost.
     *
     * @throws StageFailedException when somebody else has it, or it could not be kept for a minute
     */
    void require() {
        if (!holds()) {
            throw new StageFailedException(
                    "The lock of the cluster on " + first.name()
                            + " was lost, so another caller may work on the cluster. What was begun on the nodes goes on.",
                    Hint.of("Run the goal again: it looks at all nodes and goes on."));
        }
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
    }
}
