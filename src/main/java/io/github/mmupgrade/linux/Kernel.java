package io.github.mmupgrade.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.Set;

/**
 * The few system calls that Java has no words for, by the C library (man-pages section 2). Only 64-bit Linux: where it
 * cannot be loaded, each of them fails with an {@link IOException}.
 */
public final class Kernel {

    private static final int INTERRUPTED = 4;
    private static final int AGAIN = 11;
    private static final int STALE = 116;
    private static final int NO_ENTRY = 2;
    private static final int NO_DIRECTORY = 20;
    private static final int A_LINK = 40;

    private static final int O_RDONLY = 0;
    private static final int O_DIRECTORY;
    private static final int O_NOFOLLOW;
    private static final long GETDENTS64;
    private static final int O_CLOEXEC = 02000000;
    private static final int O_PATH = 010000000;
    private static final int AT_FDCWD = -100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_INO = 0x100;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final short POLLIN = 1;
    private static final int HANDLE_TRIES = 20;
    private static final int PATH_MAX = 1 << 16;
    /** How long a {@code struct statx} is. */
    public static final int STATX_BYTES = 256;

    private static final int STATFS_BYTES = 256;
    private static final int FSID_OFFSET = 56;

    /** Longer than any name of an entry. */
    private static final int NAME_BYTES = 1 << 12;

    private static final ThreadLocal<NativeBuffer> NAMES = ThreadLocal.withInitial(() -> new NativeBuffer(NAME_BYTES));

    private static final ThreadLocal<NativeBuffer> IDENTITY =
            ThreadLocal.withInitial(() -> new NativeBuffer(STATX_BYTES));

    private static final Set<String> KNOWN = Set.of("amd64", "aarch64");
    private static final String MISSING = load();

    static {
        // include/uapi/asm-generic/fcntl.h and unistd.h of x86, and those of arm64
        boolean arm = "aarch64".equals(System.getProperty("os.arch"));
        O_DIRECTORY = arm ? 040000 : 0200000;
        O_NOFOLLOW = arm ? 0100000 : 0400000;
        GETDENTS64 = arm ? 61 : 217;
    }

    private Kernel() {}

    private static String load() {
        try {
            if (!"Linux".equals(System.getProperty("os.name")) || !KNOWN.contains(System.getProperty("os.arch"))) {
                return "this is no Linux on x86-64 or ARM64";
            }
            Native.register(C.class, "c");
            return null;
        } catch (Error e) { // of several kinds, one of them by that very class
            return "the C library cannot be called (" + e.getMessage() + ")";
        }
    }

    /** As the C library declares them. */
    private static final class C {
        static native int open(byte[] path, int flags) throws LastErrorException;

        static native int openat(int directory, byte[] name, int flags) throws LastErrorException;

        static native long syscall(long number, int descriptor, long buffer, long length) throws LastErrorException;

        static native int close(int descriptor) throws LastErrorException;

        static native long read(int descriptor, byte[] buffer, long length) throws LastErrorException;

        static native int poll(byte[] descriptors, long count, int milliseconds) throws LastErrorException;

        static native int fanotify_init(int flags, int eventFlags) throws LastErrorException;

        static native int fanotify_mark(int group, int flags, long mask, int directory, byte[] path)
                throws LastErrorException;

        static native int open_by_handle_at(int mount, byte[] handle, int flags) throws LastErrorException;

        static native long readlink(byte[] path, byte[] buffer, long length) throws LastErrorException;

        static native int statx(int directory, long path, int flags, int mask, long result) throws LastErrorException;

        static native int statfs(byte[] path, byte[] result) throws LastErrorException;
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws LastErrorException;
    }

    private static <T> T call(String name, Call<T> call) throws IOException {
        if (MISSING != null) {
            throw new IOException(MISSING);
        }
        while (true) {
            try {
                return call.run();
            } catch (LastErrorException e) {
                if (e.getErrorCode() == STALE || e.getErrorCode() == NO_ENTRY) {
                    throw new NoSuchFileException(name, null, e.getMessage());
                }
                if (e.getErrorCode() == NO_DIRECTORY || e.getErrorCode() == A_LINK) {
                    throw new NotDirectoryException(name);
                }
                if (e.getErrorCode() != INTERRUPTED) {
                    throw new IOException(name + ": " + e.getMessage(), e);
                }
            } catch (UnsatisfiedLinkError e) {
                throw new IOException("the C library has no " + name, e);
            }
        }
    }

