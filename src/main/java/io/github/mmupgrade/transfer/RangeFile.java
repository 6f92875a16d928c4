package io.github.mmupgrade.transfer;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What was copied of one range of a table: for each row the checksum of its key (8 bytes) and that of its values in MySQL
 * (4 bytes), after the digest of all rows and their number. It tells later which rows were changed since, without keeping
 * a table in memory.
 */
final class RangeFile {

    private static final int BUFFER = 1 << 16;
    private static final int ROW = Long.BYTES + Integer.BYTES;

    private final Path file;

    RangeFile(Path directory, String table, int number) {
        // names of tables may hold anything
        this.file = directory.resolve(
                Long.toHexString(RowFingerprint.hash(table.getBytes(StandardCharsets.UTF_8))) + "-" + number);
    }

    /** Collects the rows of a range that is copied. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final Path rows;
        private final DataOutputStream out;
        private final TableDigest digest = new TableDigest();
        private long count;

        private Writer(Path file) {
            this.file = file;
            this.rows = file.resolveSibling(file.getFileName() + ".rows");
            try {
                Files.createDirectories(file.getParent());
                out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(rows), BUFFER));
            } catch (IOException e) {
                throw failed(file, e);
            }
        }

        void add(RowFingerprint row) {
            digest.add(row.keyHash(), row.lineHash());
            count++;
            try {
                out.writeLong(row.keyHash());
                out.writeInt((int) row.source());
            } catch (IOException e) {
                throw failed(file, e);
            }
        }

        TableDigest digest() {
            return digest;
        }

        /** Makes it durable. */
        void complete() {
            try {
                out.close();
                try (DataOutputStream whole =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
                    digest.write(whole);
                    whole.writeLong(count);
                    Files.copy(rows, whole);
                }
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                AtomicFile.syncDirectory(file.getParent());
            } catch (IOException e) {
                throw failed(file, e);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
                Files.deleteIfExists(rows);
            } catch (IOException e) {
                throw failed(file, e);
            }
        }
    }

    Writer write() {
        return new Writer(file);
    }

    TableDigest digest() {
        try (DataInputStream in = open()) {
            return TableDigest.read(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The rows by their keys. */
    KeyMap rows() {
        ByteBuffer rows = content();
        KeyMap map = new KeyMap(rows.remaining() / ROW);
        while (rows.hasRemaining()) {
            map.put(rows.getLong(), rows.getInt());
        }
        return map;
    }

    /** The sum over all rows but some; much quicker than to make a map of them. */
    RowSum sumWithout(KeyMap some, KeyMap others) {
        ByteBuffer rows = content();
        RowSum sum = new RowSum();
        while (rows.hasRemaining()) {
            long key = rows.getLong();
            int checksum = rows.getInt();
            if (!some.contains(key) && !others.contains(key)) {
                sum.add(checksum);
            }
        }
        return sum;
    }

    private ByteBuffer content() {
        try (DataInputStream in = open()) {
            TableDigest.read(in);
            int bytes = Math.toIntExact(in.readLong() * ROW);
            byte[] rows = in.readNBytes(bytes);
            if (rows.length != bytes) {
                throw new EOFException("it ends too early");
            }
            return ByteBuffer.wrap(rows);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private DataInputStream open() throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
    }

    private StageFailedException unreadable(IOException e) {
        return new StageFailedException(
                "What was noted of the copied rows cannot be read from " + file + ": " + IoReason.of(e) + ".",
                Hint.run(
                        "Roll the conversion back, empty the new database, and begin again. The MySQL database was only"
                                + " read.",
                        Goal.ROLLBACK),
                e);
    }

    private static StageFailedException failed(Path file, IOException e) {
        return new StageFailedException(
                "What was copied cannot be noted in " + file + ": " + IoReason.of(e) + ".",
                Hint.of("Make room in the state directory, then run the goal again."),
                e);
    }
}
