package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.Transfer.TableReport;
import io.github.mmupgrade.transfer.TransferPlan;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tries a conversion out, into a database that nobody uses. The server runs on, and MySQL is only read; a copy of the
 * installed release is started on what was copied.
 */
public final class ConversionTrial {

    private final GoalContext context;
    private final ConversionOptions options;
    private final Version release;
    private final Map<String, Duration> stages = new LinkedHashMap<>();
    private List<TableReport> tables = List.of();

    /**
     * A trial.
     *
     * @param context the installation; it is only read
     */
    public ConversionTrial(GoalContext context, ConversionOptions options) {
        this.context = context;
        this.options = options;
        this.release = InstalledRelease.read(context, context.server()).version();
    }

    /**
     * Makes sure that the installation can be converted at all.
     *
     * @throws RefusedException when not
     */
    public void requireConvertible() {
        Preflight.report(context, new ConversionChecks(context, options).ofSource());
    }

    /** The installed release. */
    public Version release() {
        return release;
    }

    /**
     * Does everything that a conversion does, but for the server's stop and its configuration.
     *
     * @param target an empty database
     * @param place where the copy of the release is made
     * @param between is called before each stage with its name
     */
    public void carryOut(DataSource target, ScratchPlace place, Consumer<String> between) {
        ConversionOptions whole = options.into(Optional.of(target));
        Preflight.report(context, new ConversionChecks(context, whole).ofTarget());
        Transfer transfer = new Transfer(
                context.server().reachable(),
                target,
                options.transfer(),
                place.state().resolve("conversion"),
                context.reporter());
        CopiedServer[] server = new CopiedServer[1];
        stage(StageName.MAKE_SCHEMA, between, () -> {
            server[0] = CopiedServer.in(context, place);
            server[0].runOnce(target, release, Goal.REHEARSE);
        });
        TransferPlan plan = transfer.plan();
        stage(
                StageName.CHECK_ROWS,
                between,
                () -> RowChecks.require(context, transfer, plan, options.repairs(), Goal.REHEARSE));
        stage(StageName.COPY_ROWS_AHEAD, between, () -> transfer.copyAhead(plan, "rehearsal"));
        stage(StageName.COPY_ROWS, between, () -> tables = transfer.rehearseCompletion(plan));
        Transfer.forget(target);
        between.accept(StageName.START.key());
        CopiedServer.Took took = server[0].runOnce(target, release, Goal.REHEARSE);
        Duration last = stages.remove(StageName.COPY_ROWS.key());
        stages.put(StageName.STOP.key(), took.stop());
        stages.put(StageName.COPY_ROWS.key(), last);
        stages.put(StageName.START.key(), took.start());
    }

    private void stage(StageName name, Consumer<String> between, Runnable work) {
        between.accept(name.key());
        long begun = System.nanoTime();
        work.run();
        stages.put(name.key(), Duration.ofNanos(System.nanoTime() - begun));
    }

    /** How long each stage took that came to its end, by its name, in the order of a conversion. */
    public Map<String, Duration> stages() {
        return stages;
    }

    /** What was copied of each table; empty before all was copied. */
    public List<TableReport> tables() {
        return tables;
    }

    /** For how long a conversion will keep people out: to stop, to copy what has changed, and to start. */
    public Duration downtime() {
        return List.of(StageName.STOP, StageName.COPY_ROWS, StageName.START).stream()
                .map(stage -> stages.getOrDefault(stage.key(), Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
