package io.github.mmupgrade.download;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, asked for piece by piece: never more in memory than the client hands out at once, and no
 * waiting without end for the next piece, which the client itself has no limit for.
 */
final class ResponseBody implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {

    private sealed interface Event {}

    private record Bytes(List<ByteBuffer> buffers) implements Event {}

    private record End(Throwable failure) implements Event {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> here = new ArrayDeque<>();
    private final Duration stall;
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;

    ResponseBody(Duration stall) {
        this.stall = stall;
    }

    /**
     * The next bytes; null at the end.
     *
     * @throws DownloadFault when none come for too long, or the connection breaks
     */
    ByteBuffer next() throws IOException {
        while (here.isEmpty()) {
            Event event;
            try {
                event = events.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("Interrupted while downloading").initCause(e);
            }
            if (event == null) {
                throw new TransientFault("no data came for " + stall.toSeconds() + " s", (Throwable) null);
            }
            if (event instanceof End end) {
                if (end.failure != null) {
                    throw new TransientFault("the connection broke: " + end.failure.getMessage(), end.failure);
                }
                return null;
            }
            here.addAll(((Bytes) event).buffers());
            subscription.request(1);
        }
        return here.poll();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Bytes(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new End(failure));
    }

    @Override
    public void onComplete() {
        events.add(new End(null));
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }
}
