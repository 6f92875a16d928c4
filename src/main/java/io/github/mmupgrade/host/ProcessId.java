package io.github.mmupgrade.host;

import java.util.Optional;

/**
 * A process beyond doubt: the kernel gives numbers out again, but not with the same start.
 *
 * @param pid the process's number, above 0
 * @param startTicks when it started, in the kernel's ticks since boot (field 22 of {@code /proc/PID/stat})
 */
public record ProcessId(long pid, long startTicks) {

    /** Checks the numbers. */
    public ProcessId {
        if (pid <= 0 || startTicks < 0) {
            throw new IllegalArgumentException("Not a process: " + pid + " " + startTicks);
        }
    }

    /** Reads what {@link #toString()} wrote; empty when it is something else. */
    public static Optional<ProcessId> tryParse(String text) {
        String[] parts = text.strip().split("\\s+");
        if (parts.length != 2 || !parts[0].matches("\\d{1,10}") || !parts[1].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        long pid = Long.parseLong(parts[0]);
        return pid == 0 ? Optional.empty() : Optional.of(new ProcessId(pid, Long.parseLong(parts[1])));
    }

    /** Both numbers with a space between, as a pid file of ours has them. */
    @Override
    public String toString() {
        return pid + " " + startTicks;
    }
}
