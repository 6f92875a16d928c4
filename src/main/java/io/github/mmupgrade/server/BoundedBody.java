package io.github.mmupgrade.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The body of an answer, which is no longer than a Mattermost server's can be; else the connection is given up. */
public final class BoundedBody implements BodySubscriber<byte[]> {

    /** Many times what a page or the client's configuration of any release has. */
    static final int MOST_BYTES = 1 << 20;

    private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
    private Flow.Subscription subscription;
    private long length;
    private boolean ended;

    private BoundedBody() {}

    /**
     * Asks, and reads all of the answer. The limit of a request ends with the headers of its answer; this one does not.
     *
     * @param limit how long all of it may take
     * @throws IOException when there is no answer, or none that ends in time
     */
    public static HttpResponse<byte[]> answer(HttpClient client, HttpRequest request, Duration limit)
            throws IOException {
        CompletableFuture<HttpResponse<byte[]>> response = client.sendAsync(request, headers -> new BoundedBody());
        try {
            return response.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            response.cancel(true);
            throw (HttpTimeoutException) new HttpTimeoutException("the answer did not end").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        whole.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        length += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (ended) {
            return;
        }
        if (length > MOST_BYTES) {
            subscription.cancel();
            onError(new IOException(
                    "what answers is no Mattermost server: it sent more than " + (MOST_BYTES >> 20) + " MB"));
            return;
        }
        whole.onNext(buffers);
    }

    @Override
    public void onError(Throwable failure) {
        if (!ended) {
            ended = true;
            whole.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        if (!ended) {
            ended = true;
            whole.onComplete();
        }
    }
}
