package io.github.mmupgrade.files;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Runs an iterator ahead of its reader, in a thread of its own, so that two of them work at the same time. Holds a
 * bounded number of elements.
 *
 * @param <T> what is iterated over
 */
public final class Prefetch<T> implements Iterator<T>, AutoCloseable {

    private static final int BATCH = 256;
    private static final int BATCHES = 16;

    private record Batch<T>(List<T> elements, RuntimeException failure, boolean last) {}

    private final BlockingQueue<Batch<T>> queue = new ArrayBlockingQueue<>(BATCHES);
    private final Thread thread;
    private Batch<T> current = new Batch<>(List.of(), null, false);
    private int next;

    /** Starts at once. */
    public Prefetch(String name, Iterator<? extends T> source) {
        thread = new Thread(() -> fill(source), name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean hasNext() {
        while (next == current.elements().size()) {
            if (current.failure() != null) {
                throw current.failure();
            }
            if (current.last()) {
                return false;
            }
            try {
                current = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted", e);
            }
            next = 0;
        }
        return true;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return current.elements().get(next++);
    }

    /** Ends the thread. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            queue.clear();
            try {
                thread.join(10);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill(Iterator<? extends T> source) {
        List<T> batch = new ArrayList<>(BATCH);
        RuntimeException failure = null;
        try {
            while (!Thread.currentThread().isInterrupted() && source.hasNext()) {
                batch.add(source.next());
                if (batch.size() == BATCH) {
                    queue.put(new Batch<>(batch, null, false));
                    batch = new ArrayList<>(BATCH);
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        } catch (RuntimeException e) {
            failure = e;
        }
        try {
            queue.put(new Batch<>(batch, failure, true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }
}
