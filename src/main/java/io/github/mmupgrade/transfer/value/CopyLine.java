package io.github.mmupgrade.transfer.value;

import java.util.Arrays;

/** A line of PostgreSQL's {@code COPY} in its text format, as {@code COPY TO} would write it. Reused for each row. */
public final class CopyLine {

    private static final int USUAL = 1 << 16;
    private static final byte[] HEX = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[USUAL];
    private int length;

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
        if (bytes.length > USUAL << 4) {
            // one row of some megabytes must not keep that much for the rest of the table
            bytes = new byte[USUAL];
        }
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            int needed = Math.addExact(length, more);
            bytes = Arrays.copyOf(bytes, needed < USUAL << 4 ? Math.max(needed, bytes.length * 2) : needed + 16);
        }
    }

    public void raw(byte value) {
        reserve(1);
        bytes[length++] = value;
    }

    public void raw(byte[] value) {
        raw(value, value.length);
    }

    private void raw(byte[] value, int count) {
        reserve(count);
        System.arraycopy(value, 0, bytes, length, count);
        length += count;
    }

    public void nothing() {
        reserve(2);
        bytes[length++] = '\\';
        bytes[length++] = 'N';
    }

    /** A number without anything to escape. */
    public void number(long value) {
        if (value >= 0 && value < 10) {
            raw((byte) ('0' + value));
            return;
        }
        if (value == Long.MIN_VALUE) {
            raw(Long.toString(value).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return;
        }
        reserve(20);
        long rest = value;
        if (rest < 0) {
            bytes[length++] = '-';
            rest = -rest;
        }
        int digits = 0;
        for (long each = rest; each > 0; each /= 10) {
            digits++;
        }
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    /** A text in UTF-8, escaped as PostgreSQL escapes it. */
    public void text(byte[] value) {
        text(value, value.length);
    }

    public void text(byte[] value, int count) {
        // most texts have nothing to escape
        reserve(count + (count >> 4) + 16);
        int limit = bytes.length - 2;
        for (int i = 0; i < count; i++) {
            if (length >= limit) {
                reserve(2 * (count - i) + 16);
                limit = bytes.length - 2;
            }
            byte each = value[i];
            if (each == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = '\\';
            } else if (each >= 8 && each <= 13) {
                bytes[length++] = '\\';
                bytes[length++] = (byte) "btnvfr".charAt(each - 8);
            } else {
                bytes[length++] = each;
            }
        }
    }

    /** Bytes as PostgreSQL's {@code bytea} has them. */
    public void hex(byte[] value) {
        reserve(3 + 2 * value.length);
        bytes[length++] = '\\';
        bytes[length++] = '\\';
        bytes[length++] = 'x';
        for (byte each : value) {
            bytes[length++] = HEX[(each >> 4) & 15];
            bytes[length++] = HEX[each & 15];
        }
    }
}
