package io.github.mmupgrade.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.exec.PumpStreamHandler;

/**
 * Carries the streams of a program, and notices two things that Commons Exec doesn't.
 *
 * <p>A sink that fails (a full disk behind a compressor) would only end the pumping thread: the program would hang, or
 * end well with half of its output lost. And a program that leaves a child behind which holds its streams would keep
 * the caller waiting for as long as that child lives.
 */
final class PatientStreams extends PumpStreamHandler {

    /** How long nothing may come from a program that has ended until its streams are given up. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final Watched output;
    private final List<Thread> pumps = new ArrayList<>();

    PatientStreams(OutputStream output, OutputStream errors, InputStream input, Runnable onBrokenSink) {
        this(new Watched(output, onBrokenSink), new Watched(errors, onBrokenSink), input);
    }

    private PatientStreams(Watched output, Watched errors, InputStream input) {
        super(output, errors, input);
        this.output = output;
    }

    /** What the sink of the standard output failed with; null when it took everything. */
    IOException failure() {
        return output.failure;
    }

    @Override
    protected Thread createPump(InputStream from, OutputStream to, boolean closeWhenExhausted) {
        Thread pump = super.createPump(from, to, closeWhenExhausted);
        pumps.add(pump);
        return pump;
    }

    /** Waits for what the program wrote, and for a child of it only while something comes. */
    @Override
    public void stop() throws IOException {
        try {
            long seen = -1;
            for (Thread pump : pumps) {
                while (pump.isAlive()) {
                    pump.join(QUIET.toMillis());
                    long now = output.count;
                    if (!output.writing && now == seen) {
                        break;
                    }
                    seen = now;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        output.flush();
    }

    private static final class Watched extends OutputStream {
        private final OutputStream sink;
        private final Runnable onBroken;
        private volatile boolean writing;
        private volatile long count;
        private volatile IOException failure;

        Watched(OutputStream sink, Runnable onBroken) {
            this.sink = sink;
            this.onBroken = onBroken;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one pumping thread writes, others only look
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writing = true;
            try {
                sink.write(bytes, offset, length);
                count += length;
            } catch (IOException e) {
                failure = e;
                onBroken.run();
                throw e;
            } finally {
                writing = false;
            }
        }

        @Override
        public void flush() throws IOException {
            sink.flush();
        }
    }
}
