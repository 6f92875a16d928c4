package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Saves what pods have written that failed: Kubernetes deletes it with them, and the operator may delete their job at any
 * moment.
 */
final class FailedLogs {

    private static final int LINES = 2000;

    private final OperatorPlace place;
    private final Path directory;
    private final Set<String> saved = new HashSet<>();

    FailedLogs(OperatorPlace place, Run run) {
        this.place = place;
        this.directory = place.directoryOf(run).resolve("logs");
    }

    /** Where they are; empty while there are none. */
    Optional<Path> directory() {
        return saved.isEmpty() ? Optional.empty() : Optional.of(directory);
    }

    /** Saves the logs of pods that have failed or crashed since the last look. */
    void look(Snapshot seen) {
        seen.jobPods().stream().filter(FailedLogs::failed).forEach(this::save);
        seen.pods().stream().filter(FailedLogs::failed).forEach(this::save);
    }

    /** Saves the logs of all pods of the new release. */
    void all(Snapshot seen, RolloutTarget target) {
        seen.jobPods().forEach(this::save);
        seen.podsOf(target.podImage()).stream().filter(pod -> !pod.ready()).forEach(this::save);
    }

    private static boolean failed(PodState pod) {
        return pod.phase().equals("Failed") || (pod.restarts() > 0 && !pod.ready());
    }

    private void save(PodState pod) {
        for (String container : pod.containers()) {
            String name = pod.name() + "-" + container + (pod.restarts() == 0 ? "" : "-" + pod.restarts()) + ".log";
            if (!saved.contains(name)) {
                try {
                    String log = place.cluster().log(pod.name(), container, LINES);
                    if (!log.isEmpty()) {
                        write(name, withoutPasswords(log));
                        saved.add(name);
                    }
                } catch (ClusterException e) {
                    // a container that has not started has none
                    place.reporter().debug(e.getMessage());
                } catch (IOException e) {
                    place.reporter().warn("The log of " + pod.name() + " cannot be saved: " + IoReason.of(e));
                }
            }
        }
    }

    /** A server that cannot reach its database writes the data source in full. */
    private static String withoutPasswords(String log) {
        return log.lines()
                .map(line -> Secrets.redact("", TextNode.valueOf(line)).asText())
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private void write(String name, String log) throws IOException {
        OperatorPlace.privateDirectory(directory);
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, log, StandardOpenOption.WRITE);
    }
}
