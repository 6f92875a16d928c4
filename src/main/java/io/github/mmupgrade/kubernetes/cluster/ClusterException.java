package io.github.mmupgrade.kubernetes.cluster;

import io.github.mmupgrade.report.Hint;

/** The API server refused something, or did not answer. */
public final class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private final int code;

    /**
     * An exception.
     *
     * @param code the status of HTTP; 0 or less when nothing answered
     */
    ClusterException(String message, int code, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Whether somebody else changed the object since it was read. */
    public boolean isConflict() {
        return code == CONFLICT;
    }

    /** Whether there is no such object, or no such kind of objects. */
    public boolean isNotFound() {
        return code == NOT_FOUND;
    }

    /** Whether the account may not do it, so that asking again does not help. */
    public boolean isDenied() {
        return code == UNAUTHORIZED || code == FORBIDDEN;
    }

    /** Whether the same request may succeed a moment later. */
    public boolean isTransient() {
        return code <= 0 || code == REQUEST_TIMEOUT || code == GONE || code == TOO_MANY || code >= SERVER_ERROR;
    }

    /** What to do about it. */
    public Hint hint() {
        return switch (code) {
            case UNAUTHORIZED ->
                Hint.of("Log in again: the token or certificate of the context is not accepted. To check it:"
                        + " kubectl auth whoami");
            case FORBIDDEN ->
                Hint.of("Give the account this right. examples/kubernetes/roles.yaml of the plugin has a role for the"
                        + " namespace of the installation, and one for that of the operator.");
            default -> Hint.of("Check mattermost.kubernetes.context, and that the API server answers: kubectl version");
        };
    }
}
