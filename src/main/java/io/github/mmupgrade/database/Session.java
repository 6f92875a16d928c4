package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DatabaseNames;
import java.util.Optional;

/**
 * A session that somebody else has with a database.
 *
 * @param id the server's number of it
 * @param user the role
 * @param application what the client calls itself; empty when not known
 * @param address where it comes from; empty for a local socket, or when this role may not see it
 * @param state what it does, such as {@code idle} or {@code active}; empty when this role may not see it
 * @param ableToWrite whether its role may change rows here; true when in doubt
 * @param ownRole whether it is of the role that the data source names, as the Mattermost server's own sessions are
 */
public record Session(
        long id,
        String user,
        String application,
        Optional<String> address,
        String state,
        boolean ableToWrite,
        boolean ownRole) {

    /** One line for a message. */
    @Override
    public String toString() {
        return DatabaseNames.printable("session " + id + " of " + user
                + (application.isEmpty() ? "" : " (" + application + ")")
                + address.map(a -> " from " + a).orElse("")
                + (state.isEmpty() ? "" : ", " + state));
    }
}
