package io.github.mmupgrade.journal;

import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.Rename;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Goal;
import java.nio.file.Path;
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

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Journal journal;
    private final String id;

    private Run(Journal journal, String id) {
        this.journal = journal;
        this.id = id;
    }

    /** The newest run that has begun and not ended; empty when there is none. */
    public static Optional<Run> open(Journal journal) {
        Run found = null;
        for (Run run : all(journal)) {
            if (run.state() == State.OPEN) {
                found = run;
            }
        }
        return Optional.ofNullable(found);
    }

    /** The run that the journal's last event belongs to: going back to an older one makes that the last. */
    public static Optional<Run> lastAtWork(Journal journal) {
        List<JournalEvent> events = journal.events();
        return events.isEmpty()
                ? Optional.empty()
                : Optional.of(new Run(journal, events.get(events.size() - 1).run()));
    }

    /** The newest run, ended or not. */
    public static Optional<Run> last(Journal journal) {
        List<Run> all = all(journal);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All runs, oldest first. */
    public static List<Run> all(Journal journal) {
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
    public static Run begin(Journal journal, Instant now, Map<String, String> facts) {
        Set<String> taken = new LinkedHashSet<>();
        all(journal).forEach(run -> taken.add(run.id));
        Instant moment = now;
        while (taken.contains(NAME.format(moment))) {
            // the name is part of the names of databases, which have little room
            moment = moment.plusSeconds(1);
        }
        String unique = NAME.format(moment);
        Run run = new Run(journal, unique);
        journal.append(unique, 0, StageName.RUN.key(), null, Kind.BEGIN, facts);
        return run;
    }

    /** The name of a run that begins at an instant. */
    public static String name(Instant begin) {
        return NAME.format(begin);
    }

    /** When a run of this name began; empty when it is no such name. */
    public static Optional<Instant> begun(String id) {
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
        Kind last = lastKind(0, StageName.RUN).orElse(Kind.BEGIN);
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
    public Optional<String> fact(int hop, String name) {
        String found = null;
        for (JournalEvent event : events(event -> event.hop() == hop)) {
            found = event.data().getOrDefault(name, found);
        }
        return Optional.ofNullable(found);
    }

    /** A fact that must be there, because the stage that leaves it comes before. */
    public String requireFact(int hop, String name) {
        return fact(hop, name)
                .orElseThrow(() -> new IllegalStateException("The journal has no '" + name + "' of run " + id));
    }

    /** The release that is installed before a hop. */
    public String releaseBefore(int hop) {
        return hop == 1 ? requireFact(0, JournalKeys.FROM) : requireFact(hop - 1, JournalKeys.TO);
    }

    /** The edition that was installed when the run began. */
    public Edition editionBefore() {
        return edition(requireFact(0, JournalKeys.EDITION));
    }

    /** The edition that the run installs. */
    public Edition editionAtEnd() {
        // earlier versions of this plugin kept the installed edition only, and installed no other
        return fact(0, JournalKeys.TARGET_EDITION).map(this::edition).orElseGet(this::editionBefore);
    }

    private Edition edition(String text) {
        try {
            return Edition.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("The journal says that run " + id + " is of edition '" + text + "'", e);
        }
    }

    /** How many hops it has. */
    public int hops() {
        String text = requireFact(0, JournalKeys.HOPS);
        if (!text.matches("\\d{1,3}")) {
            throw new IllegalStateException("The journal says that run " + id + " has '" + text + "' hops");
        }
        return Integer.parseInt(text);
    }

    /** The first hop that is not verified; the last one when all are. */
    public int currentHop() {
        int hops = hops();
        for (int hop = 1; hop < hops; hop++) {
            if (!isDone(hop, StageName.VERIFY)) {
                return hop;
            }
        }
        return hops;
    }

    /** Whether every hop is verified: the new server runs, and nothing rolls back by itself any more. */
    public boolean isVerified() {
        return isDone(hops(), StageName.VERIFY);
    }

    /** Whether it takes over another server instead of upgrading this one. */
    public boolean isMigration() {
        return fact(0, JournalKeys.SOURCE).isPresent();
    }

    /** Whether it moves the installation to another database. */
    public boolean isConversion() {
        return fact(0, JournalKeys.CONVERTED).isPresent();
    }

    /** Whether it upgrades a node that leaves the database and the shared files to another node of the cluster. */
    public boolean isSavedByAnotherNode() {
        Optional<String> node = fact(0, JournalKeys.NODE);
        return node.isPresent()
                && !(requireFact(0, JournalKeys.NODE_ORDER).equals("TOGETHER")
                        && (requireFact(0, JournalKeys.NODES) + ",").startsWith(node.get() + ","));
    }

    /** The goal that does all of it, and resumes it. */
    public Goal goal() {
        return isMigration() ? Goal.MIGRATE : isConversion() ? Goal.CONVERT_DATABASE : Goal.UPGRADE;
    }

    /** What it is, as a noun. */
    public String kind() {
        return isMigration() ? "migration" : isConversion() ? "conversion" : "upgrade";
    }

    /** The stage that leaves the configuration that the server is started with. */
    public StageName configurationStage() {
        return isMigration()
                ? StageName.MIGRATE_CONFIG
                : isConversion() ? StageName.CONVERT_CONFIG : StageName.RESTORE_CONFIG;
    }

    /** Whether the server ran before a hop stopped it. */
    public boolean wasRunning(int hop) {
        return fact(hop, JournalKeys.WAS_RUNNING).map(Boolean::parseBoolean).orElse(false);
    }

    /** The renames that a hop has planned; empty when it has not come to that. */
    public Optional<SwapPlan> swapPlan(int hop) {
        return fact(hop, JournalKeys.PLAN).map(SwapPlans::read);
    }

    /** The directories beside the installation that its hops have made, whether they are there or not. */
    public List<Path> siblings() {
        List<Path> found = new ArrayList<>();
        int hops = fact(0, JournalKeys.HOPS).map(Integer::parseInt).orElse(0);
        for (int hop = 1; hop <= hops; hop++) {
            fact(hop, JournalKeys.NEXT).map(Path::of).ifPresent(found::add);
            swapPlan(hop).map(SwapPlan::previous).ifPresent(found::add);
        }
        return found;
    }

    /** Leaves something for later stages. */
    public void note(int hop, StageName stage, Map<String, String> facts) {
        journal.append(id, hop, stage.key(), null, Kind.FACT, facts);
    }

    /** Writes an event of a whole stage, or of the run. */
    public void mark(int hop, StageName stage, Kind kind, Map<String, String> data) {
        journal.append(id, hop, stage.key(), null, kind, data);
    }

    /** Writes an event of a step inside a stage. */
    public void markStep(int hop, StageName stage, String step, Kind kind, Map<String, String> data) {
        journal.append(id, hop, stage.key(), Objects.requireNonNull(step), kind, data);
    }

    /**
     * Does a step between two events. The step must be able to run again after a break at any point, and find out from
     * the actual state what is left to do.
     */
    public void step(int hop, StageName stage, String step, Map<String, String> data, Runnable act) {
        markStep(hop, stage, step, Kind.BEGIN, data);
        act.run();
        markStep(hop, stage, step, Kind.DONE, Map.of());
    }

    /** Writes an event before and after each rename; whether one was done, the file system tells. */
    public InstallationSwap.Listener renames(int hop, StageName stage) {
        return new InstallationSwap.Listener() {
            @Override
            public void before(Rename rename) {
                journal.appendUnforced(id, hop, stage.key(), rename.toString(), Kind.BEGIN, Map.of());
            }

            @Override
            public void after(Rename rename) {
                journal.appendUnforced(id, hop, stage.key(), rename.toString(), Kind.DONE, Map.of());
            }
        };
    }

    /** The row counts that were saved with the stopped server. */
    public RowCounts counts() {
        return counts(JournalKeys.COUNTS);
    }

    /** Row counts that a stage noted for the first hop. */
    public RowCounts counts(String fact) {
        return RowCountsText.read(requireFact(1, fact));
    }

    /** Row counts that a stage noted for a hop; empty when none did. */
    public Optional<RowCounts> counts(int hop, String fact) {
        return fact(hop, fact).map(RowCountsText::read);
    }

    /** Whether the source's database of a migration waits beside the destination's to take its name. */
    public boolean loadsBeside() {
        return fact(1, JournalKeys.BESIDE).map(Boolean::parseBoolean).orElse(false);
    }

    /** Whether a stage is done and was not undone since. */
    public boolean isDone(int hop, StageName stage) {
        return lastKind(hop, stage).filter(Kind.DONE::equals).isPresent();
    }

    /** Whether a stage was ever begun in this run and not taken back since. */
    public boolean isBegun(int hop, StageName stage) {
        return lastKind(hop, stage).filter(kind -> kind != Kind.UNDONE).isPresent();
    }

    /** Whether a step inside a stage is done; the newest event of it counts. */
    public boolean isStepDone(int hop, StageName stage, String step) {
        return lastStepKind(hop, stage, step).filter(Kind.DONE::equals).isPresent();
    }

    /** Whether a step inside a stage was begun. */
    public boolean isStepBegun(int hop, StageName stage, String step) {
        return lastStepKind(hop, stage, step).isPresent();
    }

    /** Whether a step inside a stage was begun, and neither done nor undone since: it failed, or was killed. */
    public boolean isStepOpen(int hop, StageName stage, String step) {
        return lastStepKind(hop, stage, step).filter(Kind.BEGIN::equals).isPresent();
    }

    private Optional<Kind> lastStepKind(int hop, StageName stage, String step) {
        List<JournalEvent> found =
                events(event -> event.hop() == hop && event.stage().equals(stage.key()) && step.equals(event.step()));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).kind());
    }

    /** Whether something was noted, or begun as a step, since a stage was last done. */
    public boolean isLaterThanEndOf(int hop, StageName stage, Predicate<JournalEvent> wanted) {
        boolean later = false;
        for (JournalEvent event : events(event -> event.hop() == hop)) {
            if (event.stage().equals(stage.key()) && event.step() == null && event.kind() == Kind.DONE) {
                later = false;
            } else if (wanted.test(event)) {
                later = true;
            }
        }
        return later;
    }

    /** When a stage was last begun. */
    public Optional<Instant> begunAt(int hop, StageName stage) {
        return lastAt(hop, stage, Kind.BEGIN);
    }

    /** When the server was last told to stop: what the stage does before that, while it still runs, is no downtime. */
    public Optional<Instant> stopOrderedAt(int hop) {
        Optional<Instant> begun = begunAt(hop, StageName.STOP);
        List<JournalEvent> orders = events(event -> event.hop() == hop && event.isStopOrder());
        return begun.map(at -> orders.stream()
                .map(JournalEvent::at)
                .filter(ordered -> ordered.isAfter(at))
                .reduce(at, (earlier, later) -> later));
    }

    /** When a stage was last done. */
    public Optional<Instant> doneAt(int hop, StageName stage) {
        return lastAt(hop, stage, Kind.DONE);
    }

    private Optional<Instant> lastAt(int hop, StageName stage, Kind kind) {
        List<JournalEvent> found = events(event -> event.hop() == hop
                && event.stage().equals(stage.key())
                && event.step() == null
                && event.kind() == kind);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).at());
    }

    private Optional<Kind> lastKind(int hop, StageName stage) {
        Kind last = null;
        for (JournalEvent event :
                events(event -> event.hop() == hop && event.stage().equals(stage.key()) && event.step() == null)) {
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
            if (!event.stage().equals(StageName.RUN.key())) {
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
