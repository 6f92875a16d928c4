package io.github.mmupgrade.context;

import io.github.mmupgrade.service.ServiceControl;
import io.github.mmupgrade.service.ServiceKind;
import java.util.Optional;

/**
 * The unit of systemd that was found for an installation, for as long as a goal works. To look through all units of a
 * machine takes about a second each time, and the server may be down meanwhile.
 */
final class FoundUnit {

    private String name;

    /** The unit's name; empty when none was found yet. */
    synchronized Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** Keeps the name of a service that was found, if it is a unit. */
    synchronized ServiceControl keep(ServiceControl found) {
        if (found.kind() == ServiceKind.SYSTEMD) {
            name = found.name();
        }
        return found;
    }
}
