package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.JavaProgram;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Works in trees as another user, by a program of that user: where the file system lets nobody else in, not even root,
 * and with no more rights than that user has. Safe for use by several threads.
 *
 * <p>The user can interfere with the program, and the file system may be of the user's own making. So what comes from
 * there is that user's word: names are checked, and owner and mode are never more than the user could have set.
 */
final class TreeClient implements Tree {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration EVER = Duration.ofDays(30);
    private static final int MOST_NAMES = 50_000_000;
    /** Bytes of a name; the system itself takes 255, and some file systems more. */
    private static final int NAME_BYTES = 1 << 12;
    /** What a name takes besides its bytes. */
    private static final int PER_NAME = 64;

    private static final int ORDINARY = 0777;
    private static final long ANY_NUMBER = 1;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tree-patience");
        thread.setDaemon(true);
        return thread;
    });

    private final Owner user;
    private final Dialogue dialogue;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final ScheduledFuture<?> watch;
    private volatile long waitingSince;
    private boolean broken;

    private TreeClient(Owner user, Dialogue dialogue, Duration patience) {
        this.user = user;
        this.dialogue = dialogue;
        this.out = new DataOutputStream(new BufferedOutputStream(dialogue.input(), TreeWire.CHUNK));
        this.in = new DataInputStream(new BufferedInputStream(dialogue.output(), TreeWire.CHUNK));
        long every = Math.max(1, patience.toMillis() / 10);
        this.watch = TIMER.scheduleWithFixedDelay(
                () -> {
                    long since = waitingSince;
                    if (since != 0 && System.nanoTime() - since > patience.toNanos()) {
                        dialogue.close();
                    }
                },
                every,
                every,
                TimeUnit.MILLISECONDS);
    }

    /**
     * Starts the program.
     *
     * @param user who runs it
     * @throws IOException when that user can't run this Java
     */
    static TreeClient start(Host host, Owner user) throws IOException {
        return start(host, user, PATIENCE);
    }

    /** For tests: gives up earlier. */
    static TreeClient start(Host host, Owner user, Duration patience) throws IOException {
        Path classes = Files.createTempDirectory("mattermost-maven-plugin-");
        try {
            JavaProgram program = new JavaProgram(TreeServer.PROGRAM);
            program.copyTo(classes);
            Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
            TreeClient client = new TreeClient(
                    user,
                    host.open(program.command(classes, 128)
                            .directory(Path.of("/"))
                            .user(user)
                            .untraceable()
                            .limit(EVER)
                            .build()),
                    patience);
            try {
                client.awaitStart();
            } catch (IOException e) {
                client.close();
                throw new IOException(
                        "User " + new Users(host).user(user.uid()) + ", who runs the server, cannot run "
                                + JavaProgram.java() + " (" + client.dialogue.errors()
                                + "); use a Java that every user can run",
                        e);
            }
            return client;
        } finally {
            TreeDelete.delete(classes);
        }
    }

    private synchronized void awaitStart() throws IOException {
        waitingSince = System.nanoTime();
        try {
            if (in.readInt() != TreeWire.READY) {
                throw new IOException("unexpected answer");
            }
        } finally {
            waitingSince = 0;
        }
    }

    @FunctionalInterface
    private interface Arguments {
        void write(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    private interface Result<T> {
        T read(DataInputStream in) throws IOException;
    }

    private synchronized <T> T ask(int operation, Path shown, Arguments arguments, Result<T> result)
            throws IOException {
        if (broken) {
            throw new IOException("The program that works as user " + user + " has ended: " + dialogue.errors());
        }
        broken = true;
        waitingSince = System.nanoTime();
        int status;
        T answer = null;
        String reason = null;
        try {
            out.writeByte(operation);
            arguments.write(out);
            out.flush();
            status = in.readUnsignedByte();
            if (status == TreeWire.OK) {
                answer = result.read(in);
            } else {
                reason = RawName.text(TreeWire.readText(in));
            }
        } catch (IOException e) {
            dialogue.close();
            throw new IOException(
                    "The program that works as user " + user + " on " + shown + " gave no usable answer"
                            + (dialogue.errors().isEmpty() ? "" : ": " + dialogue.errors()),
                    e);
        } finally {
            waitingSince = 0;
        }
        broken = false;
        if (status != TreeWire.OK) {
            throw failure(status, String.valueOf(shown), reason);
        }
        return answer;
    }

    private static FileSystemException failure(int status, String file, String reason) {
        return switch (status) {
            case TreeWire.NOT_THERE -> new NoSuchFileException(file);
            case TreeWire.DENIED -> new AccessDeniedException(file);
            case TreeWire.NO_DIRECTORY -> new NotDirectoryException(file);
            case TreeWire.THERE -> new FileAlreadyExistsException(file);
            default -> new FileSystemException(file, null, reason);
        };
    }

    private static Arguments path(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        return out -> TreeWire.writePath(out, absolute);
    }

    private static Arguments paths(Path first, Path second) {
        return out -> {
            path(first).write(out);
            path(second).write(out);
        };
    }

    private static Void nothing(DataInputStream in) {
        return null;
    }

    @Override
    public FileStat stat(Path entry) throws IOException {
        FileStat said = ask(TreeWire.STAT, entry, path(entry), TreeWire::readStat);
        // such file systems may number their files anew whenever they are mounted; times and size tell what changed
        boolean file = said.kind() == FileStat.Kind.FILE;
        return new FileStat(
                said.kind(),
                said.size(),
                // whatever it says: a restore must not make a program of root's of it
                said.mode() & ORDINARY,
                user.uid(),
                user.gid(),
                said.mtime(),
                said.ctime(),
                file ? ANY_NUMBER : said.device(),
                file ? ANY_NUMBER : said.inode());
    }

    @Override
    public String[] names(Path directory) throws IOException {
        String[] names = ask(TreeWire.NAMES, directory, path(directory), TreeClient::readNames);
        Arrays.sort(names);
        return names;
    }

    private static String[] readNames(DataInputStream in) throws IOException {
        return readNames(in, Runtime.getRuntime().maxMemory() / 4);
    }

    /**
     * Reads the names of a directory.
     *
     * @param memory bytes that they may take: the user can name more than there is room for
     */
    static String[] readNames(DataInputStream in, long memory) throws IOException {
        long left = memory;
        int count = in.readInt();
        if (count < 0 || count > MOST_NAMES) {
            throw new IOException("A directory of " + count + " entries");
        }
        String[] read = new String[Math.min(count, 1024)];
        for (int i = 0; i < count; i++) {
            if (i == read.length) {
                read = Arrays.copyOf(read, Math.min(count, 2 * i));
            }
            read[i] = plain(RawName.ofBytes(TreeWire.readBytes(in, NAME_BYTES)));
            left -= PER_NAME + read[i].length();
            if (left < 0) {
                throw new IOException("A directory of " + count + " entries, whose names take more than " + memory
                        + " bytes of memory");
            }
        }
        return read;
    }

    private static String plain(String name) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw new IOException("An entry with the name '" + RawName.text(name) + "'");
        }
        return name;
    }

    @Override
    public ReadableByteChannel read(Path file) throws IOException {
        return new RemoteFile(file, ask(TreeWire.OPEN, file, path(file), DataInputStream::readInt));
    }

    @Override
    public SeekableByteChannel create(Path file) throws IOException {
        return new RemoteFile(file, ask(TreeWire.CREATE, file, path(file), DataInputStream::readInt));
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        ask(TreeWire.MAKE_DIRECTORY, directory, path(directory), TreeClient::nothing);
    }

    @Override
    public void createLink(Path link, Path target) throws IOException {
        ask(
                TreeWire.MAKE_LINK,
                link,
                out -> {
                    path(link).write(out);
                    TreeWire.writePath(out, target);
                },
                TreeClient::nothing);
    }

    @Override
    public Path readLink(Path link) throws IOException {
        return ask(TreeWire.READ_LINK, link, path(link), TreeWire::readPath);
    }

    /** The other names can't be names of what the user could not change. */
    @Override
    public boolean hasOneName(Path file) {
        return true;
    }

    /** Mode and time only: no user gives files away. */
    @Override
    public void apply(FileStat model, Path entry) throws IOException {
        ask(
                TreeWire.APPLY,
                entry,
                out -> {
                    path(entry).write(out);
                    out.writeInt(model.mode() & ORDINARY);
                    out.writeLong(model.mtime());
                },
                TreeClient::nothing);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        ask(TreeWire.MOVE, from, paths(from, to), TreeClient::nothing);
    }

    @Override
    public void delete(Path entry) throws IOException {
        ask(TreeWire.DELETE, entry, path(entry), TreeClient::nothing);
    }

    @Override
    public Path real(Path path) throws IOException {
        return ask(TreeWire.REAL, path, path(path), TreeWire::readPath);
    }

    @Override
    public Optional<Path> reachable(Path entry) {
        return Optional.empty();
    }

    /**
     * What the user may do with a path, links followed.
     *
     * @return the sum of {@link TreeWire#MAY_READ}, {@link TreeWire#MAY_WRITE} and {@link TreeWire#MAY_ENTER}
     */
    int access(Path path) throws IOException {
        return ask(TreeWire.ACCESS, path, path(path), DataInputStream::readUnsignedByte);
    }

    /** Ends the program. */
    @Override
    public void close() {
        watch.cancel(false);
        dialogue.close();
    }

    /** A file that the program has open. */
    private final class RemoteFile implements SeekableByteChannel {
        private final Path file;
        private final int handle;
        private byte[] chunk = new byte[0];
        private int taken;
        private long position;
        private long end;
        private boolean open = true;

        RemoteFile(Path file, int handle) {
            this.file = file;
            this.handle = handle;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            if (taken == chunk.length) {
                chunk = ask(
                        TreeWire.READ, file, out -> out.writeInt(handle), in -> TreeWire.readBytes(in, TreeWire.CHUNK));
                taken = 0;
                if (chunk.length == 0) {
                    return -1;
                }
            }
            int length = Math.min(target.remaining(), chunk.length - taken);
            target.put(chunk, taken, length);
            taken += length;
            position += length;
            return length;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            byte[] bytes = new byte[Math.min(source.remaining(), TreeWire.CHUNK)];
            source.get(bytes);
            ask(
                    TreeWire.WRITE,
                    file,
                    out -> {
                        out.writeInt(handle);
                        out.writeLong(position);
                        TreeWire.writeBytes(out, bytes, bytes.length);
                    },
                    TreeClient::nothing);
            position += bytes.length;
            end = Math.max(end, position);
            return bytes.length;
        }

        @Override
        public long position() {
            return position;
        }

        /** Only of a file that is written. */
        @Override
        public SeekableByteChannel position(long to) {
            position = to;
            return this;
        }

        /** How far it was written: the file is new, and nobody else writes to it. */
        @Override
        public long size() {
            return end;
        }

        /** Nothing that was written is taken away again. */
        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            if (size < end) {
                throw new IOException(file + " cannot be made shorter than the " + end + " bytes that were written");
            }
            return this;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            if (open) {
                open = false;
                ask(TreeWire.CLOSE, file, out -> out.writeInt(handle), TreeClient::nothing);
            }
        }
    }
}
