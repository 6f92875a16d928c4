package io.github.mmupgrade.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** How the nodes of a cluster stand, side by side. Reads only. */
final class ClusterStatus {

    private static final int LABEL = 14;
    private static final int WIDEST = 38;

    private final List<SeenNode> seen;
    private final ClusterOptions options;
    private final Proxies proxies;
    private final List<String> lines = new ArrayList<>();
    private final List<Hint> attention = new ArrayList<>();

    ClusterStatus(List<SeenNode> seen, ClusterOptions options, Proxies proxies) {
        this.seen = seen;
        this.options = options;
        this.proxies = proxies;
    }

    /** Reports the status, and after it what wants attention. */
    void report(Reporter reporter) {
        row("node", SeenNode::name);
        asked("release", state -> state.release() == null ? "not known" : state.release() + ", " + state.edition());
        asked("service", NodeState::service);
        asked("answers", NodeState::answer);
        row("proxy", this::proxy);
        asked("run", state -> state.run() == null ? "none" : run(state.run()));
        asked("at work", state -> state.worker() == null ? "nobody" : state.worker());
        lines.add("");
        List<CheckResult> checks = new Agreement(seen, options.mayDiffer()).checks();
        checks.forEach(check -> lines.add(String.format(
                Locale.ROOT,
                "%-" + LABEL + "s %s",
                check.name(),
                check.text().replace("\n", "\n" + " ".repeat(LABEL + 1)))));
        seen.forEach(this::say);
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("agree", checks.stream().noneMatch(each -> each.outcome() == CheckResult.Outcome.REFUSED));
        ObjectNode nodes = data.putObject("nodes");
        seen.forEach(each -> nodes.set(each.name(), data(each)));
        data.set("checks", Json.MAPPER.valueToTree(checks));
        reporter.report(new Event.Result(Goal.STATUS, data, lines));
        attention.forEach(reporter::hint);
    }

    private static ObjectNode data(SeenNode each) {
        ObjectNode data = Json.MAPPER.createObjectNode();
        if (each.state() == null) {
            return data.put("unreachable", each.problem().getMessage());
        }
        data.setAll((ObjectNode) Json.MAPPER.valueToTree(each.state()));
        // what is only there to be compared
        data.remove(List.of("settings", "fileStoreIdentity"));
        return data.put("clockOffsetMillis", each.clockOffset());
    }

    private void asked(String label, Function<NodeState, String> question) {
        row(
                label,
                each -> each.state() == null
                        ? "not known"
                        : Optional.ofNullable(question.apply(each.state())).orElse("not known"));
    }

    private void row(String label, Function<SeenNode, String> question) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + LABEL + "s", label));
        List<String> cells = seen.stream().map(question).toList();
        for (int column = 0; column < cells.size(); column++) {
            line.append(' ').append(String.format(Locale.ROOT, "%-" + WIDEST + "s", cells.get(column)));
        }
        lines.add(line.toString().stripTrailing());
    }

    private String proxy(SeenNode each) {
        try {
            return proxies.state(each.node())
                    .map(state -> (state.serving() ? "serving" : "out")
                            + (state.connections() > 0 ? ", " + state.connections() + " connections" : ""))
                    .orElse("not asked");
        } catch (ProblemException e) {
            attention.add(Hint.of(e.getMessage()));
            return "not known";
        }
    }

    /** How far a node is, in some words. */
    static String shortly(SeenNode each) {
        return each.state() == null
                ? "cannot be reached"
                : each.state().run() == null
                        ? each.state().answer()
                        : run(each.state().run());
    }

    private static String run(NodeRun run) {
        String state = run.state() == Run.State.OPEN
                ? run.rollbackBegun()
                        ? "rolling back"
                        : run.verified() ? "verified" : run.stopBegun() ? "in progress" : "prepared"
                : run.state() == Run.State.FINISHED ? "finished" : "rolled back";
        return run.from() + " -> " + run.target() + ", " + state;
    }

    private void say(SeenNode each) {
        if (each.state() == null) {
            attention.add(
                    Hint.of(each.name() + " cannot be asked: " + each.problem().getMessage()));
            return;
        }
        each.state().notKnown().forEach(why -> attention.add(Hint.of(each.name() + ": " + why)));
        if (each.state().kept() != null) {
            attention.add(Hint.run(
                    each.name() + ": its server must not be started. "
                            + each.state().kept(),
                    Goal.UPGRADE));
        } else {
            new LeftOut(seen)
                    .why(each)
                    .ifPresent(why -> attention.add(
                            Hint.run(each.name() + ": " + why + " Nothing keeps it from starting yet.", Goal.UPGRADE)));
        }
        NodeRun open = each.openRun();
        if (open != null && each.state().worker() == null) {
            Goal goal = open.rollbackBegun() ? Goal.ROLLBACK : Goal.UPGRADE;
            attention.add(Hint.run(
                    "The upgrade to " + open.target() + " is in progress on " + each.name()
                            + ", and nobody works on it. Go on with it, or roll back.",
                    goal));
        }
    }
}
