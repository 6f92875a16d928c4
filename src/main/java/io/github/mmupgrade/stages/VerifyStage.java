package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.RowCountsText;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.KeptSettings;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.server.BoundedBody;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Verifies that the release that answers is the one installed, that it stays healthy, and that nothing is lost. */
public final class VerifyStage implements Stage {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    /** A server that tries its database and its file store writes to both. */
    private static final Duration ONE_TRIAL = Duration.ofSeconds(30);

    private static final int TRIALS = 3;

    private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(3);

    /** A healthy server may miss one answer, when a backup or a large page is at work; not two in a row. */
    private static final int MISSES = 2;

    @Override
    public StageName name() {
        return StageName.VERIFY;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        String release = "verify that " + run.requireFact(hop, JournalKeys.TO) + " answers";
        return List.of(
                hop < run.hops()
                        ? release + ", and wait for its background migrations"
                        : release + ", stays healthy for "
                                + context.options().limits().watch().toSeconds()
                                + " s, shows a team page, and has every row");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        Version release = Version.parse(run.requireFact(hop, JournalKeys.TO));
        if (run.isMigration() || run.isConversion()) {
            // no release brings settings of its own, so nothing is predicted
            RowCounts after = verify(context, release, run.counts(JournalKeys.SOURCE_COUNTS));
            new KeptSettings(context).keep(run, context.server().document());
            return Map.of(JournalKeys.COUNTS_AFTER, RowCountsText.write(after));
        }
        boolean last = hop == run.hops();
        RowCounts after = null;
        if (last) {
            after = verify(context, release, savedCounts(context, run));
            if (context.options().cluster() != null) {
                requireWell(context);
            }
        } else {
            // nobody uses it, and what the last release shows and has tells of all before it
            watch(context, release, Duration.ZERO);
        }
        requireEdition(context, run);
        for (String surprise : new HopConfigurations(context).surprises(run, hop)) {
            context.reporter().warn("The configuration that the server wrote differs from the prediction: " + surprise);
        }
        waitForMigrationJobs(context, release);
        if (!last) {
            return Map.of();
        }
        return Map.of(
                JournalKeys.SETTINGS,
                // whoever changed them, the plugin before the start or the server at it
                new KeptSettings(context).keep(run, context.server().document()).counts(),
                JournalKeys.COUNTS_AFTER,
                RowCountsText.write(after));
    }

    /** A node that gets requests has to reach what all of them share; a moment's trouble does not take a release back. */
    private static void requireWell(GoalContext context) {
        ServerProbe probe = new ServerProbe(context.server().listenAddress(), ONE_TRIAL);
        String trouble = "";
        for (int tries = 0; tries < TRIALS; tries++) {
            trouble = troubleOf(probe);
            if (trouble.isEmpty()) {
                return;
            }
            WaitTimer.real().sleep(BETWEEN_TRIALS);
        }
        throw failed(trouble);
    }

    private static String troubleOf(ServerProbe probe) {
        try {
            Map<String, String> unwell = probe.unwell();
            return unwell.isEmpty()
                    ? ""
                    : "The server answers on " + probe.address() + ", but says of itself: " + unwell + ".";
        } catch (IOException e) {
            return "The server on " + probe.address()
                    + " does not answer when it is asked how its database and its file store are: " + IoReason.of(e)
                    + ".";
        }
    }

    private static RowCounts savedCounts(GoalContext context, Run run) {
        try (Database database = context.server().openDatabase()) {
            return new DatabaseMethods(context).savedCounts(run, database);
        }
    }

