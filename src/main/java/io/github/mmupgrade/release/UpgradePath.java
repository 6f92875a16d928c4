package io.github.mmupgrade.release;

import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The releases to pass through from the installed version to the target.
 *
 * @param installed the version that is installed
 * @param target the release to end with
 * @param hops the steps in their order, the last one to the target; empty when the target is installed
 */
public record UpgradePath(Version installed, Release target, List<Hop> hops) {

    /** Checks that each step begins where the one before ends. */
    public UpgradePath {
        Objects.requireNonNull(target);
        hops = List.copyOf(hops);
        Version at = installed;
        for (Hop hop : hops) {
            if (!hop.from().equals(at)) {
                throw new IllegalArgumentException("The path breaks between " + at + " and " + hop.from());
            }
            at = hop.to();
        }
        if (!at.equals(target.version())) {
            throw new IllegalArgumentException("The path ends at " + at + " and not at " + target.version());
        }
    }

    /**
     * Finds the path.
     *
     * @throws RefusedException when there is none: a downgrade, a move that the vendor forbids, a database that a
     *     release on the way doesn't work with, a schema that its server would refuse
     */
    public static UpgradePath plan(PathRequest request, Catalogue catalogue) {
        return new PathPlanner(request, catalogue).plan();
    }

    /** Whether the target is installed already. */
    public boolean isEmpty() {
        return hops.isEmpty();
    }

    /** The path for a console: a line for each step, its warnings indented below it. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (Hop hop : hops) {
            number++;
            lines.add("hop " + number + " of " + hops.size() + ": " + hop);
            hop.warnings().forEach(warning -> lines.add("  " + warning));
        }
        return lines;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(installed.toString());
        hops.forEach(hop -> text.append(" -> ").append(hop.to()));
        return text.toString();
    }
}
