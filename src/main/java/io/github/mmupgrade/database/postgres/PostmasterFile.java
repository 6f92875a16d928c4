package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.files.PlainFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server of PostgreSQL writes into its data directory while it runs: {@code postmaster.pid}, with a fixed meaning
 * for each line (PostgreSQL's {@code pidfile.h}).
 *
 * @param process the number of its process; 0 when the file does not say
 * @param port its port; 0 when the file does not say
 * @param ready whether it takes connections
 */
public record PostmasterFile(long process, int port, boolean ready) {

    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    /** Of a data directory; empty when nothing runs there, or it cannot be read. */
    public static Optional<PostmasterFile> of(Path data) {
        try {
            // a server that runs as another user could be anybody's, and this a pipe or a device
            byte[] said = PlainFile.readOfOther(data.resolve("postmaster.pid"), PlainFile.SMALL);
            List<String> lines =
                    new String(said, StandardCharsets.UTF_8).lines().toList();
            return Optional.of(new PostmasterFile(
                    number(line(lines, 0)),
                    (int) number(line(lines, PORT_LINE)),
                    line(lines, STATUS_LINE).equals("ready")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String line(List<String> lines, int number) {
        return lines.size() > number ? lines.get(number).strip() : "";
    }

    private static long number(String text) {
        return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
    }
}
