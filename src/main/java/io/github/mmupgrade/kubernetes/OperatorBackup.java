package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.kubernetes.cluster.DumpJob;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.util.Map;

/** The backup of the database before the first hop: by the organisation's own command, by a job that dumps it, or vouched for. */
final class OperatorBackup {

    private final OperatorPlace place;

    OperatorBackup(OperatorPlace place) {
        this.place = place;
    }

    private DatabaseCommand command() {
        return place.options().backup().command();
    }

    /** Whether one will be made, or somebody says that there is one. */
    CheckResult check(String name, MattermostResource resource) {
        KubernetesOptions kubernetes = place.kubernetes();
        if (command().isGiven()) {
            return CheckResult.ok(name, "by your own command, on this machine");
        }
        if (kubernetes.backupImage() != null) {
            if (resource.secretOfDatabase().isEmpty()) {
                return CheckResult.refused(
                        name,
                        "A job can only dump an external PostgreSQL database, and the operator runs this one.",
                        Hint.of("Save it by your own command: mattermost.backup.command."));
            }
            if (kubernetes.backupClaim() == null) {
                return CheckResult.refused(
                        name,
                        "mattermost.kubernetes.backupImage is set, and mattermost.kubernetes.backupClaim does not say"
                                + " where the dump is kept.",
                        Hint.of("Set mattermost.kubernetes.backupClaim to a PersistentVolumeClaim with room for it."));
            }
            return CheckResult.ok(
                    name, "by a job with " + kubernetes.backupImage() + " into " + kubernetes.backupClaim());
        }
        return kubernetes.vouched()
                ? CheckResult.warning(name, "none is made: mattermost.kubernetes.backup says that there is one")
                : CheckResult.refused(
                        name,
                        "Nobody vouches for a backup of the database. A migrated schema has no other way back.",
                        Hint.run(
                                "Set mattermost.backup.command to a command that makes one, or"
                                        + " mattermost.kubernetes.backupImage and .backupClaim for a job that does; or"
                                        + " say that there is one.",
                                Goal.UPGRADE,
                                "mattermost.kubernetes.backup=vouched"));
    }

    /**
     * Makes it, unless this run has it.
     *
     * @throws StageFailedException when it cannot be made; the resource is as it was
     */
    void make(Run run, MattermostResource resource) {
        if (run.isDone(1, StageName.BACKUP)) {
            return;
        }
        run.mark(1, StageName.BACKUP, Kind.BEGIN, Map.of());
        String name = place.cluster().name().name() + "-" + run.id();
        if (command().isGiven()) {
            call(run, name);
        } else if (place.kubernetes().backupImage() != null) {
            dump(name, resource);
        }
        run.mark(1, StageName.BACKUP, Kind.DONE, Map.of());
    }

    private void call(Run run, String name) {
        CommandResult result = place.host()
                .run(Command.of("setsid", "sh", "-c", command().line())
                        .environment(Map.of(
                                "MATTERMOST_BACKUP_MOMENT", Moment.FREEZE.toString(),
                                "MATTERMOST_BACKUP_NAME", name,
                                "MATTERMOST_RUN", run.id(),
                                "MATTERMOST_DRY_RUN", "false",
                                "MATTERMOST_KUBERNETES_NAMESPACE",
                                        place.cluster().name().namespace(),
                                "MATTERMOST_KUBERNETES_NAME",
                                        place.cluster().name().name()))
                        .limit(command().limit(Moment.FREEZE))
                        .build());
        result.lines().forEach(place.reporter()::info);
        if (!result.succeeded()) {
            throw failed("The command that saves the database "
                    + (result.timedOut()
                            ? "did not end within " + Amount.duration(command().limit(Moment.FREEZE))
                            : result.ending()));
        }
    }

    private void dump(String name, MattermostResource resource) {
        DumpJob job = new DumpJob(
                place.cluster(),
                name,
                resource.secretOfDatabase().orElseThrow(),
                place.kubernetes().backupImage(),
                place.kubernetes().backupClaim());
        DumpJob.Outcome outcome =
                job.run(place.timer(), place.times().poll(), command().otherLimit());
        if (!outcome.succeeded()) {
            throw failed("The job that dumps the database failed. It said last: " + outcome.said());
        }
        place.reporter().info("The database is dumped: " + outcome.said());
    }

    private StageFailedException failed(String what) {
        return new StageFailedException(
                what + "\nThe resource " + place.cluster().name() + " was not changed.",
                Hint.run("Repair the backup, then call the goal again.", Goal.UPGRADE));
    }
}
