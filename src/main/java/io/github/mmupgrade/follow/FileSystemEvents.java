package io.github.mmupgrade.follow;

import io.github.mmupgrade.linux.Kernel;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Everything that happens on whole file systems, as the kernel tells it: fanotify(7) with {@code FAN_REPORT_DFID_NAME}
 * and {@code FAN_REPORT_FID} (Linux 5.9 and later; root only). An event is in the queue before the call that caused it
 * returns, so whoever reads until nothing is left knows of all that was done before.
 */
final class FileSystemEvents implements Closeable {

    /** Numbers of include/uapi/linux/fanotify.h. */
    private static final int FAN_CLOEXEC = 0x1;

    private static final int FAN_NONBLOCK = 0x2;
    private static final int FAN_UNLIMITED_QUEUE = 0x10;
    private static final int FAN_REPORT_FID = 0x200;
    private static final int FAN_REPORT_DIR_FID = 0x400;
    private static final int FAN_REPORT_NAME = 0x800;
    private static final int FAN_MARK_ADD = 0x1;
    private static final int FAN_MARK_FILESYSTEM = 0x100;

    private static final long FAN_MODIFY = 0x2;
    private static final long FAN_ATTRIB = 0x4;
    private static final long FAN_CLOSE_WRITE = 0x8;
    private static final long FAN_MOVED_FROM = 0x40;
    private static final long FAN_MOVED_TO = 0x80;
    private static final long FAN_CREATE = 0x100;
    private static final long FAN_DELETE = 0x200;
    private static final long FAN_Q_OVERFLOW = 0x4000;
    private static final long FAN_ONDIR = 0x40000000;
    private static final long NAMES = FAN_MOVED_FROM | FAN_MOVED_TO | FAN_CREATE | FAN_DELETE;
    private static final long WANTED = FAN_MODIFY | FAN_ATTRIB | FAN_CLOSE_WRITE | NAMES | FAN_ONDIR;

    private static final int VERSION = 3;
    private static final int INFO_FID = 1;
    private static final int INFO_DIRECTORY_AND_NAME = 2;
    private static final int INFO_DIRECTORY = 3;
    private static final int INFO_HEADER = 4;
    private static final int FSID = 8;
    private static final int HANDLE_HEADER = 8;
    private static final int BUFFER = 1 << 18;

    private final int group;
    private final byte[] buffer = new byte[BUFFER];

    /**
     * Listens to nothing yet.
     *
     * @param bounded whether events get lost when too many wait, for tests; otherwise only when memory runs out
     */
    FileSystemEvents(boolean bounded) throws IOException {
        group = Kernel.fanotify(FAN_CLOEXEC
                | FAN_NONBLOCK
                | FAN_REPORT_FID
                | FAN_REPORT_DIR_FID
                | FAN_REPORT_NAME
                | (bounded ? 0 : FAN_UNLIMITED_QUEUE));
    }

    /** A handle of something on a file system (open_by_handle_at(2)). */
    record Handle(long fileSystem, ByteBuffer bytes) {
        byte[] structure() {
            byte[] copy = new byte[bytes.capacity()];
            bytes.duplicate().get(copy);
            return copy;
        }
    }

    /**
     * An event.
     *
     * @param directory the directory that the entry is in; null when none is known
     * @param name the entry's name in it, as {@link io.github.mmupgrade.files.RawName}; {@code .} for the directory
     *     itself
     * @param file what was changed; null when the event is of the name
     * @param ofName whether the name appeared or vanished
     * @param process who caused it
     */
    record Event(Handle directory, String name, Handle file, boolean ofName, int process) {}

    /** Takes events. */
    @FunctionalInterface
    interface Listener {
        void happened(Event event) throws IOException, CannotFollowException;
    }

    /** Listens to the file system of a path, too. */
    void add(String path) throws IOException {
        Kernel.mark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, WANTED, path);
    }

    /** Waits until there are events; false when the time was over before. */
    boolean await(int milliseconds) throws IOException {
        return Kernel.awaitInput(group, milliseconds);
    }

    /**
     * Takes what has happened.
     *
     * @return false when nothing was left
     * @throws CannotFollowException when some have been lost, or are not understood
     */
    boolean read(Listener listener) throws IOException, CannotFollowException {
        int length = Kernel.read(group, buffer);
        ByteBuffer in = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
        for (int start = 0; start < length; ) {
            int end = start + in.getInt(start);
            if (in.get(start + 4) != VERSION) {
                throw new CannotFollowException("the kernel's events have a format that is not known");
            }
            long mask = in.getLong(start + 8);
            if ((mask & FAN_Q_OVERFLOW) != 0) {
                throw new CannotFollowException(
                        "more changed at once than the kernel could keep, and events were lost");
            }
            listener.happened(event(in, start, end, mask));
            start = end;
        }
        return length > 0;
    }

    private Event event(ByteBuffer in, int start, int end, long mask) throws CannotFollowException {
        Handle directory = null;
        Handle file = null;
        String name = ".";
        int first = start + Short.toUnsignedInt(in.getShort(start + 6));
        for (int at = first; at < end; at += Short.toUnsignedInt(in.getShort(at + 2))) {
            int handle = at + INFO_HEADER + FSID;
            int handleEnd = handle + HANDLE_HEADER + in.getInt(handle);
            Handle read = new Handle(
                    in.getLong(at + INFO_HEADER), ByteBuffer.wrap(Arrays.copyOfRange(buffer, handle, handleEnd)));
            switch (in.get(at)) {
                case INFO_FID -> file = read;
                case INFO_DIRECTORY -> directory = read;
                case INFO_DIRECTORY_AND_NAME -> {
                    directory = read;
                    int zero = handleEnd;
                    while (in.get(zero) != 0) {
                        zero++;
                    }
                    name = new String(buffer, handleEnd, zero - handleEnd, StandardCharsets.ISO_8859_1);
                }
                default -> throw new CannotFollowException("the kernel's events have parts that are not known");
            }
        }
        boolean ofName = (mask & NAMES) != 0;
        if (ofName && (directory == null || name.equals("."))) {
            throw new CannotFollowException("the kernel told of a change without its name");
        }
        return new Event(directory, name, (mask & FAN_ONDIR) != 0 ? null : file, ofName, in.getInt(start + 20));
    }

    @Override
    public void close() throws IOException {
        Kernel.close(group);
    }
}
