package io.github.mmupgrade.unpack;

import io.github.mmupgrade.report.IoReason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * The bytes of a tar archive on their way to the parser, counted against the limits: those of the whole archive, and,
 * because a parser keeps headers (long names, extended attributes) in memory, those of headers.
 */
final class UnpackStream extends InputStream {

    private static final int RECORD = 512;
    private static final long HEADERS_OF_ONE_ENTRY = 1 << 20;
    /** What ordinary headers of an entry take, with a long name and extended times. */
    private static final long ORDINARY_HEADERS = 8 * RECORD;

    private static final long LARGE_HEADERS_IN_ALL = 4 << 20;

    private final UnpackReadAhead source;
    private final UnpackLimits limits;
    private final long packed;
    private UnpackReadAhead.Chunk chunk;
    private int offset;
    private long position;
    private long unpacked;
    private boolean ended;

    private long headersEnd = Long.MAX_VALUE;
    private long headersStart;
    private long largeHeaders;
    /** How many of the last bytes read, in headers, were zero. */
    private long zeros;

    /**
     * A stream.
     *
     * @param packed the bytes of the archive's file
     */
    UnpackStream(UnpackReadAhead source, UnpackLimits limits, long packed) {
        this.source = source;
        this.packed = packed;
        this.limits = limits;
    }

    /** Says that the parser now reads headers, until {@link #endHeaders()}. */
    void startHeaders() {
        headersStart = position;
        headersEnd = position + HEADERS_OF_ONE_ENTRY;
        zeros = 0;
    }

    /** Says that what follows is an entry's content. */
    void endHeaders() throws UnpackRefusal {
        headersEnd = Long.MAX_VALUE;
        largeHeaders += Math.max(0, position - headersStart - ORDINARY_HEADERS);
        if (largeHeaders > LARGE_HEADERS_IN_ALL) {
            throw new UnpackRefusal("it has more than " + LARGE_HEADERS_IN_ALL + " bytes of oversized headers");
        }
    }

    /**
     * Reads what is behind the last entry.
     *
     * @throws UnpackRefusal when the mark of the end (two records of zeros) is missing, or when something follows it
     */
    void requireEnd() throws IOException {
        headersEnd = Long.MAX_VALUE;
        // Behind the last entry the parser read its padding, less than a record, and the mark, if there is one.
        if (zeros < 2 * RECORD) {
            throw new UnpackRefusal("it is truncated: the end of the tar archive is missing");
        }
        while (fill()) {
            for (; offset < chunk.length(); offset++) {
                if (chunk.bytes()[offset] != 0) {
                    throw new UnpackRefusal("it has data after the end of the tar archive");
                }
            }
        }
    }

    @Override
    public int read() throws IOException {
        if (!fill()) {
            return -1;
        }
        advance(1);
        return chunk.bytes()[offset - 1] & 0xff;
    }

    @Override
    public int read(byte[] target, int start, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, chunk.length() - offset);
        System.arraycopy(chunk.bytes(), offset, target, start, count);
        advance(count);
        return count;
    }

    @Override
    public int available() {
        return chunk == null ? 0 : chunk.length() - offset;
    }

    private void advance(int count) throws UnpackRefusal {
        offset += count;
        position += count;
        if (headersEnd == Long.MAX_VALUE) {
            return;
        }
        int run = 0;
        while (run < count && chunk.bytes()[offset - 1 - run] == 0) {
            run++;
        }
        zeros = run == count ? zeros + run : run;
        if (position > headersEnd) {
            throw new UnpackRefusal("the headers of one entry are larger than " + HEADERS_OF_ONE_ENTRY + " bytes");
        }
    }

    /** Whether there is a byte at the offset; gets the next chunk when this one is used up. */
    private boolean fill() throws IOException {
        if (chunk != null && offset < chunk.length()) {
            return true;
        }
        if (ended) {
            return false;
        }
        if (chunk != null) {
            source.recycle(chunk);
        }
        try {
            chunk = source.next();
        } catch (EOFException e) {
            throw new UnpackRefusal("it is truncated");
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new UnpackRefusal("it is damaged: " + IoReason.of(e));
        }
        offset = 0;
        ended = chunk == null;
        if (!ended) {
            unpacked += chunk.length();
            limits.check(unpacked, packed);
        }
        return !ended;
    }
}
