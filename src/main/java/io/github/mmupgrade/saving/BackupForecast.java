package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.copy.SpaceEstimate;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.report.RefusedException;

/** What the next backup will take, reckoned from the previous one, a walk over the files and the database's size. */
public final class BackupForecast {

    /** Dumps are compressed: two thirds of what the database takes are more than any that was seen. */
    private static final long DUMPED_OF = 3;

    private static final long DUMPED = 2;

    private final GoalContext context;
    private final InstalledServer server;

    public BackupForecast(GoalContext context, InstalledServer server) {
        this.context = context;
        this.server = server;
    }

    /**
     * Walks the files and compares what is needed with the room there is.
     *
     * @throws RefusedException when there is too little, or something cannot be read
     */
    public SpaceEstimate requireRoom() {
        FilesCommand.requireGiven(context);
        ShippedEntries shipped = InstalledRelease.known(context, server)
                .map(installed ->
                        new ShippedLists(context).of(installed.version().toString(), installed.edition()))
                .orElseGet(ShippedEntries::known);
        SpaceEstimate survey = new Backups(context)
                .directory()
                .onBehalfOf(server.user())
                .survey(
                        BackupSources.of(
                                server, shipped, context.options().backup().files()),
                        dumpBytes());
        survey.requirePossible();
        return survey;
    }

    private long dumpBytes() {
        if (!context.options().backup().database().byPlugin()) {
            return 0;
        }
        int dumps = context.options().backup().onlineDump() ? 2 : 1;
        try (Database database = server.openDatabase()) {
            return dumps * database.sizeBytes() / DUMPED_OF * DUMPED;
        }
    }
}
