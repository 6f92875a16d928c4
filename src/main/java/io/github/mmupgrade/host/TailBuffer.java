package io.github.mmupgrade.host;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the last bytes written to it. */
final class TailBuffer extends OutputStream {

    private final byte[] bytes;
    private long written;

    TailBuffer(int size) {
        this.bytes = new byte[size];
    }

    @Override
    public synchronized void write(int b) {
        bytes[(int) (written++ % bytes.length)] = (byte) b;
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) {
        for (int i = 0; i < length; i++) {
            write(source[offset + i]);
        }
    }

    synchronized String text() {
        if (written <= bytes.length) {
            return new String(bytes, 0, (int) written, StandardCharsets.UTF_8);
        }
        int start = (int) (written % bytes.length);
        byte[] ordered = new byte[bytes.length];
        System.arraycopy(bytes, start, ordered, 0, bytes.length - start);
        System.arraycopy(bytes, 0, ordered, bytes.length - start, start);
        return new String(ordered, StandardCharsets.UTF_8);
    }
}
