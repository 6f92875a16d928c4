package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Optional;

/** Goes on with the run of somebody who is gone: what the annotation says is enough. */
final class TakeOver {

    private final OperatorPlace place;

    TakeOver(OperatorPlace place) {
        this.place = place;
    }

    /**
     * Makes the run on the resource one of this state directory; the other one ends when it sees that.
     *
     * @throws RefusedException when no such run works on the resource
     */
    Run adopt() {
        MattermostResource resource = place.require();
        String wanted = place.kubernetes().takeOver();
        Optional<RunClaim> there =
                RunClaim.of(resource).filter(claim -> claim.run().equals(wanted));
        if (there.isEmpty() || there.get().hops().isEmpty()) {
            throw new RefusedException(
                    "No run " + wanted + " works on " + place.cluster().name() + ": "
                            + RunClaim.of(resource).map(Object::toString).orElse("none does")
                            + ". Nothing was changed.",
                    Hint.run("Show the current state, and leave out mattermost.kubernetes.takeOver.", Goal.STATUS));
        }
        Run run = OperatorRun.begin(place, there.get(), there.get().targetImage(), wanted);
        new ResourceChange(place).claim(OperatorRun.claim(run), resource);
        place.reporter().warn("Taken over: " + there.get());
        return run;
    }
}
