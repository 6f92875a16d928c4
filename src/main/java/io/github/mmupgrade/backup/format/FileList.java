package io.github.mmupgrade.backup.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The list of a backup's entries: JSON, one object a line, the first naming the backup. Written and read as a stream,
 * whatever its length.
 */
public final class FileList {

    /** The name of the list in a backup. */
    public static final String NAME = "files.jsonl";

    private static final JsonFactory JSON = new JsonFactory();
    private static final int FORMAT = 1;
    private static final int BUFFER = 1 << 16;
    private static final long SECOND = 1_000_000_000L;

    private FileList() {}

    /**
     * What a manifest says of a list, so that the list can be trusted.
     *
     * @param bytes how long it is; what follows was never finished
     * @param entries how many lines follow the first
     * @param sha256 the sum of these bytes
     */
    public record Summary(long bytes, long entries, String sha256) {
        /** Whether the file's first bytes are those that were summed up. */
        boolean matches(Path file) throws IOException {
            if (!Files.isRegularFile(file) || Files.size(file) < bytes) {
                return false;
            }
            MessageDigest digest = Digests.sha256();
            long left = bytes;
            byte[] chunk = new byte[BUFFER];
            try (InputStream in = Files.newInputStream(file)) {
                while (left > 0) {
                    int read = in.read(chunk, 0, (int) Math.min(chunk.length, left));
                    if (read < 0) {
                        return false;
                    }
                    digest.update(chunk, 0, read);
                    left -= read;
                }
            }
            return Digests.hex(digest).equals(sha256);
        }
    }

    /** A text file of mode 0600 that is hashed and counted as it grows. */
    static final class Sink implements Closeable {
        private final MessageDigest digest = Digests.sha256();
        private final FileChannel channel;
        private final OutputStream out;
        private long bytes;

        /** Starts the file anew. */
        static Sink create(Path file) throws IOException {
            Files.deleteIfExists(file);
            return new Sink(file, 0);
        }

        /** Goes on where the summary ends; what an earlier attempt left behind that is cut off. */
        static Sink extend(Path file, Summary before) throws IOException {
            return new Sink(file, before.bytes());
        }

        private Sink(Path file, long keep) throws IOException {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
            channel.truncate(keep);
            // the stream over the channel stays open: closing it would close the channel
            InputStream kept = Channels.newInputStream(channel);
            byte[] chunk = new byte[BUFFER];
            for (int read = kept.read(chunk); read >= 0; read = kept.read(chunk)) {
                digest.update(chunk, 0, read);
            }
            bytes = keep;
            out = new BufferedOutputStream(new DigestOutputStream(Channels.newOutputStream(channel), digest), BUFFER);
        }

        void write(byte[] more) throws IOException {
            out.write(more);
            bytes += more.length;
        }

        /** Ends the file and sums it up. */
        public Summary finish(long entries) throws IOException {
            // what makes it durable is the sync of the whole backup, before the manifest names it
            out.flush();
            return new Summary(bytes, entries, Digests.hex(digest));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Writes a list. */
    public static final class Writer implements Closeable {
        private final Sink sink;
        private final JsonGenerator json;
        private long entries;

        /** Starts a list. */
        public Writer(Path file, String run) throws IOException {
            this(Sink.create(file), 0);
            json.writeStartObject();
            json.writeNumberField("format", FORMAT);
            json.writeStringField("run", run);
            json.writeEndObject();
        }

        /** Adds to a list. */
        public Writer(Path file, Summary before) throws IOException {
            this(Sink.extend(file, before), before.entries());
        }

        private Writer(Sink sink, long entries) throws IOException {
            this.sink = sink;
            this.entries = entries;
            this.json = JSON.createGenerator(new SinkStream(sink));
            json.setRootValueSeparator(new SerializedString(""));
        }

        public void add(ListEntry entry) throws IOException {
            FileStat stat = entry.stat();
            json.writeRaw('\n');
            json.writeStartObject();
            writeName("path", entry.name());
            json.writeStringField("type", typeName(stat.kind()));
            json.writeNumberField("size", stat.size());
            json.writeStringField("mode", octal(stat.mode()));
            json.writeNumberField("uid", stat.uid());
            json.writeNumberField("gid", stat.gid());
            json.writeStringField("mtime", stamp(stat.mtime()));
            json.writeStringField("ctime", stamp(stat.ctime()));
            json.writeNumberField("dev", stat.device());
            json.writeNumberField("ino", stat.inode());
            if (entry.sha256() != null) {
                json.writeStringField("sha256", entry.sha256());
            }
            if (entry.target() != null) {
                writeName("target", entry.target());
            }
            if (entry.unsettled()) {
                json.writeBooleanField("unsettled", true);
            }
            json.writeEndObject();
            entries++;
        }

        /** Where the next entry will stand in the file. */
        public long position() throws IOException {
            json.flush();
            sink.out.flush();
            return sink.bytes;
        }

        /** Ends the list and sums it up. */
        public Summary finish() throws IOException {
            // each line but the last is ended by the one after it
            json.writeRaw('\n');
            json.flush();
            return sink.finish(entries);
        }

        @Override
        public void close() throws IOException {
            sink.close();
        }

        private void writeName(String field, String raw) throws IOException {
            Optional<String> text = RawName.utf8(raw);
            if (text.isPresent()) {
                json.writeStringField(field, text.get());
            } else {
                json.writeStringField(field + "Bytes", Base64.getEncoder().encodeToString(RawName.bytes(raw)));
            }
        }
    }

    /** Reads a list. What is no list ends with an {@link UncheckedIOException}. */
    public static final class Reader implements Iterator<ListEntry>, Closeable {
        private final JsonParser json;
        private final String run;
        private long left;

        /**
         * Opens a list.
         *
         * @param entries how many there are to read
         */
        public Reader(Path file, long entries) throws IOException {
            json = JSON.createParser(new BufferedInputStream(Files.newInputStream(file), BUFFER));
            left = entries;
            String read = null;
            require(json.nextToken(), JsonToken.START_OBJECT);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                if ("run".equals(field)) {
                    read = json.getText();
                } else if ("format".equals(field) && json.getIntValue() != FORMAT) {
                    throw new IOException(file + " has format " + json.getIntValue() + "; this plugin knows " + FORMAT);
                }
            }
            if (read == null) {
                throw new IOException(file + " does not name the backup that it belongs to");
            }
            run = read;
        }

        /**
         * Goes on where an entry stands, as its writer said.
         *
         * @param entries how many there are to read from there
         */
        public Reader(Path file, long position, long entries) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            json = JSON.createParser(Channels.newInputStream(channel.position(position)));
            left = entries;
            run = null;
        }

