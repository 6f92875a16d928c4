package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import java.util.List;
import java.util.Map;

/** What the journal has of a run on a resource. */
final class OperatorRun {

    /** Of the run: the image before it, without a tag. */
    private static final String IMAGE = "image";

    /** Of the run: the image that it installs, without a tag. */
    private static final String TARGET_IMAGE = "targetImage";

    /** Of the run: the run of another state directory that it goes on with. */
    private static final String TAKEN_OVER = "takenOver";

    /** Of the run: the host that began it; a pipeline may go on with it on another one. */
    private static final String CONTROLLER = "controller";

    /** Of a hop: what the resource had before it. */
    private static final String FORMER_IMAGE = "formerImage";

    private static final String FORMER_VERSION = "formerVersion";

    private OperatorRun() {}

    /**
     * Begins a run.
     *
     * @param plan what it does; its name and host are not looked at
     * @param targetImage the image that it installs, without a tag
     * @param takenOver the run of another state directory that it goes on with; empty for none
     */
    static Run begin(OperatorPlace place, RunClaim plan, String targetImage, String takenOver) {
        OperatorPlace.privateDirectory(place.state());
        return Run.begin(
                place.journal(),
                place.clock().instant(),
                Map.of(
                        JournalKeys.FROM,
                        plan.from(),
                        JournalKeys.EDITION,
                        plan.edition(),
                        JournalKeys.HOPS,
                        Integer.toString(plan.hops().size()),
                        JournalKeys.PLANNED_HOPS,
                        String.join(",", plan.hops()),
                        JournalKeys.TARGET,
                        plan.hops().get(plan.hops().size() - 1),
                        IMAGE,
                        plan.image(),
                        TARGET_IMAGE,
                        targetImage,
                        TAKEN_OVER,
                        takenOver,
                        CONTROLLER,
                        place.host().name()));
    }

    /** What is written on the resource for runs with other state directories. */
    static RunClaim claim(Run run) {
        return new RunClaim(
                run.id(),
                run.requireFact(0, CONTROLLER),
                run.requireFact(0, JournalKeys.FROM),
                run.requireFact(0, JournalKeys.EDITION),
                run.requireFact(0, IMAGE),
                targetImage(run),
                hops(run));
    }

    /** The image that it installs, without a tag. */
    static String targetImage(Run run) {
        return run.requireFact(0, TARGET_IMAGE);
    }

    /** The releases that it installs, in order. */
    static List<String> hops(Run run) {
        return List.of(run.requireFact(0, JournalKeys.PLANNED_HOPS).split(","));
    }

    /** What the resource was before the run. */
    static RolloutTarget before(Run run) {
        return new RolloutTarget(run.requireFact(0, IMAGE), run.requireFact(0, JournalKeys.FROM));
    }

    /** Which hop a resource is at, from 1: the one whose image it asks for; 0 before the first; -1 for none of them. */
    static int hopOf(Run run, MattermostResource resource) {
        // a change of the edition may keep the version
        int index = hops(run).stream()
                .map(hop -> new RolloutTarget(targetImage(run), hop).podImage())
                .toList()
                .indexOf(resource.podImage());
        return index >= 0 ? index + 1 : before(run).isWantedBy(resource) ? 0 : -1;
    }

    /** What the next values take the place of, for the journal. */
    static Map<String, String> former(MattermostResource resource) {
        return Map.of(FORMER_IMAGE, resource.image(), FORMER_VERSION, resource.version());
    }

    /** What the resource was before a hop. */
    static RolloutTarget before(Run run, int hop) {
        RolloutTarget first = before(run);
        return new RolloutTarget(
                run.fact(hop, FORMER_IMAGE).orElse(first.image()),
                run.fact(hop, FORMER_VERSION)
                        .orElse(hop == 1 ? first.version() : hops(run).get(hop - 2)));
    }
}
