package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How long the stages of the rehearsed upgrade took, as its journal has them. */
final class StageTimes {

    private static final String STOP = "stop";
    private static final String START = "start";

    private final List<JournalEvent> events = new ArrayList<>();

    /**
     * One stage.
     *
     * @param hop which hop, from 1; 0 for what is done once
     * @param stage its name
     * @param milliseconds how long it took
     */
    record Took(int hop, String stage, long milliseconds) {}

    void add(JournalEvent event) {
        events.add(event);
    }

    /** All stages that came to their end, in their order. */
    List<Took> stages() {
        Map<String, Instant> begun = new LinkedHashMap<>();
        List<Took> all = new ArrayList<>();
        for (JournalEvent event : events) {
            if (event.step() != null || event.stage().equals("run")) {
                continue;
            }
            String key = event.hop() + " " + event.stage();
            if (event.kind() == Kind.BEGIN) {
                begun.put(key, event.at());
            } else if (event.kind() == Kind.DONE && begun.containsKey(key)) {
                all.add(new Took(
                        event.hop(),
                        event.stage(),
                        Duration.between(begun.remove(key), event.at()).toMillis()));
            }
        }
        return all;
    }

    /** From each order to stop until the next server answered, over all hops; empty when one did not come so far. */
    Optional<Duration> downtime() {
        Duration all = Duration.ZERO;
        Instant down = null;
        boolean seen = false;
        for (JournalEvent event : events) {
            if (event.step() == null && event.stage().equals(STOP) && event.kind() == Kind.BEGIN) {
                down = event.at();
            } else if (event.step() == null && event.stage().equals(START) && event.kind() == Kind.DONE) {
                all = all.plus(Duration.between(down, event.at()));
                down = null;
                seen = true;
            }
        }
        return seen && down == null ? Optional.of(all) : Optional.empty();
    }

    /** From the first order to stop until the last server answered: users are kept out between the hops, too. */
    Optional<Duration> keptOut() {
        Instant down = null;
        Instant up = null;
        for (JournalEvent event : events) {
            if (event.step() == null && event.stage().equals(STOP) && event.kind() == Kind.BEGIN && down == null) {
                down = event.at();
            } else if (event.step() == null && event.stage().equals(START) && event.kind() == Kind.DONE) {
                up = event.at();
            }
        }
        return down == null || up == null ? Optional.empty() : Optional.of(Duration.between(down, up));
    }

    /** How long the database was copied inside its server. */
    Duration freeze() {
        Instant begun = null;
        for (JournalEvent event : events) {
            if ("freeze".equals(event.step()) && event.kind() == Kind.BEGIN) {
                begun = event.at();
            } else if ("freeze".equals(event.step()) && event.kind() == Kind.DONE && begun != null) {
                return Duration.between(begun, event.at());
            }
        }
        return Duration.ZERO;
    }

    /** Where it failed and why; empty when it did not. */
    Optional<JournalEvent> failure() {
        return events.stream().filter(event -> event.kind() == Kind.FAILED).findFirst();
    }
}
