package io.github.mmupgrade.context;

import io.github.mmupgrade.server.ServerFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a server writes into its logs from a moment on. */
final class ServerLog {

    private static final int TAIL_BYTES = 64 * 1024;
    private static final int LINES = 8;

    /** How the lines of errors look in the releases' forms: plain, JSON, panics. */
    private static final Pattern MATTERS = Pattern.compile(
            "panic:|fatal|\\[CRIT\\]|\\[EROR\\]|\"level\":\\s*\"(?:error|critical|fatal|panic)\"|\\berror\\b|Failed to",
            Pattern.CASE_INSENSITIVE);

    /** A data source that the server could not read is logged whole, and where its password ends cannot be told. */
    private static final Pattern DATA_SOURCE = Pattern.compile("(?:postgres(?:ql)?://|\\S*@(?:tcp|unix)\\().*");

    private record Known(Path file, long size) {}

    private final List<Known> files;
    private final Path installation;
    private final int user;

    /** The logs of a server, from now on. */
    ServerLog(InstalledServer server) {
        this.installation = server.installation().directory();
        this.user = server.user().uid();
        Path logs = installation.resolve("logs");
        String configured = server.effective().text("LogSettings.FileLocation").orElse("");
        Path main = configured.isBlank() ? logs.resolve("mattermost.log") : inDirectory(logs, configured);
        this.files = Stream.of(main, logs.resolve("console.log"))
                .map(file -> new Known(file, sizeOf(file)))
                .toList();
    }

    private static Path inDirectory(Path logs, String configured) {
        Path given = logs.getParent().resolve(configured);
        // a file in 1.x, a directory later
        return given.toString().endsWith(".log") ? given : given.resolve("mattermost.log");
    }

    /** How much is in them now; grows while the server does something. */
    long size() {
        return files.stream().mapToLong(known -> sizeOf(known.file())).sum();
    }

    /** The last lines that were written since and tell of trouble; the last lines of all where none does. */
    List<String> linesThatMatter() {
        List<String> fresh = new ArrayList<>();
        for (Known known : files) {
            fresh.addAll(since(known));
        }
        List<String> trouble =
                fresh.stream().filter(line -> MATTERS.matcher(line).find()).toList();
        List<String> chosen = trouble.isEmpty() ? fresh : trouble;
        return chosen.subList(Math.max(0, chosen.size() - LINES), chosen.size());
    }

    private List<String> since(Known known) {
        try (FileChannel file = ServerFile.open(known.file(), user, installation)) {
            // a log that became shorter was rotated: all of it is new
            long length = file.size();
            long from = length < known.size() ? 0 : known.size();
            from = Math.max(from, length - TAIL_BYTES);
            InputStream rest = Channels.newInputStream(file.position(from));
            byte[] bytes = rest.readNBytes((int) (length - from));
            // a line whose beginning is cut off may hold a secret that cannot be told any more
            boolean cut = from > 0 && from > known.size();
            return new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .skip(cut ? 1 : 0)
                    .map(line -> DATA_SOURCE.matcher(line).replaceFirst("(data source)"))
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
