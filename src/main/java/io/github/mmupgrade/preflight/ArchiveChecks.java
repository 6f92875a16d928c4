package io.github.mmupgrade.preflight;

import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether every archive of a path is available and vouched for, found out before the first one is fetched. Changes
 * nothing.
 */
public final class ArchiveChecks {

    /** What the result of {@link #check} is called. */
    public static final String NAME = "archives";

    private final ReleaseSources sources;

    public ArchiveChecks(ReleaseSources sources) {
        this.sources = sources;
    }

    /**
     * Looks whether the archives are there and whether something vouches for them; reads none of them.
     *
     * @throws RefusedException naming every archive that is missing, and every one that nothing vouches for
     */
    public void require(UpgradePath path, Edition edition) {
        List<Version> missing = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Hint hint = null;
        for (Hop hop : path.hops()) {
            if (sources.lacks(hop.to(), edition)) {
                missing.add(hop.to());
                continue;
            }
            try {
                sources.requireObtainable(hop.to(), edition);
            } catch (RefusedException e) {
                problems.add(hop.to() + ": " + e.getMessage());
                hint = hint == null ? e.hint() : hint;
            }
        }
        if (!missing.isEmpty()) {
            problems.add(0, lacking(missing, path, edition));
            hint = Hint.of(
                    "Put " + (missing.size() == 1 ? "it" : "them") + " there under the vendor's file names, or leave"
                            + " mattermost.archive out to download every archive.");
        }
        if (!problems.isEmpty()) {
            throw new RefusedException(String.join("\n", problems) + "\nNothing was changed.", hint);
        }
    }

    private String lacking(List<Version> missing, UpgradePath path, Edition edition) {
        StringBuilder text =
                new StringBuilder("The directory " + sources.directory().orElseThrow() + " lacks "
                        + Amount.of(missing.size(), "archive") + " of the path " + path + ":");
        for (Version version : missing) {
            text.append("\n  ")
                    .append(sources.vendorsName(version, edition))
                    .append(", from ")
                    .append(sources.url(version, edition));
        }
        return text.toString();
    }

    /** Looks at the archives, and reads those that are on this machine to hold them against their checksums. */
    public CheckResult check(UpgradePath path, Edition edition) {
        require(path, edition);
        int here = 0;
        for (Hop hop : path.hops()) {
            if (sources.onThisMachine(hop.to(), edition).isPresent()) {
                sources.archive(hop.to(), edition);
                here++;
            }
        }
        int fetched = path.hops().size() - here;
        return CheckResult.ok(
                NAME,
                fetched == 0
                        ? "all are on this machine and match their checksums or signatures"
                        : "each can be verified; " + fetched + " to be downloaded");
    }
}
