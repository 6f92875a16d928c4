package io.github.mmupgrade.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Memory that a call of {@link Kernel} reads or writes where it is. An array of Java's is copied to the call and back,
 * all of it, however little the call needs. For one thread at a time; it must be kept while a call works with it.
 */
public final class NativeBuffer {

    private final ByteBuffer bytes;
    private final long address;

    /** Memory of some bytes, where the C library can be called. */
    public NativeBuffer(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Kernel.isAvailable() ? Pointer.nativeValue(Native.getDirectBufferPointer(bytes)) : 0;
    }

    /** What is in it, in the order of the machine's bytes. */
    public ByteBuffer bytes() {
        return bytes;
    }

    long address() {
        return address;
    }

    /**
     * Puts a name into it, as the kernel wants it.
     *
     * @param raw its bytes as characters (ISO 8859-1)
     */
    NativeBuffer text(String raw) {
        bytes.put(0, raw.getBytes(StandardCharsets.ISO_8859_1)).put(raw.length(), (byte) 0);
        return this;
    }
}
