package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.ClusterLock;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A node of a cluster whose machines are all this one. Counts nothing, hides nothing: what is asked is carried out. */
final class LocalNode implements Node {

    final StandInInstallation server;
    UpgradeOptions options;
    /** Is told of a goal before it is carried out; may break it. */
    Consumer<Request> before = request -> {};

    /** Carries a goal out in another way, and says whether it did. */
    Predicate<Request> instead = request -> false;

    ProblemException unreachable;
    Duration clockOffset = Duration.ZERO;

    private final String name;
    /** The goal that was asked for. */
    Goal goal = Goal.UPGRADE;

    GoalArguments arguments = new GoalArguments.None();
    private ClusterLock lock;

    LocalNode(String name, StandInInstallation server, UpgradeOptions options) {
        this.name = name;
        this.server = server;
        this.options = options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return "127.0.0.1:" + server.port();
    }

    @Override
    public Request request() {
        return new Request(goal, options, arguments);
    }

    private Engine engine() {
        return new Engine(new LocalHost(), Clock.offset(Clock.systemUTC(), clockOffset), major -> null, Hint::toString);
    }

    @Override
    public NodeState inspect(String question) {
        if (unreachable != null) {
            throw unreachable;
        }
        return engine().inspect(request(), RequestSecrets.NONE, question);
    }

    @Override
    public Optional<String> lock() {
        if (lock != null) {
            return lock.renew() ? Optional.empty() : Optional.of("nobody, but it is lost");
        }
        ClusterLock.Attempt attempt = engine().lockCluster(request(), RequestSecrets.NONE, "the test");
        lock = attempt.lock();
        return Optional.ofNullable(attempt.holder());
    }

    @Override
    public void banStart(String why) {
        engine().banStart(request(), RequestSecrets.NONE, why);
    }

    @Override
    public void noteDrained(boolean drained) {
        engine().noteDrained(request(), RequestSecrets.NONE, drained);
    }

    @Override
    public void carryOut(Request goal, Reporter reporter) {
        before.accept(goal);
        if (instead.test(goal)) {
            return;
        }
        engine().run(goal, RequestSecrets.NONE, reporter);
    }

    /** How many events the journal of a goal's installation has. */
    static int events(Request goal) {
        return GoalContext.open(goal.options(), new LocalHost(), event -> {}, Clock.systemUTC())
                .journal()
                .events()
                .size();
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
