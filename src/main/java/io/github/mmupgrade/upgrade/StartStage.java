package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.Pace;
import io.github.mmupgrade.server.ReadyWait;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts the new release, and waits until it answers. */
final class StartStage implements Stage {

    static final String NAME = "start";

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean afterTheStop() {
        return true;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        InstalledServer server = place.server();
        return List.of(
                "start " + server.control().name() + " (" + server.control().kind() + ") and wait until "
                        + run.requireFact(hop, Facts.TO) + " answers on " + server.listenAddress());
    }

    @Override
    public void require(Workplace place, Run run, int hop) {
        String before = MigrationRun.is(run) ? MigrateConfigStage.NAME : RestoreConfigStage.NAME;
        if (!run.isDone(hop, before)) {
            throw new RefusedException(
                    "Release " + run.requireFact(hop, Facts.TO)
                            + " has not got its configuration yet, so it was not started.",
                    Hint.run("the next stage of the run is", NextGoal.of(run)));
        }
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        if (run.fact(hop, Facts.SCHEMA_COMMAND).filter("true"::equals).isPresent()) {
            // done twice, it finds nothing left to move
            run.step(hop, NAME, "upgrade_db_30", Map.of(), () -> SchemaCommand.run(place, run));
        }
        startAndWait(place, Version.parse(run.requireFact(hop, Facts.TO)));
        return Map.of();
    }

    /** Starts the server and waits until a release answers; the limit runs from the last sign of progress. */
    static ServerAnswer startAndWait(Workplace place, Version release) {
        awaitStopUnderWay(place);
        InstalledServer server = place.server();
        EffectiveConfiguration effective = server.effective();
        ServerLog log = new ServerLog(server);
        LifeWatch life = server.control().start();
        ServerProbe probe = new ServerProbe(server.listenAddress(), ONE_ANSWER);
        ReadyWait wait = new ReadyWait(
                probe::ask,
                life,
                () -> progress(server) + log.size(),
                () -> log.linesThatMatter().stream()
                        .map(line -> Secrets.redactText(line, effective.secretValues()))
                        .toList(),
                place.reporter(),
                Pace.real());
        ServerAnswer answer = wait.waitFor(release, place.options().limits().start());
        place.reporter()
                .info("Started " + server.control().name() + ": Mattermost " + release + " answers on "
                        + server.listenAddress());
        return answer;
    }

    /** A call that was killed just after it told the server to stop leaves one that still ends. */
    private static void awaitStopUnderWay(Workplace place) {
        new StopOrder(place).stopping().ifPresent(pid -> {
            place.reporter().info("Process " + pid + " was told to stop and has not ended yet; waiting for it");
            StopStage.stop(place, place.server());
        });
    }

    private static String progress(InstalledServer server) {
        try (Database database = server.openDatabase()) {
            return database.progressMarker().toString();
        } catch (ProblemException e) {
            return "";
        }
    }

    @Override
    public boolean stillHolds(Workplace place, Run run, int hop) {
        Optional<Version> answering = new ServerProbe(place.server().listenAddress(), ONE_ANSWER)
                .ask()
                .release();
        return answering.isPresent();
    }
}
