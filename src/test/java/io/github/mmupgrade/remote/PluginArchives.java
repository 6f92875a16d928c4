package io.github.mmupgrade.remote;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** What Maven loads the plugin from, for tests that run without Maven. */
final class PluginArchives {

    private static final Set<String> LIBRARIES = Set.of(
            "commons-exec",
            "commons-compress",
            "commons-io",
            "commons-lang3",
            "commons-codec",
            "jackson-core",
            "jackson-databind",
            "jackson-annotations",
            "xz",
            "zstd-jni",
            "jna",
            "commonmark",
            "commonmark-ext-gfm-tables",
            "bcpg-jdk18on",
            "bcprov-jdk18on",
            "bcutil-jdk18on",
            "postgresql",
            "mariadb-java-client",
            "caffeine",
            "slf4j-api");

    private static List<Path> all;

    private PluginArchives() {}

    /** The plugin's classes, packed, and the libraries that it needs. */
    static synchronized List<Path> all() {
        if (all == null) {
            List<Path> found = new ArrayList<>();
            String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
            Arrays.stream(path)
                    .map(Path::of)
                    .filter(file -> file.endsWith(Path.of("target", "classes")))
                    .map(PluginArchives::packed)
                    .forEach(found::add);
            Arrays.stream(path)
                    .map(Path::of)
                    .filter(file ->
                            LIBRARIES.contains(file.getFileName().toString().replaceFirst("-\\d.*", "")))
                    .forEach(found::add);
            all = found;
        }
        return all;
    }

    private static Path packed(Path classes) {
        try {
            Path archive = Files.createTempFile("plugin", ".jar");
            archive.toFile().deleteOnExit();
            try (OutputStream out = Files.newOutputStream(archive);
                    JarOutputStream jar = new JarOutputStream(out);
                    Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    ZipEntry entry = new ZipEntry(classes.relativize(file).toString());
                    entry.setLastModifiedTime(FileTime.fromMillis(0));
                    jar.putNextEntry(entry);
                    Files.copy(file, jar);
                    jar.closeEntry();
                }
            }
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
