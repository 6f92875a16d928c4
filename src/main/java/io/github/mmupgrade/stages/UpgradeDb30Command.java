package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * The step that only release 3.0 needs: its server stops until {@code platform -upgrade_db_30} has moved the users from
 * their teams to the whole server. The program asks for a confirmation and for the primary team's name.
 */
final class UpgradeDb30Command {

    private static final Duration LIMIT = Duration.ofHours(4);

    private static final String GIVE_TEAM =
            "Start another upgrade with the name (as in the URL) of an existing team as mattermost.primaryTeam.";

    private UpgradeDb30Command() {}

    /**
     * Runs it, as the server's user and with its environment. When the schema was taken over already, nothing is run.
     *
     * @throws StageFailedException when it fails, or no primary team is named
     */
    static void run(GoalContext context, Run run) {
        Installation installation = context.installation();
        String team = run.fact(0, JournalKeys.PRIMARY_TEAM)
                .orElseThrow(() -> new StageFailedException(
                        "Run " + run
                                + " was started without the name of the primary team, which the upgrade to 3.0 needs.",
                        Hint.of(GIVE_TEAM)));
        Map<String, String> environment = context.server().control().unit().environment();
        CommandResult result = context.host()
                .run(Command.of(installation.requireBinary().toString(), "-upgrade_db_30")
                        .environment(environment)
                        .directory(installation.directory())
                        .user(installation.owner())
                        .standardInput(
                                new ByteArrayInputStream(("YES\n" + team + "\n").getBytes(StandardCharsets.UTF_8)))
                        .limit(LIMIT)
                        .build());
        if (!result.succeeded()) {
            throw new StageFailedException(
                    "'platform -upgrade_db_30' ended with status " + result.exitStatus() + " for the primary team '"
                            + team + "': " + result.tail(),
                    Hint.of(GIVE_TEAM));
        }
        context.reporter().info("Ran platform -upgrade_db_30 with the primary team '" + team + "'");
    }
}
