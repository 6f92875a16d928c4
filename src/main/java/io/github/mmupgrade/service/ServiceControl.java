package io.github.mmupgrade.service;

import io.github.mmupgrade.server.LifeWatch;
import java.time.Duration;
import java.util.Optional;

/** Starts and stops the server of one installation, through whoever manages it. */
public interface ServiceControl {

    /** Who manages it. */
    ServiceKind kind();

    /** The service's name, for messages. */
    String name();

    /** What the service is doing; never throws for a service that isn't there. */
    ServiceState state();

    /** The number of the server's main process; empty when none runs or it can't be told. */
    Optional<Long> mainPid();

    /** How the service is set up, whether it runs or not. */
    UnitDescription unit();

    /** How often it may be started before its manager refuses to; empty when it may be as often as one likes. */
    default Optional<StartLimit> startLimit() {
        return Optional.empty();
    }

    /**
     * Starts the server and returns at once; whether it is ready is asked of the server itself. Does nothing to a
     * service that runs.
     *
     * @return tells whether the server that was started still lives
     * @throws io.github.mmupgrade.report.RefusedException when nothing was started: there is no such service, it is
     *     masked, the port is taken
     * @throws io.github.mmupgrade.report.StageFailedException when the manager could not start it
     */
    LifeWatch start();

    /**
     * Stops the server and waits until its processes are gone and its port is free. Does nothing to a service that is
     * down.
     *
     * @param limit for how long to wait
     * @param force whether to end the processes with SIGKILL when the limit is over
     * @throws io.github.mmupgrade.report.RefusedException when nothing was stopped: a server runs that isn't this
     *     service's, the port is held by another program
     * @throws io.github.mmupgrade.report.StageFailedException when something still runs after the limit
     */
    void stop(Duration limit, boolean force);

    /** Stops the server as {@link #stop(Duration, boolean)} does, never by force. */
    default void stop(Duration limit) {
        stop(limit, false);
    }
}
