package io.github.mmupgrade.testing.standin.server;

/** Why the stand-in server ends with another exit status than 0. */
final class ServerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    ServerFailure(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    int exitStatus() {
        return exitStatus;
    }
}
