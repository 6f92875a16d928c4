package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.TreeDelete;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Removes from the directory for what is sent what nobody has used for long: old engines, archives, changelogs. */
final class CacheCleaning {

    private static final Duration KEPT = Duration.ofDays(30);

    private final Path cache;
    private final Instant oldest;

    CacheCleaning(Path cache, Clock clock) {
        this.cache = cache;
        this.oldest = clock.instant().minus(KEPT);
    }

    /**
     * Removes what is old.
     *
     * @param engine the engine that is in use
     * @param needed the engines that may have to go on with what they have begun
     */
    void run(String engine, List<String> needed) throws IOException {
        Path engines = cache.resolve("engines");
        Files.setLastModifiedTime(engines.resolve(engine), FileTime.from(Instant.now()));
        Set<String> used = new HashSet<>();
        for (Path each : list(engines)) {
            String name = each.getFileName().toString();
            if (isOld(each) && !needed.contains(name)) {
                Files.delete(each);
            } else {
                Files.readAllLines(each).forEach(line -> used.add(line.replaceFirst("/.*", "")));
            }
        }
        for (Path object : list(cache.resolve("objects"))) {
            if (!used.contains(object.getFileName().toString()) && isOld(object)) {
                TreeDelete.delete(object);
            }
        }
        for (Path directory : list(cache.resolve("archives"))) {
            if (isOld(directory)) {
                TreeDelete.delete(directory);
            }
        }
    }

    private boolean isOld(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toInstant().isBefore(oldest);
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
