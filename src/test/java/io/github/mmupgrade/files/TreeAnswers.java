package io.github.mmupgrade.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** Reads what the program of another user answers, for tests elsewhere: any bytes, because the user can interfere. */
public final class TreeAnswers {

    private TreeAnswers() {}

    /**
     * Reads answers until there are no more; the byte before each says what it answers. What was read is written again
     * and reads the same.
     *
     * @throws IOException when it is no answer
     */
    public static void read(byte[] answers) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(answers));
        while (in.available() > 0) {
            switch (in.readUnsignedByte()) {
                case TreeWire.STAT -> {
                    FileStat stat = TreeWire.readStat(in);
                    require(stat.equals(TreeWire.readStat(written(out -> TreeWire.writeStat(out, stat)))), stat);
                }
                case TreeWire.NAMES -> {
                    for (String name : TreeClient.readNames(in, 1 << 26)) {
                        require(name.equals(TreeWire.readText(written(out -> TreeWire.writeText(out, name)))), name);
                    }
                }
                case TreeWire.READ -> TreeWire.readBytes(in, TreeWire.CHUNK);
                case TreeWire.READ_LINK -> {
                    var path = TreeWire.readPath(in);
                    require(path.equals(TreeWire.readPath(written(out -> TreeWire.writePath(out, path)))), path);
                }
                default -> throw new EOFException();
            }
        }
    }

    @FunctionalInterface
    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static DataInputStream written(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }

    private static void require(boolean same, Object what) {
        if (!same) {
            throw new AssertionError(what + " does not read as it was written");
        }
    }
}
