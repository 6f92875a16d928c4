package io.github.mmupgrade.remote;

import java.util.List;

/** What is carried out on other machines, for whoever interrupts this one. */
public interface RemoteWork extends AutoCloseable {

    /** Whether something is carried out there that goes on without us. */
    boolean hasBegun();

    /** Leaves what is carried out alone: it goes on there, and whoever waits for it is told the command to join it. */
    void leave();

    /** Stops what is carried out there. */
    void stop();

    /** Ends the connections. */
    @Override
    void close();

    /** All of some. */
    static RemoteWork of(List<RemoteEngine> engines) {
        return new RemoteWork() {
            @Override
            public boolean hasBegun() {
                return engines.stream().anyMatch(RemoteEngine::hasBegun);
            }

            @Override
            public void leave() {
                engines.forEach(RemoteEngine::leave);
            }

            @Override
            public void stop() {
                engines.forEach(RemoteEngine::stop);
            }

            @Override
            public void close() {
                engines.forEach(RemoteEngine::close);
            }
        };
    }
}
