package io.github.mmupgrade.unpack;

/**
 * How much an archive may hold before it is taken for a bomb.
 *
 * @param maxBytes the most bytes that may come out of it, headers included; above 0
 * @param maxEntries the most entries; above 0
 * @param maxRatio the most bytes that may come out for each byte of the archive's file, once 16 MiB came out; above 1.
 *     A release's is between 1 and 4.
 */
public record UnpackLimits(long maxBytes, int maxEntries, int maxRatio) {

    /** Several times what the largest release so far needs: 8 GiB, 200,000 entries, 50 to 1. */
    public static final UnpackLimits DEFAULT = new UnpackLimits(8L << 30, 200_000, 50);

    private static final long RATIO_COUNTS_FROM = 16L << 20;

    /** Checks the numbers. */
    public UnpackLimits {
        if (maxBytes <= 0 || maxEntries <= 0 || maxRatio <= 1) {
            throw new IllegalArgumentException(
                    "Not limits: " + maxBytes + " bytes, " + maxEntries + " entries, " + maxRatio + " to 1");
        }
    }

    /** Throws when so many bytes that came out of a file of so many are more than there may be. */
    void check(long unpacked, long packed) throws UnpackRefusal {
        if (unpacked > maxBytes) {
            throw new UnpackRefusal("it unpacks to more than " + maxBytes + " bytes");
        }
        if (unpacked > RATIO_COUNTS_FROM && unpacked / maxRatio > packed) {
            throw new UnpackRefusal("it unpacks to more than " + maxRatio + " times its size");
        }
    }
}
