package io.github.mmupgrade.host;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.ExecuteStreamHandler;

/** A program that is asked and answers by its streams while it runs. It ends with this process at the latest. */
public final class Dialogue implements AutoCloseable {

    private static final int CAPTURED_BYTES = 1 << 14;
    private static final long LAST_WORDS_MILLIS = 500;

    private final LimitedExecutor executor;
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final TailBuffer errors = new TailBuffer(CAPTURED_BYTES);
    private volatile OutputStream input;
    private volatile InputStream output;
    private volatile Thread errorReader;
    private volatile IOException failure;
    private volatile boolean running = true;
    private volatile int status = -1;

    private Dialogue(LimitedExecutor executor) {
        this.executor = executor;
    }

    static Dialogue start(Command command, CommandLine line, Map<String, String> environment) {
        Dialogue dialogue = new Dialogue(new LimitedExecutor(command));
        dialogue.executor.setStreamHandler(dialogue.new Streams());
        // the system ends the program when the thread ends that has started it
        Thread thread = new Thread(() -> dialogue.run(line, environment), "dialogue");
        thread.setDaemon(true);
        thread.start();
        dialogue.awaitStart(command);
        return dialogue;
    }

    private void run(CommandLine line, Map<String, String> environment) {
        try {
            status = executor.execute(line, environment);
        } catch (IOException e) {
            failure = e;
        } finally {
            running = false;
            started.countDown();
            ended.countDown();
        }
    }

    private void awaitStart(Command command) {
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new UncheckedIOException("Interrupted while '" + command + "' was started", new IOException(e));
        }
        if (output == null) {
            throw new UncheckedIOException("'" + command + "' could not be started", failure);
        }
    }

    /** What the program reads. */
    public OutputStream input() {
        return input;
    }

    /** What the program writes. */
    public InputStream output() {
        return output;
    }

    /** The end of what it said on its standard error so far. */
    public String errors() {
        try {
            Thread reader = errorReader;
            if (reader != null) {
                reader.join(500);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return errors.text().strip();
    }

    /** The program's status, once everything that it wrote was read; -1 if it has none a second later. */
    public int status() {
        try {
            ended.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return status;
    }

    /** Whether the program has not ended yet. */
    public boolean isRunning() {
        return running;
    }

    /** Ends the program, whatever it is doing. */
    @Override
    public void close() {
        executor.endFamily();
        read.countDown();
    }

    private final class Streams implements ExecuteStreamHandler {
        @Override
        public void setProcessInputStream(OutputStream stream) {
            input = stream;
        }

        @Override
        public void setProcessOutputStream(InputStream stream) {
            output = new FilterInputStream(stream) {
                @Override
                public int read() throws IOException {
                    return noted(super.read());
                }

                @Override
                public int read(byte[] target, int start, int length) throws IOException {
                    return noted(super.read(target, start, length));
                }
            };
        }

        @Override
        public void setProcessErrorStream(InputStream stream) {
            Thread reader = new Thread(() -> drain(stream), "dialogue-errors");
            reader.setDaemon(true);
            reader.start();
            errorReader = reader;
        }

        @Override
        public void start() {
            started.countDown();
        }

        /** Waits until what the program wrote last is read: Commons Exec closes the streams under their readers. */
        @Override
        public void stop() {
            try {
                read.await();
                Thread reader = errorReader;
                if (reader != null) {
                    // a child that it leaves behind may hold this one
                    reader.join(LAST_WORDS_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private int noted(int result) {
            if (result < 0) {
                read.countDown();
            }
            return result;
        }

        private void drain(InputStream stream) {
            try {
                stream.transferTo(errors);
            } catch (IOException e) {
                // the program was ended
            }
        }
    }
}
