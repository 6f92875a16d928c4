package io.github.mmupgrade.files;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A lock that one process at a time holds and that ends with the process, however it ends: the operating system's lock
 * on an open file. The file says who holds it; it stays when the lock ends, because removing it would let two
 * processes lock two files of one name.
 */
public final class ExclusiveLock implements AutoCloseable {

    private static final int LONGEST_TEXT = 4096;
    private static final int TRIES_AGAINST_A_LOOK = 5;

    private final String key;
    private final FileChannel channel;
    private final Holder holder;
    private boolean held = true;

    private ExclusiveLock(String key, FileChannel channel, Holder holder) {
        this.key = key;
        this.channel = channel;
        this.holder = holder;
    }

    /**
     * Who holds a lock.
     *
     * @param pid the process
     * @param host the name of its machine
     * @param since when it took the lock
     * @param purpose what it does meanwhile, such as {@code upgrade of /opt/mattermost}
     */
    public record Holder(long pid, String host, Instant since, String purpose) {

        @Override
        public String toString() {
            return "process " + pid + " on " + host + " since "
                    + since.truncatedTo(java.time.temporal.ChronoUnit.SECONDS) + " (" + purpose + ")";
        }

        private String text() {
            return "pid=" + pid + "\nhost=" + host + "\nsince=" + since + "\npurpose=" + purpose + "\n";
        }

        private static Optional<Holder> parse(String text) {
            Map<String, String> fields = new TreeMap<>();
            text.lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    fields.put(line.substring(0, equals), line.substring(equals + 1));
                }
            });
            try {
                return Optional.of(new Holder(
                        Long.parseLong(fields.getOrDefault("pid", "")),
                        fields.getOrDefault("host", ""),
                        Instant.parse(fields.getOrDefault("since", "")),
                        fields.getOrDefault("purpose", "")));
            } catch (NumberFormatException | DateTimeParseException e) {
                return Optional.empty();
            }
        }
    }

    /**
     * Takes the lock when nobody has it.
     *
     * @param file the file to lock; created (for its owner alone: who may read it could keep it locked) when it isn't there, in a directory that must exist
     * @param purpose what the lock is for, one line, for those who find it taken
     * @return empty when another process, or another part of this one, holds it
     */
    public static Optional<ExclusiveLock> tryAcquire(Path file, String purpose) throws IOException {
        Holder holder = new Holder(
                ProcessHandle.current().pid(),
                new LocalHost().name(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                purpose.lines().findFirst().orElse(""));
        String key = key(file);
        // Closing any descriptor of a file ends this process's locks on it, so a second attempt within the process
        // must not even open it. The system properties are what all class loaders of the process share.
        if (System.getProperties().putIfAbsent(key, holder.text()) != null) {
            return Optional.empty();
        }
        boolean taken = false;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
            taken = lock(channel);
            if (!taken) {
                return Optional.empty();
            }
            // when the file system is full the lock is given back, or nobody in this process ever got it again
            taken = false;
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.text().getBytes(StandardCharsets.UTF_8)), 0);
            taken = true;
            return Optional.of(new ExclusiveLock(key, channel, holder));
        } finally {
            if (!taken) {
                if (channel != null) {
                    channel.close();
                }
                System.getProperties().remove(key);
            }
        }
    }

    /**
     * Takes the lock, and waits for it.
     *
     * @param patience how long to wait; zero for not at all
     * @throws RefusedException naming the holder, when it is still taken then
     */
    public static ExclusiveLock acquire(Path file, String purpose, Duration patience) throws IOException {
        Instant end = Instant.now().plus(patience);
        while (true) {
            Optional<ExclusiveLock> lock = tryAcquire(file, purpose);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (!Instant.now().isBefore(end)) {
                String by = holder(file).map(Holder::toString).orElse("another process");
                throw new RefusedException(
                        file + " is locked by " + by + ".",
                        Hint.of(
                                "Wait until that process has ended, then run the goal again. The lock ends with the process;"
                                        + " do not remove the file."));
            }
            pause();
        }
    }

    /** Who holds the lock now; empty when nobody does. Never blocks and changes nothing. */
    public static Optional<Holder> holder(Path file) throws IOException {
        Object own = System.getProperties().get(key(file));
        if (own != null) {
            return Holder.parse(own.toString());
        }
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            try (FileLock nobody = channel.tryLock(0, Long.MAX_VALUE, true)) {
                if (nobody != null) {
                    return Optional.empty();
                }
            }
            ByteBuffer text = ByteBuffer.allocate(LONGEST_TEXT);
            channel.read(text, 0);
            return Holder.parse(new String(text.array(), 0, text.position(), StandardCharsets.UTF_8));
        }
    }

    /** Who holds this lock: this process. */
    public Holder holder() {
        return holder;
    }

    /** Gives the lock back; a second call does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (!held) {
            return;
        }
        held = false;
        try (channel) {
            channel.truncate(0);
        } finally {
            System.getProperties().remove(key);
        }
    }

    /** Somebody who asks for the holder has a shared lock for an instant: that is no holder. */
    private static boolean lock(FileChannel channel) throws IOException {
        for (int i = 0; i < TRIES_AGAINST_A_LOOK; i++) {
            if (channel.tryLock() != null) {
                return true;
            }
            if (i + 1 < TRIES_AGAINST_A_LOOK) {
                pause();
            }
        }
        return false;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for a lock", e);
        }
    }

    private static String key(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        return "io.github.mmupgrade.lock:"
                + absolute.getParent()
                        .toRealPath()
                        .resolve(absolute.getFileName())
                        .normalize();
    }
}
