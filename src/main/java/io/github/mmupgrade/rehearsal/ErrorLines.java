package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.server.ServerFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What the servers of a rehearsal log as errors, apart by release. */
final class ErrorLines {

    private static final Pattern ERROR = Pattern.compile(
            "\"level\":\\s*\"(?:error|critical|fatal|panic)\"|\\[(?:EROR|CRIT)]|^panic:|^fatal error:|(?:^|\\s)error\\s+\\[",
            Pattern.CASE_INSENSITIVE);

    private static final int LINES = 30;
    private static final int CHARACTERS = 600;
    private static final long BYTES = 8 << 20;

    private final Path installation;
    private final List<Path> files;
    private final Set<String> secrets;
    private final Map<Path, Long> read = new LinkedHashMap<>();
    private final Map<String, List<String>> byRelease = new LinkedHashMap<>();

    /**
     * Reads from the beginning of the logs on.
     *
     * @param installation the copy
     * @param secrets what is taken out of every line
     */
    ErrorLines(Path installation, Set<String> secrets) {
        this.installation = installation;
        Path logs = installation.resolve("logs");
        this.files = List.of(logs.resolve("mattermost.log"), logs.resolve("console.log"));
        this.secrets = Set.copyOf(secrets);
    }

    /** Takes what was logged since the last call as a release's. */
    void collect(String release) {
        Set<String> lines = new LinkedHashSet<>(byRelease.getOrDefault(release, List.of()));
        for (Path file : files) {
            for (String line : fresh(file)) {
                if (ERROR.matcher(line).find() && lines.size() < LINES) {
                    String shown = Secrets.redactText(line.strip(), secrets);
                    lines.add(shown.length() > CHARACTERS ? shown.substring(0, CHARACTERS) + "..." : shown);
                }
            }
        }
        byRelease.put(release, new ArrayList<>(lines));
    }

    private List<String> fresh(Path file) {
        try (FileChannel log = ServerFile.open(file, FileStat.of(installation).uid(), installation)) {
            long from = read.getOrDefault(file, 0L);
            long end = log.size();
            // a log that became shorter was begun again
            from = Math.max(from > end ? 0 : from, end - BYTES);
            byte[] bytes = Channels.newInputStream(log.position(from)).readNBytes((int) (end - from));
            read.put(file, end);
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The lines of each release that ran; none of one that logged no error. */
    Map<String, List<String>> byRelease() {
        return byRelease;
    }
}
