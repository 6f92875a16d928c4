package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.ServerAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks every pod that answers requests which release it runs: the resource and the image only say what was wanted. */
final class PodProof {

    private final OperatorPlace place;

    PodProof(OperatorPlace place) {
        this.place = place;
    }

    /**
     * Asks all pods until each says the release.
     *
     * @return what each said, a line each; empty where no pod is wanted
     * @throws StageFailedException when one does not say so in time
     */
    List<String> require(Snapshot seen, Version release) {
        List<String> lines = new ArrayList<>();
        for (PodState pod : seen.podsOf(seen.resource().podImage())) {
            // one of the job server listens nowhere: it is ready, has the image, and belongs to its Deployment
            lines.add(
                    seen.jobServer().contains(pod)
                            ? pod.name() + ", the job server, is ready with " + pod.image()
                            : pod.name() + " runs " + require(pod, release));
        }
        return lines;
    }

    private Version require(PodState pod, Version release) {
        Duration begin = place.timer().elapsed();
        while (true) {
            ServerAnswer answer = place.probe().ask(pod.name());
            if (answer.healthy() && answer.is(release)) {
                return release;
            }
            if (place.timer().elapsed().minus(begin).compareTo(place.times().proof()) > 0) {
                throw new StageFailedException(
                        "The pod " + pod.name() + " was asked which release it runs, and answered: " + answer
                                + ". It has the image " + pod.image() + ".",
                        Hint.run(
                                "If its port cannot be forwarded, give the account the right to create"
                                        + " pods/portforward. Then go on.",
                                Goal.UPGRADE));
            }
            place.timer().sleep(place.times().poll());
        }
    }
}
