package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.service.Pace;
import io.github.mmupgrade.service.ServerAnswer;
import io.github.mmupgrade.service.ServerProbe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies that the release that answers is the one installed, that it stays healthy, and that nothing is lost. */
final class VerifyStage implements Stage {

    static final String NAME = "verify";

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    /** A healthy server may miss one answer, when a backup or a large page is at work; not two in a row. */
    private static final int MISSES = 2;

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
        return List.of("verify that " + run.requireFact(hop, Facts.TO) + " answers, stays healthy for "
                + place.options().limits().watch().toSeconds() + " s, shows a team, and has every row");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        Version release = Version.parse(run.requireFact(hop, Facts.TO));
        if (MigrationRun.is(run)) {
            // its configuration is what it is at the source, so nothing of it is predicted
            verify(place, release, BackupStage.counts(run, Facts.SOURCE_COUNTS));
            return Map.of();
        }
        verify(place, release, BackupStage.counts(run));
        requireEdition(place, run);
        for (String surprise : new Configurations(place).surprises(run, hop)) {
            place.reporter().warn("The server wrote another configuration than predicted: " + surprise);
        }
        waitForMigrationJobs(place);
        return Map.of(
                Facts.SETTINGS,
                // whoever changed them, the plugin before the start or the server at it
                ConfigDiff.between(
                                new Backups(place).savedConfiguration(run, 1),
                                place.server().document())
                        .counts());
    }

    /** A version alone does not tell whether a change of the edition took place. */
    private static void requireEdition(Workplace place, Run run) {
        new ServerProbe(place.server().listenAddress(), ONE_ANSWER)
                .ask()
                .edition()
                .filter(answering -> answering != run.editionAtEnd())
                .ifPresent(answering -> {
                    throw failed("The " + run.editionAtEnd() + " edition was installed, but the " + answering
                            + " edition answers.");
                });
    }

    /**
     * Verifies a server that runs.
     *
     * @param release the release that has to answer
     * @param before the rows before; null when they are not known
     * @throws StageFailedException when something is wrong
     */
    static void verify(Workplace place, Version release, RowCounts before) {
        InstalledServer server = place.server();
        ServerProbe probe = new ServerProbe(server.listenAddress(), ONE_ANSWER);
        watch(place, probe, release);
        try (Database database = server.openDatabase()) {
            team(place, server, probe, database);
            RowCounts now = database.counts();
            if (before != null) {
                List<String> losses = now.lossesSince(before);
                if (!losses.isEmpty()) {
                    throw failed("Rows are missing after the upgrade: " + String.join("; ", losses) + ".");
                }
            }
            place.reporter().info("Rows: " + now.inWords());
        }
        publicUrl(place, server);
    }

    private static void watch(Workplace place, ServerProbe probe, Version release) {
        Duration end = Pace.real().elapsed().plus(place.options().limits().watch());
        int misses = 0;
        while (true) {
            ServerAnswer answer = probe.ask();
            if (answer.answered() && answer.release().isPresent() && !answer.is(release)) {
                throw failed("Mattermost " + release + " is installed, but "
                        + answer.release().get() + " answers on " + probe.address() + ".");
            }
            misses = answer.healthy() ? 0 : misses + 1;
            if (misses >= MISSES) {
                throw failed("Mattermost " + release + " did not stay healthy: " + answer + ".");
            }
            if (misses == 0 && Pace.real().elapsed().compareTo(end) >= 0) {
                place.reporter()
                        .info("Mattermost " + release + " answers and was healthy for "
                                + place.options().limits().watch().toSeconds() + " s");
                return;
            }
            long left = end.minus(Pace.real().elapsed()).toMillis();
            Pause.milliseconds(misses > 0 ? 500 : Math.min(500, Math.max(1, left)));
        }
    }

    private static void team(Workplace place, InstalledServer server, ServerProbe probe, Database database) {
        String given = place.options().check().team();
        Optional<String> team = given == null ? database.firstTeamName() : Optional.of(given);
        if (team.isEmpty()) {
            place.reporter().info("There is no team yet, so no team's page was looked at");
            return;
        }
        if (!database.hasTeam(team.get())) {
            throw failed("The team '" + team.get() + "' is not in the database.");
        }
        try {
            ServerProbe.PageAnswer page = probe.teamPage(team.get());
            if (!page.ok()) {
                throw failed("The page of team '" + team.get() + "' answers with status " + page.status() + ".");
            }
            Path root = server.installation().directory().resolve("client").resolve("root.html");
            if (Files.exists(root) && !page.isClient(Files.readAllBytes(root))) {
                throw failed("The page of team '" + team.get() + "' is not the new release's client.");
            }
            place.reporter().info("The page of team '" + team.get() + "' answers");
        } catch (IOException e) {
            throw failed("The page of team '" + team.get() + "' does not answer: " + IoReason.of(e) + ".");
        }
    }

    /** The public URL may go through proxies that are none of ours: it only warns. */
    private static void publicUrl(Workplace place, InstalledServer server) {
        Optional<URI> url =
                Optional.ofNullable(place.options().check().siteUrl()).or(server::siteUrl);
        if (url.isEmpty()) {
            return;
        }
        try {
            int status = HttpClient.newBuilder()
                    .connectTimeout(ONE_ANSWER)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build()
                    .send(
                            HttpRequest.newBuilder(url.get())
                                    .timeout(ONE_ANSWER)
                                    .GET()
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status != 200) {
                place.reporter().warn("The public URL " + url.get() + " answers with status " + status);
            }
        } catch (IOException | IllegalArgumentException e) {
            place.reporter().warn("The public URL " + url.get() + " does not answer from here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Background jobs that go on with a migration must end before the next release comes. */
    private static void waitForMigrationJobs(Workplace place) {
        Duration patience = Pace.real().elapsed().plus(place.options().limits().start());
        long last = -1;
        while (true) {
            long pending;
            try (Database database = place.server().openDatabase()) {
                pending = database.pendingMigrationJobs();
            }
            if (pending == 0) {
                return;
            }
            if (pending != last) {
                last = pending;
                patience = Pace.real().elapsed().plus(place.options().limits().start());
                place.reporter().info("Waiting for " + Amount.of(pending, "background migration") + " of the server");
            }
            if (Pace.real().elapsed().compareTo(patience) > 0) {
                place.reporter().warn(Amount.of(pending, "background migration") + " of the server not done yet");
                return;
            }
            Pause.milliseconds(1000);
        }
    }

    private static StageFailedException failed(String what) {
        return new StageFailedException(what, Hint.run("see how things stand with", "status"));
    }
}
