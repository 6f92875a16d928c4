package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.saving.method.MethodChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Everything that could stop an upgrade and can be known before the server is stopped. Changes nothing. */
public final class Preflight {

    private final GoalContext context;
    private final InstalledServer server;
    private final Optional<PlannedUpgrade> forecast;

    /** The checks of an upgrade whose way is known. */
    public Preflight(GoalContext context, InstalledServer server, PlannedUpgrade forecast) {
        this(context, server, Optional.of(forecast));
    }

    /** The checks of a server that stays what it is. */
    public Preflight(GoalContext context, InstalledServer server) {
        this(context, server, Optional.empty());
    }

    private Preflight(GoalContext context, InstalledServer server, Optional<PlannedUpgrade> forecast) {
        this.context = context;
        this.server = server;
        this.forecast = forecast;
    }

    /** Runs all checks; one that fails unexpectedly counts as refused. */
    public List<CheckResult> run() {
        return run(Map.of());
    }

    /** Runs all checks and further ones after them; one that fails unexpectedly counts as refused. */
    public List<CheckResult> run(Map<String, Supplier<CheckResult>> further) {
        Map<String, Supplier<CheckResult>> checks = new LinkedHashMap<>();
        new ServerChecks(context, server, forecast).addTo(checks);
        new PortChecks(context, server, forecast).addTo(checks);
        Supplier<MethodChoice> choice = once(this::choice);
        new DatabaseChecks(context, server, choice).addTo(checks);
        new StateAndBackupChecks(context, server).addTo(checks);
        checks.put("room", new SpaceCheck(context, server, forecast, choice)::check);
        checks.putAll(further);
        return each(checks);
    }

    /** Runs the checks of a server that stays what it is and is started again with another configuration. */
    public List<CheckResult> ofRestart() {
        Map<String, Supplier<CheckResult>> checks = new LinkedHashMap<>();
        new ServerChecks(context, server, forecast).addRestart(checks);
        new PortChecks(context, server, forecast).addTo(checks);
        return each(checks);
    }

    /** Runs checks, each by its name, in their order; one that fails unexpectedly counts as refused. */
    public static List<CheckResult> each(Map<String, Supplier<CheckResult>> checks) {
        List<CheckResult> results = new ArrayList<>();
        checks.forEach((name, check) -> results.add(guarded(name, check)));
        return results;
    }

    /**
     * Reports all results and refuses when one of them says so.
     *
     * @throws RefusedException with everything that prevents it
     */
    public static void report(GoalContext context, List<CheckResult> results) {
        report(context.reporter(), results);
    }

    /** The same, told to somebody else. */
    public static void report(Reporter reporter, List<CheckResult> results) {
        results.forEach(reporter::report);
        List<CheckResult> refused = results.stream()
                .filter(result -> result.outcome() == CheckResult.Outcome.REFUSED)
                .toList();
        if (!refused.isEmpty()) {
            StringBuilder text = new StringBuilder();
            refused.forEach(result -> text.append(result.text()).append(System.lineSeparator()));
            throw new RefusedException(
                    text + "Nothing was changed.", refused.get(0).hint());
        }
    }

    /** How the database will be saved; finding out measures the disk and may copy a small database. */
    private MethodChoice choice() {
        try (Database database = server.openDatabase()) {
            return new DatabaseMethods(context).forecast(database);
        }
    }

    private static <T> Supplier<T> once(Supplier<T> source) {
        AtomicReference<T> found = new AtomicReference<>();
        return () -> found.updateAndGet(known -> known == null ? source.get() : known);
    }

    private static CheckResult guarded(String name, Supplier<CheckResult> check) {
        try {
            return check.get();
        } catch (ProblemException e) {
            return CheckResult.refused(name, e.getMessage(), e.hint());
        } catch (RuntimeException e) {
            return CheckResult.refused(
                    name,
                    "The check failed: " + UnexpectedFailure.inWords(e),
                    Hint.of(
                            "Run the goal again with -X. If the cause is not on your machine, please report it with that"
                                    + " output."));
        }
    }
}
