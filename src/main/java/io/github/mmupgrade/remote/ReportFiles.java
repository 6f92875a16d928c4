package io.github.mmupgrade.remote;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.github.mmupgrade.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the reports of a goal that was carried out elsewhere are written on this machine.
 *
 * @param directory for all of them
 * @param rehearsal the file for a rehearsal's report; what belongs to it is written beside it
 */
public record ReportFiles(Path directory, Path rehearsal) {

    private static final String REHEARSAL = "rehearsal.json";
    private static final String REHEARSAL_LOG = "rehearsal.log";

    /** The same in directories of their own, for one node of a cluster. */
    public ReportFiles of(String node) {
        String name = node.replace(':', '_');
        return new ReportFiles(
                directory.resolve(name), rehearsal.resolveSibling(name).resolve(rehearsal.getFileName()));
    }

    /** Writes a report. */
    void write(String name, String content) throws IOException {
        Path file = place(name);
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, AtomicFile.PRIVATE, content);
    }

    private Path place(String name) {
        return switch (name) {
            case REHEARSAL -> rehearsal;
            case REHEARSAL_LOG -> rehearsal.resolveSibling(REHEARSAL_LOG);
            default -> directory.resolve(Path.of(name).getFileName());
        };
    }

    /**
     * A line of JSON with the places here instead of those on the other machine.
     *
     * @param there the directory of reports on the other machine
     */
    String translated(String json, String there) {
        return json.replace(there + "/" + REHEARSAL, quoted(place(REHEARSAL)))
                .replace(there + "/" + REHEARSAL_LOG, quoted(place(REHEARSAL_LOG)))
                .replace(there, quoted(directory));
    }

    private static String quoted(Path path) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(path.toString()));
    }
}
