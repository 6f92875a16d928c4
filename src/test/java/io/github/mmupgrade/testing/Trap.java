package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands in for mail, push and webhook servers on a free port of 127.0.0.1: counts who comes, and answers nobody. */
public final class Trap implements AutoCloseable {

    private final ServerSocket socket;
    private final AtomicInteger caught = new AtomicInteger();

    /** Opens it. */
    public Trap() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread listener = new Thread(this::listen, "trap");
        listener.setDaemon(true);
        listener.start();
    }

    private void listen() {
        while (!socket.isClosed()) {
            try {
                socket.accept().close();
                caught.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Where it is: {@code 127.0.0.1:PORT}. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** Its port. */
    public int port() {
        return socket.getLocalPort();
    }

    /** How many came since it was last asked. */
    public int caught() {
        return caught.getAndSet(0);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
