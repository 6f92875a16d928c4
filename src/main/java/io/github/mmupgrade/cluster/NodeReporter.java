package io.github.mmupgrade.cluster;

import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Reporter;
import java.util.Optional;

/** Tells what one node does, with its name in front, while others tell the same; keeps its result for the caller. */
final class NodeReporter implements Reporter {

    private final String name;
    private final ClusterReport all;
    private final Event.Level least;
    private volatile Event.Result result;

    /**
     * A reporter for a node.
     *
     * @param least how much a message must matter to be told
     */
    NodeReporter(String name, ClusterReport all, Event.Level least) {
        this.name = name;
        this.all = all;
        this.least = least;
    }

    @Override
    public void report(Event event) {
        all.node(name, event);
        Event told = named(event);
        if (told != null) {
            all.report(told);
        }
    }

    /** Null for what is not told. */
    private Event named(Event event) {
        if (event instanceof Event.Message message) {
            if (message.level().compareTo(least) < 0) {
                return null;
            }
            return new Event.Message(message.level(), named(message.text()), message.hint());
        }
        if (event instanceof CheckResult check) {
            if (check.outcome() == CheckResult.Outcome.OK) {
                // what is well on every node is many lines that nobody reads
                return null;
            }
            return new CheckResult(name + " " + check.name(), check.outcome(), check.text(), check.hint());
        }
        if (event instanceof Event.Result its) {
            result = its;
            return null;
        }
        if (event instanceof Event.StageEnded || event instanceof Event.DowntimeEnded) {
            return new Event.Message(EventText.level(event), named(String.join("\n", EventText.lines(event))), null);
        }
        // the bars of several nodes would overwrite one another; a problem is told by who carries the goal out
        return null;
    }

    private String named(String text) {
        return text.isEmpty() ? text : "[" + name + "] " + text.replace("\n", "\n[" + name + "] ");
    }

    Optional<Event.Result> result() {
        return Optional.ofNullable(result);
    }
}
