package io.github.mmupgrade.server;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The body of an answer, which is no longer than a Mattermost server's can be; else the connection is given up. */
final class BoundedBody implements BodySubscriber<byte[]> {

    /** Many times what a page or the client's configuration of any release has. */
    static final int MOST_BYTES = 1 << 20;

    private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
    private Flow.Subscription subscription;
    private long length;
    private boolean ended;

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
