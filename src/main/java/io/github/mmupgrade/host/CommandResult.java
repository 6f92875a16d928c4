package io.github.mmupgrade.host;

import java.util.List;

/**
 * How a program ended. The caller judges the exit status.
 *
 * @param exitStatus the exit status; 128 + n when signal n ended it
 * @param output the captured standard output (its last megabyte), empty when it went to a file
 * @param errors the captured standard error (its last megabyte)
 * @param timedOut whether it was ended because its limit was over
 * @param running what of it ran when its limit was over: numbers and programs; empty when it ended in time
 */
public record CommandResult(int exitStatus, String output, String errors, boolean timedOut, List<String> running) {

    /** Copies the list. */
    public CommandResult {
        running = List.copyOf(running);
    }

    /** Whether it ended in time with status 0. */
    public boolean succeeded() {
        return exitStatus == 0 && !timedOut;
    }

    /** The lines of the standard output. */
    public List<String> lines() {
        return output.lines().toList();
    }

    /** How it ended, for a message: its status, and what it said last. */
    public String ending() {
        String said = tail();
        return "ended with status " + exitStatus + (said.isEmpty() ? " and said nothing" : ": " + said);
    }

    /** The last lines of both streams, for a message; at most 10. */
    public String tail() {
        List<String> all =
                (output + "\n" + errors).lines().filter(l -> !l.isBlank()).toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - 10), all.size()));
    }
}
