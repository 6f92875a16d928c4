package io.github.mmupgrade.remote;

import io.github.mmupgrade.archive.ArchiveIdentity;
import io.github.mmupgrade.config.ConfigOverlay;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of this machine that a request names: overlays, archives, changelogs, a catalogue, a key. They are sent, and
 * the request then names them where they are on the other machine. What belongs to the installation is there already.
 */
final class GivenFiles {

    private final Request request;
    private final Map<Path, SentFile> files = new LinkedHashMap<>();
    private final Optional<Path> archives;

    private GivenFiles(Request request) {
        this.request = request;
        UpgradeOptions.Target target = request.options().target();
        this.archives = local(target.archive()).filter(Files::isDirectory);
        request.options().config().overlays().forEach(overlay -> add(overlay.file(), "mattermost.config.overlays"));
        local(target.archive()).filter(file -> archives.isEmpty()).ifPresent(file -> add(file, "mattermost.archive"));
        local(target.catalogue()).ifPresent(file -> add(file, "mattermost.catalogue"));
        changelogs(target).forEach(file -> add(file, "mattermost.changelog"));
        Optional.ofNullable(target.signingKey()).ifPresent(file -> {
            add(file, "mattermost.signingKey");
        });
    }

    /**
     * Those of a request.
     *
     * @throws RefusedException when one cannot be read
     */
    static GivenFiles of(Request request) {
        return new GivenFiles(request);
    }

    private static Optional<Path> local(String location) {
        return Optional.ofNullable(location)
                .flatMap(text -> Location.parse(text).file());
    }

    /** The changelogs that were given as files, those of a directory one by one. */
    private static List<Path> changelogs(UpgradeOptions.Target target) {
        List<Path> found = new ArrayList<>();
        for (String location : split(target.changelog())) {
            local(location).ifPresent(file -> found.addAll(inside(file)));
        }
        return found;
    }

    private static List<String> split(String list) {
        return list == null ? List.of() : Arrays.asList(list.split("\\s*,\\s*"));
    }

    private static List<Path> inside(Path fileOrDirectory) {
        if (!Files.isDirectory(fileOrDirectory)) {
            return List.of(fileOrDirectory);
        }
        try (Stream<Path> entries = Files.list(fileOrDirectory)) {
            return entries.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw unreadable(fileOrDirectory, "mattermost.changelog", e);
        }
    }

    private void add(Path file, String property) {
        try {
            files.put(file, SentFile.of(file));
        } catch (IOException e) {
            throw unreadable(file, property, e);
        }
    }

    private static RefusedException unreadable(Path file, String property, IOException e) {
        return new RefusedException(
                file + " cannot be read: " + IoReason.of(e) + ". Nothing was changed.",
                Hint.of("Check " + property + "; it names a file of this machine, which is sent."),
                e);
    }

    /** What is sent in any case. */
    List<SentFile> files() {
        return List.copyOf(files.values());
    }

    /** The names of the archives in the directory that was given; null when none was. */
    List<String> archiveNames() {
        if (archives.isEmpty()) {
            return null;
        }
        try (Stream<Path> entries = Files.list(archives.get())) {
            return entries.map(file -> file.getFileName().toString())
                    .filter(name -> ArchiveIdentity.ofName(name).isPresent())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(archives.get(), "mattermost.archive", e);
        }
    }

    /** Those of the directory that was given which have these names. */
    List<SentFile> archives(List<String> names) {
        List<SentFile> found = new ArrayList<>();
        for (String name : names) {
            Path file = archives.orElseThrow().resolve(name);
            try {
                found.add(SentFile.of(file));
            } catch (IOException e) {
                throw unreadable(file, "mattermost.archive", e);
            }
        }
        return found;
    }

    /** The values of the variables that the overlays refer to. */
    Map<String, String> variables(Map<String, String> environment) {
        Map<String, String> found = new TreeMap<>();
        for (Overlay overlay : request.options().config().overlays()) {
            try {
                for (String name : ConfigOverlay.variables(Files.readString(overlay.file()))) {
                    Optional.ofNullable(environment.get(name)).ifPresent(value -> found.put(name, value));
                }
            } catch (IOException e) {
                throw unreadable(overlay.file(), "mattermost.config.overlays", e);
            }
        }
        return found;
    }

    /**
     * The request as it is carried out on the other machine.
     *
     * @param objects where what was sent is there
     */
    Request there(Path objects) {
        UpgradeOptions options = request.options();
        UpgradeOptions.Target target = options.target();
        String changelog = target.changelog() == null
                ? null
                : split(target.changelog()).stream()
                        .flatMap(location -> local(location)
                                .map(file -> inside(file).stream().map(each -> there(objects, each)))
                                .orElse(Stream.of(location)))
                        .collect(Collectors.joining(","));
        UpgradeOptions.Target sent = target.withFiles(
                Optional.ofNullable(target.signingKey())
                        .map(key -> Path.of(there(objects, key)))
                        .orElse(null),
                local(target.catalogue()).map(file -> there(objects, file)).orElse(target.catalogue()),
                changelog);
        if (archives.isEmpty()) {
            sent = sent.withArchive(
                    local(target.archive()).map(file -> there(objects, file)).orElse(target.archive()));
        }
        return request.with(options.with(
                sent,
                options.config()
                        .with(options.config().overlays().stream()
                                .map(overlay -> overlay.in(Path.of(there(objects, overlay.file()))))
                                .toList())));
    }

    /**
     * Stands for what is asked for, from whatever workspace: a directory of archives has another name in each.
     *
     * @param there the request as it is carried out on the other machine
     */
    String fingerprint(Request there) {
        List<String> names = archiveNames();
        Request known = (names == null ? there : there.withArchive(String.join(",", names))).reportingTo(Path.of("/"));
        return Digests.sha256(known.toJson().getBytes(StandardCharsets.UTF_8));
    }

    private String there(Path objects, Path file) {
        return objects.resolve(files.get(file).place()).toString();
    }
}
