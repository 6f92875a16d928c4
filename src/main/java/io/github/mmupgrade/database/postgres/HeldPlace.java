package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.host.Command;
import java.nio.file.Path;

/**
 * The directory of a program whose user cannot get to it by its path, which leads through directories of root's: the
 * program is started in it, opens it, and knows it by the number of the open file. PostgreSQL's programs leave where they
 * were started, so that a relative path leads nowhere.
 */
final class HeldPlace {

    /** The directory, to the program. */
    static final String HERE = "/proc/self/fd/9";

    private HeldPlace() {}

    /**
     * A program that finds a directory at {@link #HERE}.
     *
     * @param directory one that its user owns
     */
    static Command.Builder run(String program, Path directory) {
        return Command.of("sh", "-c", "exec 9<. && cd / && exec \"$@\"", "sh", program)
                .directory(directory);
    }
}
