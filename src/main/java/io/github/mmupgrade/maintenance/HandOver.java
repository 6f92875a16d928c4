package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.elsewhere.Place;
import io.github.mmupgrade.elsewhere.PlaceCopy;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupNotes;
import io.github.mmupgrade.saving.Backups;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hands complete backups over to the place that was given: all that are not there yet, so that one call makes up for what
 * an earlier one could not do. Does nothing when no place was given.
 */
public final class HandOver {

    private final GoalContext context;
    private final Elsewhere given;
    private final BackupNotes notes;

    public HandOver(GoalContext context) {
        this.context = context;
        this.given = context.options().places().elsewhere();
        this.notes = new BackupNotes(context);
    }

    /** The complete backups that were not handed over as they are now, the oldest first. Asks no other place. */
    public List<BackupSummary> missing() {
        return given == null
                ? List.of()
                : all().stream()
                        .filter(BackupSummary::complete)
                        .filter(backup -> !notes.isHandedOver(backup.root(), given))
                        .toList();
    }

    private List<BackupSummary> all() {
        return new Backups(context).directory().list();
    }

    /** What would be done, as an order; empty when no place was given. */
    public Optional<String> plan() {
        return Optional.ofNullable(given).map(place -> "hand complete backups over to " + place);
    }

    /**
     * Hands over after a backup on its own.
     *
     * @param made the backup that was made
     * @throws StageFailedException when that failed; the backups stay here
     */
    public void afterBackup(Backup made) {
        problem().ifPresent(problem -> {
            throw new StageFailedException(
                    "Backup " + made.root() + " is complete here, but not everything was handed over to " + given + ". "
                            + problem.getMessage(),
                    problem.hint(),
                    problem);
        });
    }

    /** Hands over after a run, which has succeeded whatever becomes of this. */
    public void afterRun() {
        problem().ifPresent(problem -> context.reporter()
                .report(new Event.Message(
                        Event.Level.WARNING,
                        "Not everything was handed over to " + given + "; the backups are here. "
                                + problem.getMessage(),
                        Hint.run(problem.hint().text() + " A backup hands over what is not there yet.", Goal.BACKUP))));
    }

    private Optional<ProblemException> problem() {
        if (given == null) {
            return Optional.empty();
        }
        tellIncomplete();
        List<BackupSummary> missing = missing();
        if (missing.isEmpty()) {
            context.reporter().info("All complete backups were handed over to " + given);
            return Optional.empty();
        }
        try (Place place = Place.of(context, given)) {
            place.require();
            return handOver(place, missing);
        } catch (ProblemException e) {
            return Optional.of(e);
        } catch (RuntimeException e) {
            return Optional.of(new UnexpectedFailure(context).of(Goal.BACKUP, e));
        }
    }

    private void tellIncomplete() {
        Set<String> backInUse = new Backups(context).backInUse();
        all().stream().filter(backup -> !backup.complete()).forEach(backup -> context.reporter()
                .info("Backup " + backup.run() + " is not handed over. It is " + BackupList.words(backup, backInUse)));
    }

    private Optional<ProblemException> handOver(Place place, List<BackupSummary> missing) {
        Optional<ProblemException> problem = Optional.empty();
        List<BackupSummary> there = new ArrayList<>();
        List<PlaceCopy> copies = new ArrayList<>(place.copies());
        for (BackupSummary each : missing) {
            try {
                Backup backup = Backup.open(each.root());
                send(place, backup, copies);
                there.add(each);
            } catch (RefusedException e) {
                // the others can be handed over all the same
                problem = Optional.of(e);
            } catch (StageFailedException e) {
                problem = Optional.of(e);
                break;
            }
        }
        if (!there.isEmpty()) {
            place.requireSound();
            for (BackupSummary each : there) {
                notes.handedOver(each.root(), given);
                context.reporter().info("Handed backup " + each.run() + " over to " + given + ", and checked it there");
            }
        }
        return problem;
    }

    private void send(Place place, Backup backup, List<PlaceCopy> copies) {
        boolean there = copies.stream()
                .filter(copy -> copy.host().equals(context.host().name())
                        && copy.backup().equals(backup.run()))
                .anyMatch(copy -> place.holds(copy, backup));
        if (!there) {
            copies.add(place.send(backup, copies));
        }
    }
}
