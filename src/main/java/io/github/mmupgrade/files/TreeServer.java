package io.github.mmupgrade.files;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The program that a {@link TreeClient} starts as another user: does what it is asked for with that user's rights, and
 * ends when nobody asks any more. It has nothing to lose by links that this user makes: they lead nowhere that the user
 * may not go anyway.
 *
 * <p>It and the classes that it needs are copied to where that user can read them: it uses no others of this project.
 */
final class TreeServer {

    /** All classes that the program is made of. */
    static final List<Class<?>> PROGRAM = List.of(
            TreeServer.class, TreeWire.class, FileStat.class, FileStat.Kind.class, FileAttributes.class, RawName.class);

    private final DataInputStream in;
    private final DataOutputStream out;
    private final Map<Integer, FileChannel> open = new HashMap<>();
    private int opened;

    private TreeServer(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Serves on the standard streams; no arguments. */
    public static void main(String[] arguments) throws IOException {
        new TreeServer(
                        new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in))),
                        new DataOutputStream(
                                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), TreeWire.CHUNK)))
                .serve();
    }

    private void serve() throws IOException {
        // the files of the classes are removed as soon as this is said
        for (Class<?> part : PROGRAM) {
            initialize(part);
        }
        out.writeInt(TreeWire.READY);
        out.flush();
        while (true) {
            int operation = in.read();
            if (operation < 0) {
                return;
            }
            answer(operation);
            out.flush();
        }
    }

    private static void initialize(Class<?> part) throws IOException {
        try {
            Class.forName(part.getName());
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }

    private void answer(int operation) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream result = new DataOutputStream(bytes)) {
            carryOut(operation, result);
            out.writeByte(TreeWire.OK);
            bytes.writeTo(out);
        } catch (EOFException e) {
            throw e;
        } catch (DirectoryIteratorException e) {
            fail(e.getCause());
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException e) throws IOException {
        int status = TreeWire.FAILED;
        if (e instanceof NoSuchFileException) {
            status = TreeWire.NOT_THERE;
        } else if (e instanceof AccessDeniedException) {
            status = TreeWire.DENIED;
        } else if (e instanceof NotDirectoryException) {
            status = TreeWire.NO_DIRECTORY;
        } else if (e instanceof FileAlreadyExistsException) {
            status = TreeWire.THERE;
        }
        out.writeByte(status);
        String reason = e instanceof FileSystemException known ? known.getReason() : e.getMessage();
        TreeWire.writeText(out, RawName.ofUtf8(reason == null ? e.getClass().getSimpleName() : reason));
    }

    private void carryOut(int operation, DataOutputStream result) throws IOException {
        switch (operation) {
            case TreeWire.STAT -> TreeWire.writeStat(result, FileStat.of(TreeWire.readPath(in)));
            case TreeWire.NAMES -> names(TreeWire.readPath(in), result);
            case TreeWire.OPEN -> result.writeInt(openToRead(TreeWire.readPath(in)));
            case TreeWire.READ -> read(in.readInt(), result);
            case TreeWire.CREATE -> result.writeInt(create(TreeWire.readPath(in)));
            case TreeWire.WRITE -> write(in.readInt(), in.readLong(), TreeWire.readBytes(in, TreeWire.CHUNK));
            case TreeWire.CLOSE -> open.remove(in.readInt()).close();
            case TreeWire.MAKE_DIRECTORY ->
                Files.createDirectory(
                        TreeWire.readPath(in),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            case TreeWire.MAKE_LINK -> Files.createSymbolicLink(TreeWire.readPath(in), TreeWire.readPath(in));
            case TreeWire.READ_LINK -> TreeWire.writePath(result, Files.readSymbolicLink(TreeWire.readPath(in)));
            case TreeWire.APPLY -> apply(TreeWire.readPath(in), in.readInt(), in.readLong());
            case TreeWire.MOVE ->
                Files.move(TreeWire.readPath(in), TreeWire.readPath(in), StandardCopyOption.ATOMIC_MOVE);
            case TreeWire.DELETE -> delete(TreeWire.readPath(in));
            case TreeWire.REAL ->
                TreeWire.writePath(result, TreeWire.readPath(in).toRealPath());
            case TreeWire.ACCESS -> result.writeByte(access(TreeWire.readPath(in)));
            default -> throw new EOFException("No operation: " + operation);
        }
    }

    private static void names(Path directory, DataOutputStream result) throws IOException {
        requireDirectory(directory);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        }
        result.writeInt(found.size());
        for (Path entry : found) {
            TreeWire.writeText(result, RawName.of(entry));
        }
    }

    private static void requireDirectory(Path path) throws IOException {
        if (!FileStat.of(path).isDirectory()) {
            throw new NotDirectoryException(path.toString());
        }
    }

    private int openToRead(Path file) throws IOException {
        if (FileStat.of(file).kind() != FileStat.Kind.FILE) {
            throw new FileSystemException(file.toString(), null, "It is not a file");
        }
        open.put(++opened, FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
        return opened;
    }

    private void read(int handle, DataOutputStream result) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(TreeWire.CHUNK);
        FileChannel channel = open.get(handle);
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
            read = channel.read(buffer);
        }
        TreeWire.writeBytes(result, buffer.array(), buffer.position());
    }

    private int create(Path file) throws IOException {
        open.put(
                ++opened,
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
        return opened;
    }

    private void write(int handle, long position, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long at = position;
        while (buffer.hasRemaining()) {
            at += open.get(handle).write(buffer, at);
        }
    }

    /** No user gives files away. */
    private static void apply(Path entry, int mode, long mtime) throws IOException {
        FileStat now = FileStat.of(entry);
        FileAttributes.apply(
                new FileStat(
                        now.kind(),
                        now.size(),
                        mode,
                        now.uid(),
                        now.gid(),
                        mtime,
                        now.ctime(),
                        now.device(),
                        now.inode()),
                entry);
    }

    private static void delete(Path entry) throws IOException {
        if (!Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(entry)) {
                for (Path each : entries) {
                    delete(each);
                }
            }
        }
        Files.deleteIfExists(entry);
    }

    private static int access(Path path) {
        return (Files.isReadable(path) ? TreeWire.MAY_READ : 0)
                | (Files.isWritable(path) ? TreeWire.MAY_WRITE : 0)
                | (Files.isExecutable(path) ? TreeWire.MAY_ENTER : 0);
    }
}
