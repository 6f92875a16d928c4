package io.github.mmupgrade.testing.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The classes of the stand-in as the virtual machine wants them in memory (class data sharing). Most of the time of a
 * start goes into loading and checking classes, and the tests start thousands of servers.
 */
final class SharedClasses {

    private SharedClasses() {}

    /**
     * The classes in a directory; made once.
     *
     * @return the path of two files but for their endings, {@code .jar} and {@code .jsa}
     */
    static synchronized Path in(Path directory) {
        try {
            Files.createDirectories(directory);
            // the other JVMs that run tests want them, too
            try (FileChannel file = FileChannel.open(
                            directory.resolve("standin.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                if (lock.isValid() && !Files.exists(directory.resolve("standin.jsa"))) {
                    make(directory);
                }
            }
            return directory.resolve("standin");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void make(Path directory) throws IOException {
        Path jar = directory.resolve("standin.jar");
        Path list = directory.resolve("standin.list");
        Path archive = directory.resolve("standin.part");
        java(
                "-Xshare:off",
                "-XX:DumpLoadedClassList=" + list,
                "-cp",
                ProgramFile.classPath(),
                SharedTraining.class.getName());
        Set<String> classes = new LinkedHashSet<>(Files.readAllLines(list));
        classes.addAll(ProgramFile.writeClasses(jar));
        Files.write(list, classes);
        java(
                "-Xshare:dump",
                "-Xlog:disable",
                "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + archive,
                "-cp",
                jar.toString());
        for (Path file : List.of(jar, archive)) {
            // whoever runs the tests' servers may read it
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.move(archive, directory.resolve("standin.jsa"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void java(String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of(arguments));
        Path log = Files.createTempFile("shared", ".log");
        try {
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(line + " failed: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.delete(log);
        }
    }
}
