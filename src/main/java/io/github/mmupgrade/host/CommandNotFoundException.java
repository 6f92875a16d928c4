package io.github.mmupgrade.host;

/** There is no such program on the host. */
public final class CommandNotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the program. */
    public CommandNotFoundException(String program) {
        super("There is no program '" + program + "' on this host");
    }
}
