package io.github.mmupgrade.service;

/** What a service is doing. */
public enum ServiceState {
    /** It is up. */
    RUNNING,
    /** It is down, and stays down. */
    STOPPED,
    /** It ended by itself with an error, and stays down. */
    FAILED,
    /** The administrator has forbidden to start it. */
    MASKED,
    /** It is on its way up, or waits to be started again by itself. */
    STARTING,
    /** It is on its way down. */
    STOPPING,
    /** There is no such service, or it can't be told. */
    UNKNOWN;

    /** Whether nothing runs and nothing will start by itself. */
    public boolean down() {
        return this == STOPPED || this == FAILED || this == MASKED;
    }
}
