package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.TransferOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run that is a conversion, and what it was begun with.
 *
 * @param run the run
 * @param target the PostgreSQL database
 */
record ConversionRun(Run run, DataSource target) {

    private static final String EXCLUDE = "exclude";
    private static final String ON_BAD_VALUE = "onBadValue";
    private static final String JOBS = "jobs";

    /**
     * The run as a conversion.
     *
     * @throws RefusedException when no database is named, or another one than the run has begun with
     */
    static ConversionRun of(Run run, ConversionOptions options) {
        DataSource target = options.target().orElseThrow(() -> unnamed("Resume the conversion with the database."));
        String begun = run.requireFact(0, JournalKeys.CONVERTED);
        if (!begun.equals(target.toString())) {
            throw new RefusedException(
                    "The conversion " + run + " to " + begun + " is in progress, and " + target
                            + " was named. Nothing was changed.",
                    Hint.run("Resume it with the database that it was begun with, or roll it back.", Goal.ROLLBACK));
        }
        String exclude = String.join(",", options.exclude());
        if (!exclude.equals(run.requireFact(0, EXCLUDE))) {
            throw new RefusedException(
                    "The conversion " + run + " is in progress and was started with mattermost.convert.exclude='"
                            + run.requireFact(0, EXCLUDE) + "', and is now called with '" + exclude
                            + "'. Nothing was changed.",
                    Hint.run("Resume it with the tables that it was begun with, or roll it back.", Goal.ROLLBACK));
        }
        String onBadValue = options.onBadValue().name();
        if (!onBadValue.equals(run.requireFact(0, ON_BAD_VALUE)) && !run.isBegun(1, StageName.STOP)) {
            // who was told of such values may have decided
            run.note(0, StageName.RUN, Map.of(ON_BAD_VALUE, onBadValue));
        }
        return new ConversionRun(run, target);
    }

    static RefusedException unnamed(String text) {
        return new RefusedException(
                "No PostgreSQL database was named. Nothing was changed.",
                Hint.run(
                        text + " Its password goes into the server 'mattermost-convert' of settings.xml.",
                        Goal.CONVERT_DATABASE,
                        "mattermost.convert.database=postgres://mmuser@127.0.0.1:5432/mattermost"));
    }

    /** What a conversion that begins must keep for its later stages. */
    static Map<String, String> facts(ConversionOptions options, InstalledRelease installed) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(JournalKeys.FROM, installed.version().toString());
        facts.put(JournalKeys.TARGET, installed.version().toString());
        facts.put(JournalKeys.EDITION, installed.edition().key());
        facts.put(JournalKeys.HOPS, "1");
        facts.put(JournalKeys.CONVERTED, options.target().orElseThrow().toString());
        facts.put(EXCLUDE, String.join(",", options.exclude()));
        facts.put(ON_BAD_VALUE, options.onBadValue().name());
        facts.put(JOBS, Integer.toString(options.jobs()));
        return facts;
    }

    Version release() {
        return Version.parse(run.requireFact(0, JournalKeys.FROM));
    }

    /** Whether values that PostgreSQL does not take are repaired. */
    boolean repairs() {
        return run.requireFact(0, ON_BAD_VALUE).equals(ConversionOptions.OnBadValue.REPAIR.name());
    }

    /** The directory with what is remembered of the copy. */
    Path directory(GoalContext context) {
        return context.directoryOf(run.id()).resolve("conversion");
    }

    /** The copy of the database. */
    Transfer transfer(GoalContext context) {
        String exclude = run.requireFact(0, EXCLUDE);
        TransferOptions options = new TransferOptions(
                exclude.isEmpty() ? List.of() : List.of(exclude.split(",", -1)),
                repairs(),
                Integer.parseInt(run.requireFact(0, JOBS)));
        return new Transfer(context.server().reachable(), target, options, directory(context), context.reporter());
    }
}
