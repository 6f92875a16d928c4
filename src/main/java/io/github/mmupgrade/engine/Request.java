package io.github.mmupgrade.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.kubernetes.KubernetesOptions;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What a person asked for: a goal and its options. No secret is in it; those travel as {@link RequestSecrets}.
 *
 * @param goal the goal
 * @param options the options that every goal has
 * @param arguments what only this goal wants to know
 * @param kubernetes what is wanted of an installation in Kubernetes; null for one on a machine
 */
public record Request(Goal goal, UpgradeOptions options, GoalArguments arguments, KubernetesOptions kubernetes) {

    /** A request for an installation on a machine. */
    public Request(Goal goal, UpgradeOptions options, GoalArguments arguments) {
        this(goal, options, arguments, null);
    }

    public Request {
        Objects.requireNonNull(goal);
        Objects.requireNonNull(options);
        Objects.requireNonNull(arguments);
    }

    /** Whether people may be told how it ended: it works on the server, or rehearses that. */
    public boolean isNotified() {
        return switch (goal) {
            case UPGRADE, MIGRATE, CONVERT_DATABASE, ROLLBACK -> !options.dryRun();
            case REHEARSE ->
                !options.dryRun() && !arguments(GoalArguments.Rehearse.class).end();
            default -> false;
        };
    }

    /** The same with another archive, or directory of archives. */
    public Request withArchive(String archive) {
        return with(options.with(options.target().withArchive(archive), options.config()));
    }

    /** The same with other options. */
    public Request with(UpgradeOptions others) {
        return new Request(goal, others, arguments, kubernetes);
    }

    /** The same with its reports written to another directory. */
    public Request reportingTo(Path directory) {
        return new Request(
                goal,
                options.reportingTo(directory),
                arguments instanceof GoalArguments.Rehearse how
                        ? how.with(how.options().reportingTo(directory.resolve("rehearsal.json")))
                        : arguments,
                kubernetes);
    }

    /** The request in one line. */
    public String toJson() {
        return Json.line(this);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException when it is no request
     */
    public static Request parse(String json) {
        try {
            return Json.read(json, Request.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("This is no request: " + e.getOriginalMessage(), e);
        }
    }

    /** What this goal alone wants to know. */
    <T extends GoalArguments> T arguments(Class<T> type) {
        if (!type.isInstance(arguments)) {
            throw new IllegalArgumentException(
                    goal + " came without what it has to know (" + type.getSimpleName() + ")");
        }
        return type.cast(arguments);
    }
}
