package io.github.mmupgrade.rehearsal;

import java.nio.file.Path;

/** Where the programs of a PostgreSQL server come from that nobody has to install. */
@FunctionalInterface
public interface PostgresBinaries {

    /** What to do where there is none, a sentence. */
    String INSTEAD = "Give a database on a server of the same kind and version: its data source as the password of the"
            + " server 'mattermost-rehearsal' in settings.xml (another id by mattermost.rehearse.serverId), or in the"
            + " variable MATTERMOST_REHEARSAL_DATASOURCE.";

    /**
     * The jar with an archive of them, {@code postgres-linux-*.txz}.
     *
     * @param major the major version, such as 15
     * @throws io.github.mmupgrade.report.RefusedException when it cannot be fetched
     */
    Path jar(int major);
}
