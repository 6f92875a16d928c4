package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.Unused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Removes from the directory for what is sent what nobody has used for 30 days: engines, archives, changelogs, Javas. */
final class CacheCleaning {

    private final Path cache;
    private final Instant now;

    CacheCleaning(Path cache, Clock clock) {
        this.cache = cache;
        this.now = clock.instant();
    }

    /** Notes that this process uses its Java, where that is one that was sent. */
    static void useOwnRuntime(Path cache) {
        ownRuntime(cache).ifPresent(Unused::use);
    }

    private static Optional<Path> ownRuntime(Path cache) {
        Path home = Path.of(System.getProperty("java.home"));
        Path runtimes = cache.resolve("runtimes");
        return home.startsWith(runtimes)
                ? Optional.of(runtimes.resolve(runtimes.relativize(home).getName(0)))
                : Optional.empty();
    }

    /**
     * Removes what is old.
     *
     * @param engine the engine that is in use
     * @param needed the engines that may have to go on with what they have begun
     */
    void run(String engine, List<String> needed) throws IOException {
        Path engines = cache.resolve("engines");
        Unused.use(engines.resolve(engine));
        Set<String> used = new HashSet<>();
        for (Path each : list(engines)) {
            String name = each.getFileName().toString();
            if (Unused.is(each, now) && !needed.contains(name)) {
                Files.delete(each);
            } else {
                Files.readAllLines(each).forEach(line -> used.add(line.replaceFirst("/.*", "")));
            }
        }
        for (Path object : list(cache.resolve("objects"))) {
            if (!used.contains(object.getFileName().toString()) && Unused.is(object, now)) {
                TreeDelete.delete(object);
            }
        }
        removeUnused(cache.resolve("archives"), Optional.empty());
        removeUnused(cache.resolve("runtimes"), ownRuntime(cache));
    }

    private void removeUnused(Path parent, Optional<Path> inUse) throws IOException {
        for (Path directory : list(parent)) {
            if (Unused.is(directory, now) && inUse.filter(directory::equals).isEmpty()) {
                TreeDelete.delete(directory);
            }
        }
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
