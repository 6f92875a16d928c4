package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.RawName;

/** A line as {@code sha256sum} writes and {@code sha256sum -c} reads it (GNU coreutils 9). */
public final class ChecksumLine {

    /** The name of the file of sums in a backup. */
    public static final String FILE = "SHA256SUMS";

    private ChecksumLine() {}

    /**
     * The line of one file.
     *
     * @param name a path as {@link RawName}; a backslash, line feed or carriage return in it is escaped, which a
     *     backslash at the start of the line says
     */
    static byte[] of(String sha256, String name) {
        boolean odd = name.indexOf('\\') >= 0 || name.indexOf('\n') >= 0 || name.indexOf('\r') >= 0;
        String spelled = odd ? name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") : name;
        return RawName.bytes((odd ? "\\" : "") + sha256 + "  " + spelled + "\n");
    }
}
