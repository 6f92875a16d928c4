package io.github.mmupgrade.unpack;

import io.github.mmupgrade.report.Amount;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The list of everything that a release shipped, kept so that later it is known what its administrator changed: a line
 * each of type, mode, size, SHA-256 or link's target, and path, with tabs between; the last line counts them, so that
 * half a list is never taken for a whole one.
 */
public final class ShippedFileList {

    private static final String FIRST_LINE = "# shipped by a Mattermost release, format 1";
    private static final String LAST_LINE = "# entries ";

    private ShippedFileList() {}

    /** What kind of thing an entry is. */
    public enum Type {
        /** A file. */
        FILE('f'),
        /** A directory. */
        DIRECTORY('d'),
        /** A symbolic link. */
        LINK('l'),
        /** Another name of a file above it in the list. */
        HARD_LINK('h');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        private static Type of(String text) throws IOException {
            for (Type type : values()) {
                if (text.equals(String.valueOf(type.letter))) {
                    return type;
                }
            }
            throw new IOException("Unknown type '" + text + "'");
        }
    }

    /**
     * One thing that was shipped.
     *
     * @param type what it is
     * @param mode its permissions, such as 0755; 0777 for a link
     * @param size the bytes of a file; 0 for others
     * @param content the SHA-256 of a file, the target of a link (of a hard link: its path), {@code -} for a
     *     directory
     * @param path where it is, from the release's directory
     */
    public record Entry(Type type, int mode, long size, String content, String path) {}

    /**
     * Reads a list, entry by entry.
     *
     * @throws IOException when it can't be read, or is none, or not whole
     */
    public static void read(Path list, Consumer<Entry> each) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(list)) {
            if (!FIRST_LINE.equals(lines.readLine())) {
                throw new IOException(list + " is not a list of shipped files");
            }
            int count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(LAST_LINE + count)) {
                    return;
                }
                each.accept(parse(list, line));
                count++;
            }
            throw new IOException(list + " is incomplete: it ends after " + Amount.of(count, "entry"));
        }
    }

    /**
     * What installing the release exchanges: the names at its top and those in {@code client/}, sorted.
     *
     * @throws IOException as for {@link #read}
     */
    public static List<String> exchanged(Path list) throws IOException {
        Set<String> result = new TreeSet<>();
        read(list, entry -> addExchanged(entry.path(), result));
        return List.copyOf(result);
    }

    static void addExchanged(String path, Set<String> result) {
        int slash = path.indexOf('/');
        String top = slash < 0 ? path : path.substring(0, slash);
        result.add(top);
        if (slash >= 0 && top.equals("client")) {
            int next = path.indexOf('/', slash + 1);
            result.add(next < 0 ? path : path.substring(0, next));
        }
    }

    private static Entry parse(Path list, String line) throws IOException {
        String[] fields = line.split("\t", -1);
        if (fields.length != 5) {
            throw new IOException(list + " has a line that does not belong in a list of shipped files: " + line);
        }
        try {
            return new Entry(
                    Type.of(fields[0]),
                    Integer.parseInt(fields[1], 8),
                    Long.parseLong(fields[2]),
                    fields[3],
                    fields[4]);
        } catch (NumberFormatException e) {
            throw new IOException(list + " has a line that does not belong in a list of shipped files: " + line, e);
        }
    }

    /** Writes a list, entry by entry, to a stream that the caller closes. */
    static final class Writer {
        private final OutputStream out;
        private int count;

        Writer(OutputStream out) throws IOException {
            this.out = out;
            line(FIRST_LINE);
        }

        void add(Type type, int mode, long size, String content, String path) throws IOException {
            line(type.letter + "\t0" + Integer.toOctalString(mode) + "\t" + size + "\t" + content + "\t" + path);
            count++;
        }

        void end() throws IOException {
            line(LAST_LINE + count);
        }

        private void line(String text) throws IOException {
            out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
