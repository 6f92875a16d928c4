package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.report.Json;
import java.util.List;
import java.util.Optional;

/**
 * What the annotation on a resource says of the run that works on it, for controllers with other state directories.
 *
 * @param run the name of the run
 * @param controller the host that it runs on
 * @param from the release before the run
 * @param edition the edition before the run
 * @param image the image before the run, without a tag
 * @param targetImage the image that it installs, without a tag
 * @param hops the releases that it installs, in order
 */
record RunClaim(
        String run,
        String controller,
        String from,
        String edition,
        String image,
        String targetImage,
        List<String> hops) {

    /** The annotation. */
    static final String ANNOTATION = "mmupgrade.github.io/run";

    /** Copies the list. */
    RunClaim {
        hops = hops == null ? List.of() : List.copyOf(hops);
    }

    /** The claim on a resource; empty when there is none. One that cannot be read has its text as its run. */
    static Optional<RunClaim> of(MattermostResource resource) {
        return Optional.ofNullable(resource.annotations().get(ANNOTATION)).map(text -> {
            try {
                return Json.MAPPER.readValue(text, RunClaim.class);
            } catch (JsonProcessingException e) {
                return new RunClaim(text, "?", "?", "?", "?", "?", List.of());
            }
        });
    }

    @Override
    public String toString() {
        return "run " + run + " of " + controller + ", " + from + " -> " + String.join(" -> ", hops);
    }
}
