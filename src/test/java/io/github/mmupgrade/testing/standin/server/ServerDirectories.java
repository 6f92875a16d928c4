package io.github.mmupgrade.testing.standin.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The directories that a running server makes and fills: files, logs, plugins. */
final class ServerDirectories {

    private final Configuration configuration;
    private final Path programDirectory;
    private final ServerLog log;

    ServerDirectories(Configuration configuration, Path programDirectory, ServerLog log) {
        this.configuration = configuration;
        this.programDirectory = programDirectory;
        this.log = log;
    }

    /** Starts the log file, in the directory of the settings or else in {@code logs} of the installation. */
    void openLog() {
        if (configuration.flag("LogSettings.EnableFile")) {
            String place = configuration.text("LogSettings.FileLocation");
            Path directory = place.isEmpty() ? programDirectory.resolveSibling("logs") : Path.of(place);
            log.toFile(directory.resolve("mattermost.log"));
        }
    }

    /** Makes what isn't there, seen from the working directory as the real server sees it. */
    void make() {
        List<Path> wanted = new ArrayList<>();
        if (configuration.text("FileSettings.DriverName").equals("local")) {
            wanted.add(files());
        }
        configuration.find("PluginSettings.Directory").ifPresent(place -> wanted.add(Path.of(place.asText())));
        configuration.find("PluginSettings.ClientDirectory").ifPresent(place -> wanted.add(Path.of(place.asText())));
        for (Path directory : wanted) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                log.error("Unable to create " + directory + ": " + e);
            }
        }
    }

    /** The file store. */
    Path files() {
        return Path.of(configuration.text("FileSettings.Directory"));
    }

    /** Unpacks the plugins that the archive brought over those of an earlier release. */
    void installPlugins() {
        Path brought = programDirectory.resolveSibling("prepackaged_plugins");
        boolean wanted = configuration.flag("PluginSettings.Enable")
                && configuration.flag("PluginSettings.AutomaticPrepackagedPlugins");
        if (!wanted || !Files.isDirectory(brought)) {
            return;
        }
        Path plugins = Path.of(configuration.text("PluginSettings.Directory"));
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(brought, "*.tar.gz")) {
            for (Path archive : archives) {
                int status = new ProcessBuilder(
                                "tar", "-xzf", archive.toString(), "--overwrite", "-C", plugins.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
                log.info("Installing prepackaged plugin " + archive.getFileName() + ", status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
