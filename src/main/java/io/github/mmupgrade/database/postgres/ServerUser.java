package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;

/** Whom a server of PostgreSQL of our own runs as: it refuses to run as root. */
public final class ServerUser {

    /** Whom it runs as when it may not run as root and nobody else is known. */
    private static final Owner NOBODY = new Owner(65534, 65534);

    private ServerUser() {}

    /**
     * This process's own user unless that is root.
     *
     * @param preferred whom root lets it run as; null or root for nobody in particular
     */
    public static Owner of(Host host, Owner preferred) {
        Owner self = host.self();
        if (self.uid() != Owner.ROOT.uid()) {
            return self;
        }
        return preferred == null || preferred.uid() == Owner.ROOT.uid() ? NOBODY : preferred;
    }
}
