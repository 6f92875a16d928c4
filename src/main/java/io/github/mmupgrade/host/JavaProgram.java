package io.github.mmupgrade.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Classes of this plugin as a Java program that another user runs. That user may not get to the plugin's jar, such as
 * one in root's local repository, so the class files are copied to where everybody can read them.
 */
public final class JavaProgram {

    private static final String EVERYBODY_ENTERS = "rwxr-xr-x";
    private static final String EVERYBODY_READS = "rw-r--r--";

    private final List<Class<?>> parts;

    /**
     * A program of some classes.
     *
     * @param parts all classes that it consists of, the one with {@code main} first
     */
    public JavaProgram(List<Class<?>> parts) {
        this.parts = List.copyOf(parts);
    }

    /** The program that runs this Java, and that the other user has to be able to run. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /**
     * Copies the class files.
     *
     * @param directory an empty directory; its own mode stays
     */
    public void copyTo(Path directory) throws IOException {
        for (Class<?> part : parts) {
            String name = part.getName().replace('.', '/') + ".class";
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            try (InputStream code = part.getClassLoader().getResourceAsStream(name)) {
                Files.copy(code, file);
            }
            allow(file, EVERYBODY_READS);
            for (Path above = file.getParent(); !above.equals(directory); above = above.getParent()) {
                allow(above, EVERYBODY_ENTERS);
            }
        }
    }

    /**
     * The command that runs it: nothing of the caller's environment, a small heap.
     *
     * @param directory where the class files were copied to
     * @param megabytes the most that its heap takes
     */
    public Command.Builder command(Path directory, int megabytes) {
        return Command.of(java().toString(), "-Xmx" + megabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .add(
                        "-XX:-UsePerfData",
                        // else any program of the same user can have it load code
                        "-XX:+DisableAttachMechanism",
                        "-cp",
                        directory.toString(),
                        parts.get(0).getName())
                .cleanEnvironment();
    }

    private static void allow(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
