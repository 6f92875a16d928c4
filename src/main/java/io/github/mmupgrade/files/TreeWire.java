package io.github.mmupgrade.files;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What {@link TreeClient} and {@link TreeServer} say to each other: a request is the number of an operation and its
 * arguments, an answer is a status and a result or a reason.
 */
final class TreeWire {

    static final int STAT = 1;
    static final int NAMES = 2;
    static final int OPEN = 3;
    static final int READ = 4;
    static final int CREATE = 5;
    static final int WRITE = 6;
    static final int CLOSE = 7;
    static final int MAKE_DIRECTORY = 8;
    static final int MAKE_LINK = 9;
    static final int READ_LINK = 10;
    static final int APPLY = 11;
    static final int MOVE = 12;
    static final int DELETE = 13;
    static final int REAL = 14;
    static final int ACCESS = 15;

    static final int OK = 0;
    static final int NOT_THERE = 1;
    static final int DENIED = 2;
    static final int NO_DIRECTORY = 3;
    static final int THERE = 4;
    static final int FAILED = 5;

    static final int MAY_READ = 4;
    static final int MAY_WRITE = 2;
    static final int MAY_ENTER = 1;

    /** The first that a server says: it runs. */
    static final int READY = 0x54524545;

    /** Bytes of a file in one message at most. */
    static final int CHUNK = 1 << 18;

    /** Bytes of a path or a reason at most. */
    static final int TEXT = 1 << 16;

    private static final Path ROOT = Path.of("/");

    private TreeWire() {}

    static void writeBytes(DataOutputStream out, byte[] bytes, int length) throws IOException {
        out.writeInt(length);
        out.write(bytes, 0, length);
    }

    static byte[] readBytes(DataInputStream in, int most) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw new IOException("A message of " + length + " bytes, where " + most + " are the most");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    static void writeText(DataOutputStream out, String raw) throws IOException {
        byte[] bytes = RawName.bytes(raw);
        writeBytes(out, bytes, bytes.length);
    }

    static String readText(DataInputStream in) throws IOException {
        return RawName.ofBytes(readBytes(in, TEXT));
    }

    static void writePath(DataOutputStream out, Path path) throws IOException {
        writeText(out, RawName.ofWhole(path));
    }

    static Path readPath(DataInputStream in) throws IOException {
        String raw = readText(in);
        if (raw.indexOf(0) >= 0) {
            throw new IOException("A path with a zero byte in it");
        }
        return raw.startsWith("/") ? RawName.resolve(ROOT, raw.substring(1)) : RawName.resolve(Path.of(""), raw);
    }

    private static FileStat.Kind kind(String name) throws IOException {
        try {
            return FileStat.Kind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("There is no such kind of entry: " + RawName.text(name), e);
        }
    }

    static void writeStat(DataOutputStream out, FileStat stat) throws IOException {
        writeText(out, stat.kind().name());
        out.writeLong(stat.size());
        out.writeInt(stat.mode());
        out.writeInt(stat.uid());
        out.writeInt(stat.gid());
        out.writeLong(stat.mtime());
        out.writeLong(stat.ctime());
        out.writeLong(stat.device());
        out.writeLong(stat.inode());
    }

    static FileStat readStat(DataInputStream in) throws IOException {
        FileStat.Kind kind = kind(readText(in));
        return new FileStat(
                kind,
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
