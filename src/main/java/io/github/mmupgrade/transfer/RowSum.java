package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.CopyLine;
import java.util.zip.CRC32;

/**
 * The number of some rows and a sum over their checksums, which MySQL computes, too. The checksums are not added
 * themselves: those of two rows that exchange values differ by the same bits, and one exchange in ten thousand would leave
 * their sum as it was.
 */
final class RowSum {

    private final CRC32 crc = new CRC32();
    private final CopyLine digits = new CopyLine();
    private long rows;
    private long sum;

    /** MySQL's expressions for both. */
    static String sourceExpression(TableMapping mapping) {
        return "COUNT(*), COALESCE(SUM(CRC32(" + RowFingerprint.sourceExpression(mapping) + ")), 0)";
    }

    /** Adds a row by the checksum of its values. */
    void add(int checksum) {
        digits.clear();
        digits.number(checksum & 0xFFFFFFFFL);
        crc.reset();
        crc.update(digits.bytes(), 0, digits.length());
        sum += crc.getValue();
        rows++;
    }

    long rows() {
        return rows;
    }

    long sum() {
        return sum;
    }
}