    /**
     * Opens a directory.
     *
     * @param path its bytes as characters (ISO 8859-1)
     * @return its descriptor
     */
    public static int openDirectory(String path) throws IOException {
        return call("open", () -> C.open(text(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }

    /** Whether these calls can be made at all. */
    public static boolean isAvailable() {
        return MISSING == null;
    }

    /**
     * Opens a directory by its name in another one, and nothing else that has taken its place, such as a link.
     *
     * @param name one name, its bytes as characters (ISO 8859-1)
     */
    public static int openDirectory(int parent, String name) throws IOException {
        return call("openat", () -> C.openat(parent, text(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }

    /** Reads entries of a directory, each a {@code struct linux_dirent64}; returns their bytes, 0 at the end. */
    public static int entries(int directory, NativeBuffer buffer) throws IOException {
        return Math.toIntExact(call(
                "getdents64",
                () -> C.syscall(
                        GETDENTS64, directory, buffer.address(), buffer.bytes().capacity())));
    }

    /**
     * Fills in a {@code struct statx} of an entry of a directory; links are not followed.
     *
     * @param name one name, its bytes as characters (ISO 8859-1)
     * @param result {@value #STATX_BYTES} bytes
     */
    public static void stat(int directory, String name, NativeBuffer result) throws IOException {
        long place = NAMES.get().text(name).address();
        call("statx", () -> C.statx(directory, place, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, result.address()));
    }

    /** Closes a descriptor. */
    public static void close(int descriptor) throws IOException {
        call("close", () -> C.close(descriptor));
    }

    /** Waits until something can be read; false when the time was over before. */
    public static boolean awaitInput(int descriptor, int milliseconds) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        one.putInt(descriptor).putShort(POLLIN);
        return call("poll", () -> C.poll(one.array(), 1, milliseconds)) > 0;
    }

    /** Reads what is there; 0 when nothing is, of a descriptor that does not wait. */
    public static int read(int descriptor, byte[] buffer) throws IOException {
        return call("read", () -> {
            try {
                return (int) C.read(descriptor, buffer, buffer.length);
            } catch (LastErrorException e) {
                if (e.getErrorCode() == AGAIN) {
                    return 0;
                }
                throw e;
            }
        });
    }

    /** Begins to listen for events of files (fanotify_init(2)); events are read without waiting. */
    public static int fanotify(int flags) throws IOException {
        return call("fanotify_init", () -> C.fanotify_init(flags, O_RDONLY | O_CLOEXEC));
    }

    /** Chooses what to listen for (fanotify_mark(2)). */
    public static void mark(int group, int flags, long mask, String path) throws IOException {
        call("fanotify_mark", () -> C.fanotify_mark(group, flags, mask, AT_FDCWD, text(path)));
    }

    /**
     * Opens what a handle means, without reading it; links are not followed.
     *
     * @param mount a descriptor of anything on the mount that it is to be reached by
     * @param handle a {@code struct file_handle}
     * @throws NoSuchFileException when it is no more
     */
    public static int openHandle(int mount, byte[] handle) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return call("open_by_handle_at", () -> C.open_by_handle_at(mount, handle, O_PATH | O_CLOEXEC));
            } catch (NoSuchFileException e) {
                throw e;
            } catch (IOException e) {
                // the kernel says ENOMEM when a directory above is renamed at the same moment
                if (tries == HANDLE_TRIES) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    /** Where something that is open is now, the bytes of its path as characters (ISO 8859-1). */
    public static String pathOf(int descriptor) throws IOException {
        byte[] buffer = new byte[PATH_MAX];
        int length = Math.toIntExact(
                call("readlink", () -> C.readlink(text("/proc/self/fd/" + descriptor), buffer, buffer.length)));
        return new String(Arrays.copyOf(buffer, length), StandardCharsets.ISO_8859_1);
    }

    /**
     * Which file something open is.
     *
     * @param device as {@code stat} numbers it
     * @param inode the number within it
     */
    public record Identity(long device, long inode) {}

    /** Which file something open is. */
    public static Identity identity(int descriptor) throws IOException {
        NativeBuffer result = IDENTITY.get();
        long nothing = NAMES.get().text("").address();
        call("statx", () -> C.statx(descriptor, nothing, AT_EMPTY_PATH, STATX_INO, result.address()));
        ByteBuffer read = result.bytes();
        // struct statx: stx_ino at 32, stx_dev_major and stx_dev_minor at 136
        return new Identity(device(read.getInt(136), read.getInt(140)), read.getLong(32));
    }

    /** The number that {@code stat} gives for a device (gnu_dev_makedev). */
    public static long device(int major, int minor) {
        return (major & 0xfffff000L) << 32 | (major & 0xfffL) << 8 | (minor & 0xffffff00L) << 12 | (minor & 0xffL);
    }

    /** The number of a file system as events name it. */
    public static long fileSystemId(String path) throws IOException {
        byte[] result = new byte[STATFS_BYTES];
        call("statfs", () -> C.statfs(text(path), result));
        return ByteBuffer.wrap(result).order(ByteOrder.nativeOrder()).getLong(FSID_OFFSET);
    }

    private static byte[] text(String raw) {
        return (raw + '\0').getBytes(StandardCharsets.ISO_8859_1);
    }
}
