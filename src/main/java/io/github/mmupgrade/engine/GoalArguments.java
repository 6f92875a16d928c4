package io.github.mmupgrade.engine;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** What only one goal, or a few, want to know. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "of")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GoalArguments.None.class, name = "none"),
    @JsonSubTypes.Type(value = GoalArguments.Rollback.class, name = "rollback"),
    @JsonSubTypes.Type(value = GoalArguments.VerifyBackup.class, name = "verify-backup"),
    @JsonSubTypes.Type(value = GoalArguments.Restore.class, name = "restore"),
    @JsonSubTypes.Type(value = GoalArguments.PruneBackups.class, name = "prune-backups"),
    @JsonSubTypes.Type(value = GoalArguments.Migrate.class, name = "migrate"),
    @JsonSubTypes.Type(value = GoalArguments.Convert.class, name = "convert-database"),
    @JsonSubTypes.Type(value = GoalArguments.Rehearse.class, name = "rehearse"),
    @JsonSubTypes.Type(value = GoalArguments.Report.class, name = "report")
})
public sealed interface GoalArguments {

    /** Nothing. */
    record None() implements GoalArguments {}

    /**
     * Of {@code rollback}.
     *
     * @param to the run to undo, with all later ones; null for the last one
     * @param discardNewData whether to go back although users have written since
     */
    record Rollback(String to, boolean discardNewData) implements GoalArguments {}

    /**
     * Of {@code verify-backup}.
     *
     * @param backup its name or directory; null for the newest complete one
     * @param restore whether its database is restored into a scratch one
     */
    record VerifyBackup(String backup, boolean restore) implements GoalArguments {}

    /**
     * Of {@code restore}.
     *
     * @param backup its name or directory; null for the newest complete one
     * @param configuration whether the configuration comes back, too
     * @param to an empty place that its files go to instead; null for the installation
     */
    record Restore(String backup, boolean configuration, Path to) implements GoalArguments {}

    /**
     * Of {@code prune-backups}.
     *
     * @param keep how many complete backups stay, from 1
     * @param maxAge up to which age others stay, too; null when age keeps none
     * @param keepDatabases how long databases that were frozen or set aside stay
     */
    record PruneBackups(int keep, Duration maxAge, Duration keepDatabases) implements GoalArguments {}

    /**
     * Of {@code report}.
     *
     * @param run the run's name; null for the last one
     */
    record Report(String run) implements GoalArguments {}

    /** Of {@code migrate}. */
    record Migrate(MigrationOptions options) implements GoalArguments {
        public Migrate {
            Objects.requireNonNull(options);
        }
    }

    /** Of {@code convert-database}. */
    record Convert(ConversionOptions options) implements GoalArguments {
        public Convert {
            Objects.requireNonNull(options);
        }
    }

    /**
     * Of {@code rehearse}.
     *
     * @param options how it is done
     * @param end whether to end what earlier rehearsals have left running, instead
     * @param conversion how the database would be converted; null when an upgrade is rehearsed
     */
    record Rehearse(RehearsalOptions options, boolean end, ConversionOptions conversion) implements GoalArguments {
        public Rehearse {
            Objects.requireNonNull(options);
        }

        /** The same with other options. */
        public Rehearse with(RehearsalOptions others) {
            return new Rehearse(others, end, conversion);
        }
    }
}
