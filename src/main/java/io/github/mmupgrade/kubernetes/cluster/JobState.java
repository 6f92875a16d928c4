package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.util.Objects;

/**
 * A job at one moment.
 *
 * @param image the image of its pods
 * @param active how many pods run or wait
 * @param failed how many pods have failed
 * @param completed whether one has succeeded
 * @param givenUp why Kubernetes tries no more, such as {@code BackoffLimitExceeded}; empty while it does
 */
public record JobState(String image, int active, int failed, boolean completed, String givenUp) {

    /** Kubernetes would try eleven times, for 35 minutes and more. */
    private static final int MOST_TRIES = 3;

    static JobState of(Job job) {
        JobStatus status = Objects.requireNonNullElseGet(job.getStatus(), JobStatus::new);
        return new JobState(
                PodState.image(job.getSpec() == null ? null : job.getSpec().getTemplate(), "a job"),
                Objects.requireNonNullElse(status.getActive(), 0),
                Objects.requireNonNullElse(status.getFailed(), 0),
                status.getCompletionTime() != null,
                Answer.entries(status.getConditions()).stream()
                        .filter(each -> "Failed".equals(each.getType()) && "True".equals(each.getStatus()))
                        .map(each -> Objects.requireNonNullElse(each.getReason(), "failed"))
                        .findFirst()
                        .orElse(""));
    }

    /** Whether it will not succeed any more, or not soon. */
    public boolean isFailing() {
        return !completed && (!givenUp.isEmpty() || failed >= MOST_TRIES);
    }

    @Override
    public String toString() {
        return image + ": "
                + (completed
                        ? "completed"
                        : givenUp.isEmpty() ? active + " active, " + failed + " failed" : givenUp + " after " + failed);
    }
}
