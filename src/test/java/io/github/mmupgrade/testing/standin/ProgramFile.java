package io.github.mmupgrade.testing.standin;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.testing.standin.server.StandInServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The one file that is the stand-in's program: a shell's few lines that start Java, and behind them the jar that these
 * lines name, which is the file itself.
 */
final class ProgramFile {

    private static final String LAUNCHER = """
            #!/bin/sh
            case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
            java=$JAVA_HOME/bin/java
            [ -x "$java" ] || java=$(command -v java) || java=/usr/bin/java
            unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS
            flags="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx64m -XX:-UsePerfData"
            shared='SHARED'
            [ ! -r "$shared.jsa" ] || exec "$java" $flags -Xlog:disable -XX:SharedArchiveFile="$shared.jsa" \\
                -cp "$shared.jar:$self" MAIN "$@"
            exec "$java" $flags -jar "$self" "$@"
            exit 127
            """;

    /** What the program needs of other people's code; the classes stand for the jars that they are in. */
    private static final List<Class<?>> LIBRARIES = List.of(
            org.postgresql.Driver.class,
            org.mariadb.jdbc.Driver.class,
            com.fasterxml.jackson.databind.ObjectMapper.class,
            com.fasterxml.jackson.core.JsonGenerator.class,
            com.fasterxml.jackson.annotation.JsonProperty.class);

    private ProgramFile() {}

    /**
     * The program of a release.
     *
     * @param shared the {@link SharedClasses} that it starts quicker with, where they can be read; null for none
     */
    static byte[] of(Version version, Edition edition, Path shared) {
        try {
            ByteArrayOutputStream jar = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(jar)) {
                Set<String> names = new HashSet<>();
                String manifest = "Manifest-Version: 1.0\nMain-Class: " + StandInServer.class.getName() + "\n";
                add(zip, names, "META-INF/MANIFEST.MF", manifest.getBytes(StandardCharsets.UTF_8));
                add(
                        zip,
                        names,
                        "standin.properties",
                        ("version=" + version + "\nedition=" + edition.key() + "\n").getBytes(StandardCharsets.UTF_8));
                addClasses(zip, names);
            }
            ByteArrayOutputStream program = new ByteArrayOutputStream();
            program.write(LAUNCHER.replace("SHARED", shared == null ? "" : shared.toString())
                    .replace("MAIN", StandInServer.class.getName())
                    .getBytes(StandardCharsets.UTF_8));
            program.write(jar.toByteArray());
            return program.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the program's classes are now, as a class path; in a build's script it is not that of the JVM. */
    static String classPath() {
        return Stream.concat(Stream.of(StandInServer.class, Version.class), LIBRARIES.stream())
                .map(type -> place(type).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Writes a jar of what all releases have in common; the names of its classes, with slashes. */
    static List<String> writeClasses(Path jar) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            // nothing to unpack
            zip.setLevel(Deflater.NO_COMPRESSION);
            addClasses(zip, names);
        }
        return names.stream()
                .filter(name -> name.endsWith(".class"))
                .map(name -> name.substring(0, name.length() - ".class".length()))
                .toList();
    }

    private static void addClasses(ZipOutputStream zip, Set<String> names) throws IOException {
        for (Path file : ownFiles()) {
            add(zip, names, root(file).relativize(file).toString(), Files.readAllBytes(file));
        }
        for (Class<?> library : LIBRARIES) {
            addLibrary(zip, names, place(library));
        }
    }

    /** The class files and resources of the project that the program consists of. */
    static List<Path> ownFiles() throws IOException {
        Path tests = place(StandInServer.class);
        Path main = place(Version.class);
        try (Stream<Path> server = Files.walk(tests.resolve("io/github/mmupgrade/testing/standin/server"));
                Stream<Path> release = Files.walk(main.resolve("io/github/mmupgrade/release"));
                Stream<Path> sockets = Files.walk(main.resolve("io/github/mmupgrade/connection"))) {
            return Stream.of(
                            server,
                            release.filter(f -> f.getFileName().toString().matches("(Version|Edition)\\b.*\\.class")),
                            sockets.filter(f -> f.getFileName().toString().matches("UnixSocket.*\\.class")),
                            Stream.of(tests.resolve("standin-settings.tsv")))
                    .flatMap(files -> files)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    private static Path root(Path file) {
        Path tests = place(StandInServer.class);
        return file.startsWith(tests) ? tests : place(Version.class);
    }

    private static void addLibrary(ZipOutputStream zip, Set<String> names, Path jar) throws IOException {
        try (InputStream file = Files.newInputStream(jar);
                ZipInputStream entries = new ZipInputStream(file)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                String name = entry.getName();
                boolean needed = !name.startsWith("META-INF/") || name.startsWith("META-INF/services/");
                if (!entry.isDirectory() && needed && !name.equals("module-info.class")) {
                    add(zip, names, name, entries.readAllBytes());
                }
            }
        }
    }

    private static void add(ZipOutputStream zip, Set<String> names, String name, byte[] content) throws IOException {
        if (names.add(name)) {
            ZipEntry entry = new ZipEntry(name);
            entry.setTime(StandInArchives.BUILT.toEpochMilli());
            zip.putNextEntry(entry);
            zip.write(content);
            zip.closeEntry();
        }
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
