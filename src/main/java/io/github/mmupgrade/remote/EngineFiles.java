package io.github.mmupgrade.remote;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The engine as files: the plugin's own archive and the libraries that it needs. */
final class EngineFiles {

    private final List<SentFile> files;

    private EngineFiles(List<SentFile> files) {
        this.files = List.copyOf(files);
    }

    /**
     * Of these archives.
     *
     * @param archives in the order of the class path
     */
    static EngineFiles of(List<Path> archives) {
        List<SentFile> files = new ArrayList<>();
        for (Path archive : archives) {
            try {
                files.add(SentFile.of(archive));
            } catch (IOException e) {
                throw new RefusedException(
                        "The plugin's archive " + archive + " cannot be read: " + IoReason.of(e)
                                + ". Nothing was changed.",
                        Hint.of("Check Maven's local repository."),
                        e);
            }
        }
        return new EngineFiles(files);
    }

    List<SentFile> files() {
        return files;
    }

    /** The places of the files on the other machine, separated by spaces. */
    String places() {
        return files.stream().map(SentFile::place).collect(Collectors.joining(" "));
    }

    /** The engine's name: it changes with every byte of it. */
    String name() {
        return Digests.sha256(places().getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }
}
