package io.github.mmupgrade.stages;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SchemaMigration;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.ChangedFiles;
import io.github.mmupgrade.saving.FilesCommand;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Saves what the stopped server leaves: configuration, database, and what changed in the files since they were copied. */
public final class BackupStage implements Stage {

    @Override
    public StageName name() {
        return StageName.BACKUP;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        if (hop > 1) {
            return List.of("add the configuration that " + run.releaseBefore(hop) + " left to the backup");
        }
        return List.of("save configuration, database and files in "
                + new Backups(context).directory().root() + " (database: "
                + context.options().backup().database() + ")");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        InstalledServer server = context.server();
        if (server.running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation()
                            + " is running, so its files and its database would not match." + " Nothing was saved.",
                    Hint.run("Stop it first.", Goal.STOP));
        }
        Backups backups = new Backups(context);
        if (hop > 1) {
            // the first state is what a rollback goes back to; of later hops only the configuration is needed
            backups.addConfiguration(run, hop, server.document());
            return Map.of();
        }
        if (!Backups.isOfThisStop(run)) {
            // the server has run since it was saved, so what is there is not what a rollback must go back to
            backups.beginAnew(run);
        } else if (backups.isSealed(run)) {
            context.reporter().info("The backup already exists");
            return Map.of();
        }
        Map<String, String> facts = new HashMap<>();
        try (BackupDraft draft = backups.draft(run, server);
                Database database = server.openDatabase()) {
            FilesCommand.run(context, server, draft, FilesCommand.Moment.STOPPED);
            CopyResult files = draft.finish(
                    ChangedFiles.with(
                            BackupSources.of(
                                    server,
                                    backups.shipped(run, hop),
                                    context.options().backup().files()),
                            server,
                            run),
                    BackupDraft.Writers.STOPPED);
            context.reporter().info("Saved the files: " + files);
            backups.saveConfiguration(draft, server.document());
            facts.put(
                    JournalKeys.LISTEN,
                    server.document()
                            .get("ServiceSettings.ListenAddress")
                            .map(JsonNode::asText)
                            .orElse(""));
            facts.put(
                    JournalKeys.NEWEST_POST,
                    Long.toString(
                            database.newestPost().map(Instant::toEpochMilli).orElse(0L)));
            facts.put(
                    JournalKeys.SCHEMA,
                    database.schemaVersion().map(Version::toString).orElse(""));
            facts.put(
                    JournalKeys.MIGRATION,
                    database.latestMigration().map(SchemaMigration::name).orElse(""));
            draft.flush();
            BackupState state = new DatabaseMethods(context).save(run, draft, database, facts);
            // before the seal: a sealed backup is taken as it is
            run.note(hop, StageName.BACKUP, facts);
            draft.seal(state);
            context.reporter()
                    .info("Backup " + draft.root()
                            + (state == BackupState.COMPLETE ? " is complete" : ": " + DatabaseMethods.soFar(facts)));
        }
        return facts;
    }

    /** As long as nothing is replaced, every start of the old server makes the backup an old one. */
    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        if (hop > 1 || run.isBegun(hop, StageName.MIGRATE_DATABASE)) {
            return true;
        }
        boolean newInstalled = run.swapPlan(hop)
                .filter(plan ->
                        new InstallationSwap(context.installation()).state(plan) != InstallationSwap.State.UNTOUCHED)
                .isPresent();
        return newInstalled || Backups.isOfThisStop(run);
    }
}
