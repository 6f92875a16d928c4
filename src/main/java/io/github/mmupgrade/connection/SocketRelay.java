package io.github.mmupgrade.connection;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A program of its own, run as another user: it takes connections on one local socket and passes them on to another, so
 * that a database server sees that user at the other end (PostgreSQL's {@code peer}, MariaDB's {@code unix_socket}).
 *
 * <p>It stands alone: its class file is all that the other user has to be able to read.
 */
final class SocketRelay {

    private static final int BUFFER = 1 << 16;
    private static final long LOOK_MILLISECONDS = 500;

    private SocketRelay() {}

    /**
     * Relays until the process that it works for has ended.
     *
     * @param arguments the socket to listen on, the socket to connect to, the number of the process it works for
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path listen = Path.of(arguments[0]);
        UnixDomainSocketAddress target = UnixDomainSocketAddress.of(arguments[1]);
        long master = Long.parseLong(arguments[2]);
        Optional<Instant> since = started(master);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(listen));
            Thread accepting = daemon(() -> accept(server, target));
            while (accepting.isAlive()
                    && ProcessHandle.of(master).isPresent()
                    && started(master).equals(since)) {
                Thread.sleep(LOOK_MILLISECONDS);
            }
        } finally {
            Files.deleteIfExists(listen);
        }
    }

    private static Optional<Instant> started(long process) {
        return ProcessHandle.of(process).flatMap(handle -> handle.info().startInstant());
    }

    private static void accept(ServerSocketChannel server, UnixDomainSocketAddress target) {
        while (true) {
            try {
                // each direction closes what it can't use any more; both ends are closed when both have come to one
                SocketChannel client = server.accept();
                SocketChannel database = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    database.connect(target);
                } catch (IOException e) {
                    System.err.println(target + " accepts no connection: " + e);
                    close(database);
                    close(client);
                    continue;
                }
                Thread back = daemon(() -> copy(database, client));
                daemon(() -> {
                    copy(client, database);
                    join(back);
                    close(client);
                    close(database);
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // an end is gone: the other one has to hear of it
            close(from);
            close(to);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