        /** The run that the list belongs to; null when only a part of it is read. */
        String run() {
            return run;
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public ListEntry next() {
            if (left <= 0) {
                throw new NoSuchElementException();
            }
            left--;
            try {
                require(json.nextToken(), JsonToken.START_OBJECT);
                return entry();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (IllegalArgumentException | NullPointerException e) {
                throw new UncheckedIOException(
                        new IOException("Not an entry of a backup's list: " + e.getMessage(), e));
            }
        }

        private ListEntry entry() throws IOException {
            String name = null;
            String target = null;
            String sha256 = null;
            FileStat.Kind kind = null;
            boolean unsettled = false;
            long size = 0;
            int mode = 0;
            int uid = 0;
            int gid = 0;
            long mtime = 0;
            long ctime = 0;
            long device = 0;
            long inode = 0;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "path" -> name = RawName.ofUtf8(json.getText());
                    case "pathBytes" -> name = bytes();
                    case "type" -> kind = kind(json.getText());
                    case "size" -> size = json.getLongValue();
                    case "mode" -> mode = Integer.parseInt(json.getText(), 8);
                    case "uid" -> uid = json.getIntValue();
                    case "gid" -> gid = json.getIntValue();
                    case "mtime" -> mtime = stamp(json.getText());
                    case "ctime" -> ctime = stamp(json.getText());
                    case "dev" -> device = json.getLongValue();
                    case "ino" -> inode = json.getLongValue();
                    case "sha256" -> sha256 = json.getText();
                    case "target" -> target = RawName.ofUtf8(json.getText());
                    case "targetBytes" -> target = bytes();
                    case "unsettled" -> unsettled = json.getBooleanValue();
                    default -> json.skipChildren();
                }
            }
            requireWithin(name);
            FileStat stat = new FileStat(kind, size, mode, uid, gid, mtime, ctime, device, inode);
            return new ListEntry(name, stat, sha256, target, unsettled);
        }

        private String bytes() throws IOException {
            return RawName.ofBytes(Base64.getDecoder().decode(json.getText()));
        }

        private static void require(JsonToken found, JsonToken wanted) throws IOException {
            if (found != wanted) {
                throw new IOException("The list of a backup is incomplete or damaged");
            }
        }

        /** A name from a list becomes a path that is written to: it must not lead out. */
        private static void requireWithin(String name) {
            if (name == null || name.isEmpty() || name.startsWith("/") || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("path '" + name + "'");
            }
            for (int start = 0; start <= name.length(); ) {
                int slash = name.indexOf('/', start);
                int end = slash < 0 ? name.length() : slash;
                if (end == start || isDots(name, start, end)) {
                    throw new IllegalArgumentException("path '" + RawName.text(name) + "'");
                }
                start = end + 1;
            }
        }

        private static boolean isDots(String name, int start, int end) {
            return name.charAt(start) == '.'
                    && (end - start == 1 || (end - start == 2 && name.charAt(start + 1) == '.'));
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }

    private static final class SinkStream extends OutputStream {
        private final Sink sink;

        SinkStream(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            sink.out.write(source, offset, length);
            sink.bytes += length;
        }
    }

    private static String typeName(FileStat.Kind kind) {
        return switch (kind) {
            case FILE -> "file";
            case DIRECTORY -> "directory";
            case LINK -> "link";
            case OTHER -> "left-out";
        };
    }

    private static FileStat.Kind kind(String type) {
        return switch (type) {
            case "file" -> FileStat.Kind.FILE;
            case "directory" -> FileStat.Kind.DIRECTORY;
            case "link" -> FileStat.Kind.LINK;
            case "left-out" -> FileStat.Kind.OTHER;
            default -> throw new IllegalArgumentException("type '" + type + "'");
        };
    }

    private static String octal(int mode) {
        String digits = Integer.toOctalString(mode);
        return "0000".substring(Math.min(digits.length(), 4)) + digits;
    }

    /** Seconds and nanoseconds as {@code stat} prints them. */
    private static String stamp(long nanos) {
        long seconds = Math.floorDiv(nanos, SECOND);
        String fraction = Long.toString(Math.floorMod(nanos, SECOND) + SECOND);
        return seconds + "." + fraction.substring(1);
    }

    private static long stamp(String text) {
        int dot = text.indexOf('.');
        if (dot < 0 || text.length() != dot + 10) {
            throw new IllegalArgumentException("time '" + text + "'");
        }
        return Math.addExact(
                Math.multiplyExact(Long.parseLong(text, 0, dot, 10), SECOND),
                Long.parseLong(text, dot + 1, text.length(), 10));
    }
}
