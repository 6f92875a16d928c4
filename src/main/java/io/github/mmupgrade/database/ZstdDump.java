package io.github.mmupgrade.database;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A file of SQL statements compressed by zstd, with checksums; its last line says that it is complete. */
public final class ZstdDump {

    /** What the dump programs write last, unless something stopped them. */
    private static final String LAST_LINE = "-- Dump completed";

    private static final int LAST_BYTES = 256;

    private ZstdDump() {}

    /** Compresses what is written to it into a new private file, and remembers the end. */
    public static Writer write(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        ZstdOutputStream compressed = new ZstdOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE));
        compressed.setChecksum(true);
        return new Writer(compressed);
    }

    /** The statements. */
    public static InputStream read(Path file) throws IOException {
        return new ZstdInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    /** Reads a dump through; throws when its checksums don't hold, and says whether it has its end. */
    public static boolean isComplete(Path file) throws IOException {
        Ending ending = new Ending();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = read(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                ending.add(buffer, 0, read);
            }
        }
        return ending.isThere();
    }

    /** A stream that knows whether what went through it has its end. */
    public static final class Writer extends FilterOutputStream {
        private final Ending ending = new Ending();

        private Writer(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            ending.add(bytes, offset, length);
        }

        /** Commons Exec flushes after each piece it hands on; each would end a block of the compression. */
        @Override
        public void flush() {}

        @Override
        public void close() throws IOException {
            out.close();
        }

        public boolean isComplete() {
            return ending.isThere();
        }
    }

    /** The last bytes of a stream. */
    private static final class Ending {
        private byte[] last = new byte[0];

        void add(byte[] bytes, int offset, int length) {
            int fresh = Math.min(length, LAST_BYTES);
            int kept = Math.min(last.length, LAST_BYTES - fresh);
            byte[] next = new byte[kept + fresh];
            System.arraycopy(last, last.length - kept, next, 0, kept);
            System.arraycopy(bytes, offset + length - fresh, next, kept, fresh);
            last = next;
        }

        boolean isThere() {
            return new String(last, StandardCharsets.ISO_8859_1).contains(LAST_LINE);
        }
    }
}