    /** A version alone does not tell whether a change of the edition took place. */
    private static void requireEdition(GoalContext context, Run run) {
        new ServerProbe(context.server().listenAddress(), ONE_ANSWER)
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
     * @return the rows that there are
     * @throws StageFailedException when something is wrong
     */
    public static RowCounts verify(GoalContext context, Version release, RowCounts before) {
        InstalledServer server = context.server();
        ServerProbe probe = new ServerProbe(server.listenAddress(), ONE_ANSWER);
        Duration watched = context.options().limits().watch();
        watch(context, release, watched);
        context.reporter().info("Mattermost " + release + " answers and was healthy for " + watched.toSeconds() + " s");
        RowCounts now;
        try (Database database = server.openDatabase()) {
            team(context, server, probe, database);
            now = database.counts();
            if (before != null) {
                List<String> losses = now.lossesSince(before);
                if (!losses.isEmpty()) {
                    throw failed("Rows are missing after the upgrade: " + String.join("; ", losses) + ".");
                }
            }
            context.reporter().info("Rows: " + now.inWords());
        }
        publicUrl(context, server);
        return now;
    }

    private static void watch(GoalContext context, Version release, Duration watched) {
        ServerProbe probe = new ServerProbe(context.server().listenAddress(), ONE_ANSWER);
        Duration end = WaitTimer.real().elapsed().plus(watched);
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
            if (misses == 0 && WaitTimer.real().elapsed().compareTo(end) >= 0) {
                return;
            }
            long left = end.minus(WaitTimer.real().elapsed()).toMillis();
            WaitTimer.real().sleep(Duration.ofMillis(misses > 0 ? 500 : Math.min(500, Math.max(1, left))));
        }
    }

    private static void team(GoalContext context, InstalledServer server, ServerProbe probe, Database database) {
        String given = context.options().check().team();
        Optional<String> team = given == null ? database.firstTeamName() : Optional.of(given);
        if (team.isEmpty()) {
            context.reporter().info("There is no team yet, so no team's page was looked at");
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
            if (Files.exists(root) && !page.isClient(PlainFile.read(root, PlainFile.SMALL))) {
                throw failed("The page of team '" + team.get() + "' is not the web app of the new release.");
            }
            context.reporter().info("The page of team '" + team.get() + "' answers");
        } catch (IOException e) {
            throw failed("The page of team '" + team.get() + "' does not answer: " + IoReason.of(e) + ".");
        }
    }

    /** The public URL may go through proxies that are none of ours: it only warns. */
    private static void publicUrl(GoalContext context, InstalledServer server) {
        URI given = context.options().check().siteUrl();
        publicUrl(() -> Optional.ofNullable(given).or(server::siteUrl)).ifPresent(context.reporter()::warn);
    }

    /** What is wrong with the public URL; empty when nothing is. */
    static Optional<String> publicUrl(Supplier<Optional<URI>> url) {
        try {
            return url.get().flatMap(VerifyStage::publicUrl);
        } catch (IllegalArgumentException e) {
            return Optional.of("ServiceSettings.SiteURL is no URL: " + e.getMessage());
        }
    }

    /** What is wrong with an answer of the public URL; empty when nothing is. */
    private static Optional<String> publicUrl(URI url) {
        try {
            HttpClient client = HttpClient.newBuilder()
                    .connectTimeout(ONE_ANSWER)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build();
            HttpRequest request =
                    HttpRequest.newBuilder(url).timeout(ONE_ANSWER).GET().build();
            int status = BoundedBody.answer(client, request, ONE_ANSWER).statusCode();
            return status == 200
                    ? Optional.empty()
                    : Optional.of("The public URL " + url + " answers with status " + status);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of("The public URL " + url + " does not answer from here: " + e.getMessage());
        }
    }

    /** Background jobs that go on with a migration must end before the next release comes. */
    private static void waitForMigrationJobs(GoalContext context, Version release) {
        Duration patience =
                WaitTimer.real().elapsed().plus(context.options().limits().start());
        long last = -1;
        while (true) {
            long pending;
            try (Database database = context.server().openDatabase()) {
                pending = database.pendingMigrationJobs();
            }
            if (pending == 0) {
                return;
            }
            // one that has died does not go on with them
            watch(context, release, Duration.ZERO);
            if (pending != last) {
                last = pending;
                patience = WaitTimer.real()
                        .elapsed()
                        .plus(context.options().limits().start());
                context.reporter().info("Waiting for " + Amount.of(pending, "background migration") + " of the server");
            }
            if (WaitTimer.real().elapsed().compareTo(patience) > 0) {
                context.reporter().warn(Amount.of(pending, "background migration") + " of the server not finished yet");
                return;
            }
            WaitTimer.real().sleep(Duration.ofSeconds(1));
        }
    }

    private static StageFailedException failed(String what) {
        return new StageFailedException(what, Hint.run("Show the current state.", Goal.STATUS));
    }
}
