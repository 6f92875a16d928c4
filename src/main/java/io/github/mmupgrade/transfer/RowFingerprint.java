package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.ColumnMapping;
import io.github.mmupgrade.transfer.table.SourceColumn;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.CopyLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Two checksums of a row. One is that of the values as MySQL has them, which MySQL computes, too, so that it tells whether
 * a row was changed without sending it; the other is that of its line for {@code COPY}, which is compared with what
 * PostgreSQL gives back.
 *
 * <p>The key has a checksum of its own, by which a row is found again.
 */
public final class RowFingerprint {

    private static final int SEED = 0x6d6d;

    /** Between two values in what MySQL is asked for. */
    private static final byte SEPARATOR = 0x1f;

    /** After each column that may be NULL: a NULL itself leaves nothing, and must not be taken for its neighbour's. */
    private static final byte MARK = 0x1e;

    private final boolean[] large;
    private final boolean[] nullable;
    private final List<Integer> key;
    private final int[] starts;
    private final CopyLine values = new CopyLine();
    private final CRC32 crc = new CRC32();
    private int index;
    private boolean any;
    private long source;
    private long keyHash;
    private long lineHash;

    RowFingerprint(TableMapping mapping) {
        List<ColumnMapping> columns = mapping.columns();
        this.key = mapping.key();
        this.large = new boolean[columns.size()];
        this.nullable = new boolean[columns.size()];
        this.starts = new int[columns.size() + 1];
        for (int i = 0; i < large.length; i++) {
            large[i] = columns.get(i).source().isLarge();
            nullable[i] = columns.get(i).source().nullable();
        }
    }

    void clear() {
        values.clear();
        any = false;
    }

    /** A column follows, whose value begins there in the line. */
    void begin(int column, int start) {
        index = column;
        starts[column] = start;
        if (column > 0 && nullable[column - 1]) {
            separate();
            values.raw(MARK);
        }
    }

    private void separate() {
        if (any) {
            values.raw(SEPARATOR);
        }
        any = true;
    }

    void number(long value) {
        separate();
        values.number(value);
    }

    void bytes(byte[] value) {
        separate();
        if (large[index]) {
            crc.reset();
            crc.update(value, 0, value.length);
            values.number(crc.getValue());
        } else {
            values.raw(value);
        }
    }

    /** The row ends; its line has no line break yet. */
    void end(CopyLine line) {
        starts[starts.length - 1] = line.length() + 1;
        crc.reset();
        crc.update(values.bytes(), 0, values.length());
        source = crc.getValue();
        lineHash = hash(line.bytes(), 0, line.length());
        keyHash = keyHash(line.bytes(), starts, key);
    }

    /** The checksum of all bytes, 64 bits. */
    public static long hash(byte[] bytes) {
        return hash(bytes, 0, bytes.length);
    }

    /** The checksum of bytes, 64 bits. */
    public static long hash(byte[] bytes, int start, int length) {
        return MurmurHash3.hash128x64(bytes, start, length, SEED)[0];
    }

    /**
     * The checksum of a key by its values in a line; the same for both sides.
     *
     * @param starts where each column begins; the last one where another column would
     */
    static long keyHash(byte[] line, int[] starts, List<Integer> key) {
        long result = 0;
        for (int position : key) {
            int start = starts[position];
            result = result * 31 + hash(line, start, starts[position + 1] - 1 - start);
        }
        return result;
    }

    /** The checksum of the values as MySQL has them, 32 bits. */
    long source() {
        return source;
    }

    /** The checksum of the key in PostgreSQL's form. */
    long keyHash() {
        return keyHash;
    }

    /** The checksum of the line. */
    long lineHash() {
        return lineHash;
    }

    /** Whether MySQL can compute the checksum of the rows of a table. */
    static boolean isComputable(TableMapping mapping) {
        return !mapping.key().isEmpty()
                && mapping.columns().stream()
                        .map(ColumnMapping::source)
                        .allMatch(column ->
                                (column.isInteger() && !column.definition().contains("zerofill"))
                                        || column.isText()
                                        || column.isBinary()
                                        || column.type().equals("json"));
    }

    /** MySQL's expression for {@link #source()}. */
    static String sourceExpression(TableMapping mapping) {
        List<SourceColumn> columns =
                mapping.columns().stream().map(ColumnMapping::source).toList();
        // several collations in one expression would be refused; a cast takes its time
        boolean alike = columns.stream()
                        .filter(SourceColumn::isText)
                        .map(SourceColumn::collation)
                        .distinct()
                        .count()
                <= 1;
        List<String> parts = new ArrayList<>();
        for (SourceColumn column : columns) {
            String bytes = bytes(column, alike);
            parts.add(column.isLarge() ? "CRC32(" + bytes + ")" : bytes);
            if (column.nullable()) {
                parts.add("X'1E'");
            }
        }
        if (columns.get(columns.size() - 1).nullable()) {
            parts.remove(parts.size() - 1);
        }
        return "CRC32(CONCAT_WS(X'1F', " + String.join(", ", parts) + "))";
    }

    /** The bytes that are sent. */
    private static String bytes(SourceColumn column, boolean alike) {
        String name = SourceTable.quoted(column.name());
        if (column.isInteger() || column.isBinary()) {
            return name;
        }
        if (column.type().equals("json")) {
            return "CAST(CAST(" + name + " AS CHAR) AS BINARY)";
        }
        boolean utf8 = column.charset().startsWith("utf8") || column.charset().equals("ascii");
        String text = utf8 ? name : "CONVERT(" + name + " USING utf8mb4)";
        return alike && utf8 ? text : "CAST(" + text + " AS BINARY)";
    }

    /** A line of PostgreSQL's split into its columns. */
    static int[] split(byte[] line, int length, int columns) {
        int[] starts = new int[columns + 1];
        int column = 1;
        for (int i = 0; i < length; i++) {
            if (line[i] == '\t') {
                starts[column++] = i + 1;
            }
        }
        starts[column] = length + 1;
        return starts;
    }

    static String text(byte[] line, int[] starts, int column) {
        return new String(line, starts[column], starts[column + 1] - 1 - starts[column], StandardCharsets.UTF_8);
    }
}
