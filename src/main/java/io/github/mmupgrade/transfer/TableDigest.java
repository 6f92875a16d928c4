package io.github.mmupgrade.transfer;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/**
 * What the rows of a table are, in any order: the number of rows and the sum of their checksums, for each of some groups
 * that their keys put them into. Two tables of equal digests have the same rows; groups that differ tell where to look.
 */
final class TableDigest {

    private static final int GROUPS = 256;

    private final long[] sums = new long[GROUPS];
    private final long[] counts = new long[GROUPS];

    /** The group of a key. */
    static int group(long keyHash) {
        return (int) ((keyHash ^ (keyHash >>> 32)) & (GROUPS - 1));
    }

    void add(long keyHash, long lineHash) {
        int group = group(keyHash);
        sums[group] += lineHash;
        counts[group]++;
    }

    void addAll(TableDigest other) {
        for (int i = 0; i < GROUPS; i++) {
            sums[i] += other.sums[i];
            counts[i] += other.counts[i];
        }
    }

    long rows() {
        long rows = 0;
        for (long each : counts) {
            rows += each;
        }
        return rows;
    }

    /** The groups that differ. */
    BitSet differences(TableDigest other) {
        BitSet found = new BitSet(GROUPS);
        for (int i = 0; i < GROUPS; i++) {
            found.set(i, sums[i] != other.sums[i] || counts[i] != other.counts[i]);
        }
        return found;
    }

    void write(DataOutput out) throws IOException {
        for (int i = 0; i < GROUPS; i++) {
            out.writeLong(sums[i]);
            out.writeLong(counts[i]);
        }
    }

    static TableDigest read(DataInput in) throws IOException {
        TableDigest digest = new TableDigest();
        for (int i = 0; i < GROUPS; i++) {
            digest.sums[i] = in.readLong();
            digest.counts[i] = in.readLong();
        }
        return digest;
    }
}
