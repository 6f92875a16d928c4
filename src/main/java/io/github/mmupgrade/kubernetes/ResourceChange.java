package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Changes a resource unless somebody else has changed it since it was read. The operator writes its status all the time,
 * and each such write gives the resource another version: only another generation, or another run, is somebody else.
 */
final class ResourceChange {

    private static final int MOST_TRIES = 20;

    private final OperatorPlace place;

    ResourceChange(OperatorPlace place) {
        this.place = place;
    }

    /**
     * Asks for an image and a version.
     *
     * @throws RefusedException when somebody else has changed the resource
     */
    MattermostResource to(RolloutTarget target, MattermostResource seen) {
        ObjectNode fields = Json.MAPPER.createObjectNode();
        ObjectNode spec = fields.putObject("spec").put("version", target.version());
        if (!target.image().isEmpty() && !target.image().equals(seen.image())) {
            spec.put("image", target.image());
        }
        return patch(fields, target::isWantedBy, seen);
    }

    /** Writes which run works on the resource. */
    MattermostResource claim(RunClaim claim, MattermostResource seen) {
        return annotate(Json.line(claim), seen);
    }

    /** Takes that away. */
    MattermostResource release(MattermostResource seen) {
        return annotate(null, seen);
    }

    private MattermostResource annotate(String value, MattermostResource seen) {
        ObjectNode fields = Json.MAPPER.createObjectNode();
        fields.putObject("metadata").putObject("annotations").put(RunClaim.ANNOTATION, value);
        return patch(fields, now -> Objects.equals(value, now.annotations().get(RunClaim.ANNOTATION)), seen);
    }

    private MattermostResource patch(
            ObjectNode fields, Predicate<MattermostResource> isThere, MattermostResource seen) {
        MattermostResource now = seen;
        for (int i = 1; ; i++) {
            try {
                return place.cluster().patch(fields, now);
            } catch (ClusterException e) {
                if (i == MOST_TRIES || !(e.isConflict() || e.isTransient())) {
                    throw e;
                }
                place.reporter().debug(e.getMessage() + " It is tried again.");
            }
            place.timer().sleep(place.times().poll());
            // a patch whose answer was lost has made the same generation as one of somebody else
            now = reread(seen, now);
            if (isThere.test(now)) {
                return now;
            }
            requireSame(seen, now);
        }
    }

    private MattermostResource reread(MattermostResource seen, MattermostResource last) {
        try {
            return place.cluster().find().orElse(seen);
        } catch (ClusterException e) {
            if (e.isTransient()) {
                return last;
            }
            throw e;
        }
    }

    private void requireSame(MattermostResource seen, MattermostResource now) {
        if (!now.podImage().equals(seen.podImage()) || now.generation() != seen.generation()) {
            throw new RefusedException(
                    "Somebody else has changed " + place.cluster().name() + " in this moment: it asks for "
                            + now.podImage()
                            + now.lastManager()
                                    .map(who -> ", and the last who wrote it was " + who)
                                    .orElse("")
                            + ". Nothing was changed.",
                    Hint.run("Find out who that is. Then show the current state.", Goal.STATUS));
        }
        if (!RunClaim.of(now).equals(RunClaim.of(seen))) {
            throw new RefusedException(
                    "Another run of this plugin has begun to work on "
                            + place.cluster().name() + ": "
                            + RunClaim.of(now).map(Object::toString).orElse("it has ended by now")
                            + ". Nothing was changed.",
                    Hint.run("Wait until it has ended. Show the current state.", Goal.STATUS));
        }
    }
}
