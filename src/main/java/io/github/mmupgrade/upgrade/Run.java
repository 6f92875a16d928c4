package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.upgrade.JournalEvent.Kind;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One run of an upgrade, as the journal has it: what is asked of it is read from the events every time, so that goals
 * called hours apart and goals chained in one build see the same.
 *
 * <p>A run begins with the download and ends with {@code finish} or a rollback.
 */
public final class Run {

    /** The stage name of events that belong to the run itself. */
    static final String RUN = "run";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Journal journal;
    private final String id;

    private Run(Journal journal, String id) {
        this.journal = journal;
        this.id = id;
    }

    /** The newest run that has begun and not ended; empty when there is none. */
    static Optional<Run> open(Journal journal) {
        Run found = null;
        for (Run run : all(journal)) {
            if (run.state() == State.OPEN) {
                found = run;
            }
        }
        return Optional.ofNullable(found);
    }

    /** The run that the journal's last event belongs to: going back to an older one makes that the last. */
    static Optional<Run> lastAtWork(Journal journal) {
        List<JournalEvent> events = journal.events();
        return events.isEmpty()
                ? Optional.empty()
                : Optional.of(new Run(journal, events.get(events.size() - 1).run()));
    }

    /** The newest run, ended or not. */
    static Optional<Run> last(Journal journal) {
        List<Run> all = all(journal);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All runs, oldest first. */
    static List<Run> all(Journal journal) {
        Set<String> ids = new LinkedHashSet<>();
        for (JournalEvent event : journal.events()) {
            ids.add(event.run());
        }
        List<Run> runs = new ArrayList<>();
        ids.forEach(each -> runs.add(new Run(journal, each)));
        return runs;
    }

    /**
     * Begins a run.
     *
     * @param facts what later stages must know of it
     */
    static Run begin(Journal journal, Instant now, Map<String, String> facts) {
        Set<String> taken = new LinkedHashSet<>();
        all(journal).forEach(run -> taken.add(run.id));
        Instant moment = now;
        while (taken.contains(NAME.format(moment))) {
            // the name is part of the names of databases, which have little room
            moment = moment.plusSeconds(1);
        }
        String unique = NAME.format(moment);
        Run run = new Run(journal, unique);
        journal.append(unique, 0, RUN, null, Kind.BEGIN, facts);
        return run;
    }

    /** The name of a run that begins at an instant. */
    static String name(Instant begin) {
        return NAME.format(begin);
    }

    /** When a run of this name began; empty when it is no such name. */
    static Optional<Instant> begun(String id) {
        try {
            return Optional.of(NAME.parse(id, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** How a run stands. */
    public enum State {
        /** Begun, not ended. */
        OPEN,
        /** Finished: the new release runs. */
        FINISHED,
        /** Rolled back: the old release runs. */
        ROLLED_BACK
    }

    /** The name of the run: when it began, in UTC. */
    public String id() {
        return id;
    }

    /** How it stands. */
    public State state() {
        Kind last = lastKind(0, RUN).orElse(Kind.BEGIN);
        return switch (last) {
            case DONE -> State.FINISHED;
            case UNDONE -> State.ROLLED_BACK;
            default -> State.OPEN;
        };
    }

    /** Its events, oldest first. */
    public List<JournalEvent> events() {
        return events(event -> true);
    }

    private List<JournalEvent> events(Predicate<JournalEvent> wanted) {
        return journal.events().stream()
                .filter(event -> event.run().equals(id))
                .filter(wanted)
                .toList();
    }

    /** Something that an earlier stage left for later ones; the newest when it was said twice. */
    Optional<String> fact(int hop, String name) {
        String found = null;
        for (JournalEvent event : events(event -> event.hop() == hop)) {
            found = event.data().getOrDefault(name, found);
        }
        return Optional.ofNullable(found);
    }

    /** A fact that must be there, because the stage that leaves it comes before. */
    String requireFact(int hop, String name) {
        return fact(hop, name)
                .orElseThrow(() -> new IllegalStateException("The journal lacks '" + name + "' of run " + id));
    }

    /** The release that is installed before a hop. */
    String releaseBefore(int hop) {
        return hop == 1 ? requireFact(0, Facts.FROM) : requireFact(hop - 1, Facts.TO);
    }

    /** The edition that was installed when the run began. */
    Edition editionBefore() {
        return Edition.parse(requireFact(0, Facts.EDITION));
    }

    /** The edition that the run installs. */
    Edition editionAtEnd() {
        // earlier versions of this plugin kept the installed edition only, and installed no other
        return fact(0, Facts.TARGET_EDITION).map(Edition::parse).orElseGet(this::editionBefore);
    }

    /** Leaves something for later stages. */
    void note(int hop, String stage, Map<String, String> facts) {
        journal.append(id, hop, stage, null, Kind.FACT, facts);
    }

    /** Writes an event of a whole stage, or of the run. */
    void mark(int hop, String stage, Kind kind, Map<String, String> data) {
        journal.append(id, hop, stage, null, kind, data);
    }

    /** Writes an event of a step inside a stage. */
    void markStep(int hop, String stage, String step, Kind kind, Map<String, String> data) {
        journal.append(id, hop, stage, Objects.requireNonNull(step), kind, data);
    }

    /**
     * Does a step between two events. The step must be able to run again after a break at any point, and find out from
     * the world what is left to do.
     */
    void step(int hop, String stage, String step, Map<String, String> data, Runnable act) {
        markStep(hop, stage, step, Kind.BEGIN, data);
        act.run();
        markStep(hop, stage, step, Kind.DONE, Map.of());
    }

    /** Whether a stage is done and was not taken back since. */
    boolean isDone(int hop, String stage) {
        return lastKind(hop, stage).filter(Kind.DONE::equals).isPresent();
    }

    /** Whether a stage was ever begun in this run and not taken back since. */
    boolean isBegun(int hop, String stage) {
        return lastKind(hop, stage).filter(kind -> kind != Kind.UNDONE).isPresent();
    }

    /** Whether a step inside a stage is done; the newest event of it counts. */
    boolean isStepDone(int hop, String stage, String step) {
        return lastStepKind(hop, stage, step).filter(Kind.DONE::equals).isPresent();
    }

    /** Whether a step inside a stage was begun. */
    boolean isStepBegun(int hop, String stage, String step) {
        return lastStepKind(hop, stage, step).isPresent();
    }

    private Optional<Kind> lastStepKind(int hop, String stage, String step) {
        List<JournalEvent> found =
                events(event -> event.hop() == hop && event.stage().equals(stage) && step.equals(event.step()));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).kind());
    }

    /** Whether something was noted, or begun as a step, since a stage was last done. */
    boolean isLaterThanEndOf(int hop, String stage, Predicate<JournalEvent> wanted) {
        boolean later = false;
        for (JournalEvent event : events(event -> event.hop() == hop)) {
            if (event.stage().equals(stage) && event.step() == null && event.kind() == Kind.DONE) {
                later = false;
            } else if (wanted.test(event)) {
                later = true;
            }
        }
        return later;
    }

    /** When a stage was last begun. */
    Optional<Instant> begunAt(int hop, String stage) {
        return lastAt(hop, stage, Kind.BEGIN);
    }

    /** When a stage was last done. */
    Optional<Instant> doneAt(int hop, String stage) {
        return lastAt(hop, stage, Kind.DONE);
    }

    private Optional<Instant> lastAt(int hop, String stage, Kind kind) {
        List<JournalEvent> found = events(event ->
                event.hop() == hop && event.stage().equals(stage) && event.step() == null && event.kind() == kind);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).at());
    }

    private Optional<Kind> lastKind(int hop, String stage) {
        Kind last = null;
        for (JournalEvent event :
                events(event -> event.hop() == hop && event.stage().equals(stage) && event.step() == null)) {
            if (event.kind() != Kind.FACT) {
                last = event.kind();
            }
        }
        return Optional.ofNullable(last);
    }

    /** The stages of the run with what was last said of each, in the order of their first events. */
    public Map<String, Kind> stages() {
        Map<String, Kind> found = new LinkedHashMap<>();
        for (JournalEvent event : events(event -> event.step() == null && event.kind() != Kind.FACT)) {
            if (!event.stage().equals(RUN)) {
                found.put(
                        event.hop() == 0 ? event.stage() : event.stage() + " (hop " + event.hop() + ")", event.kind());
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return id;
    }
}
