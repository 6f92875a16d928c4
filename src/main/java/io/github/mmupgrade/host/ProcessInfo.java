package io.github.mmupgrade.host;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A process as the kernel shows it at one moment.
 *
 * <p>{@link #toString()} shows number and program only: arguments can hold a data source with its password.
 *
 * @param id its number and start, which together are never given out twice
 * @param parent the number of its parent; 0 for none
 * @param state the kernel's letter, such as {@code S}; {@code Z} for one that ended and was not yet waited for
 * @param owner as whom it runs (effective user and group)
 * @param executable the program's file; null when it can't be read (another user's process, a kernel thread)
 * @param directory its working directory; null when it can't be read
 * @param arguments its arguments, the program's name first; empty for a kernel thread
 * @param started when it started, to a hundredth of a second
 * @param umask its file mode creation mask; null where the kernel doesn't tell
 */
public record ProcessInfo(
        ProcessId id,
        long parent,
        char state,
        Owner owner,
        Path executable,
        Path directory,
        List<String> arguments,
        Instant started,
        Integer umask) {

    /** Freezes the arguments. */
    public ProcessInfo {
        arguments = List.copyOf(arguments);
    }

    /** Its number. */
    public long pid() {
        return id.pid();
    }

    /** Whether it ended, though its parent has not yet taken notice. */
    public boolean ended() {
        return isEnded(state);
    }

    static boolean isEnded(char state) {
        return state == 'Z' || state == 'X';
    }

    /** The program's short name, for messages. */
    public String program() {
        if (executable != null && executable.getFileName() != null) {
            return executable.getFileName().toString();
        }
        return arguments.isEmpty()
                ? "unknown program"
                : arguments.get(0).substring(arguments.get(0).lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return pid() + " (" + program() + ")";
    }
}
