package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.service.ServiceKind;
import io.github.mmupgrade.service.StartedPrograms;
import io.github.mmupgrade.service.UnitDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether what the service starts is in every release of a path: up to 4.10 the program is {@code bin/platform}, from
 * 6.0 on {@code bin/mattermost}, between them there are both.
 */
final class ProgramCheck {

    private static final List<String> SERVERS = List.of("mattermost", "platform");

    private final GoalContext context;
    private final InstalledServer server;
    private final UnitDescription unit;

    ProgramCheck(GoalContext context, InstalledServer server) {
        this.context = context;
        this.server = server;
        this.unit = server.control().unit();
    }

    /**
     * The programs of a release.
     *
     * @param release the release
     * @param names the names of the files in its {@code bin}
     */
    record Programs(Version release, Set<String> names) {

        /** Those of a release that is unpacked in a directory. */
        static Programs in(Version release, Path directory) {
            try (Stream<Path> files = Files.list(directory.resolve("bin"))) {
                return new Programs(
                        release,
                        files.map(Path::getFileName).map(Path::toString).collect(Collectors.toSet()));
            } catch (IOException e) {
                throw new UncheckedIOException("The directory " + directory.resolve("bin") + " cannot be listed", e);
            }
        }
    }

    /**
     * What the service starts, as names in {@code bin}; a script may start the one or the other. None when it is not
     * known, or when the plugin starts the server, which takes the program that is there.
     */
    Set<String> started() {
        ServiceKind kind = server.control().kind();
        if (kind == ServiceKind.PROCESS) {
            return Set.of();
        }
        StartedPrograms programs = new StartedPrograms(context.installation().directory(), unit.directory());
        Set<String> names = new LinkedHashSet<>(programs.of(unit.command()));
        if (kind == ServiceKind.COMMAND) {
            names.addAll(programs.of(List.of(context.options().service().startCommand())));
        } else if (kind == ServiceKind.SYSV) {
            names.addAll(programs.of(unit.files().stream().map(Path::toString).toList()));
        }
        return names;
    }

    /**
     * Looks at the releases of a path.
     *
     * @param path the programs of the releases to install, in their order
     * @throws RefusedException when one has not what the service starts
     */
    void require(List<Programs> path) {
        Set<String> started = started();
        if (started.isEmpty()) {
            return;
        }
        for (int hop = 0; hop < path.size(); hop++) {
            Programs release = path.get(hop);
            if (release.names().stream().noneMatch(started::contains)) {
                String name = started.iterator().next();
                throw new RefusedException(
                        "The service " + server.control().name() + " starts " + inBin(name) + ", which Mattermost "
                                + release.release() + " does not have. Nothing was changed.",
                        hint(name, path, hop));
            }
        }
    }

    private Hint hint(String name, List<Programs> path, int missing) {
        Optional<String> other =
                SERVERS.stream().filter(path.get(missing).names()::contains).findFirst();
        if (other.isEmpty() || !SERVERS.contains(name)) {
            return Hint.of("Each release replaces " + context.installation().bin() + ". Move " + name
                    + " to another directory, such as /usr/local/bin, and write its new path into " + where() + ".");
        }
        String write = "write " + inBin(other.get()) + " in place of " + inBin(name) + " into " + where();
        boolean now = Files.exists(context.installation().bin().resolve(other.get()))
                && path.subList(0, missing).stream()
                        .allMatch(release -> release.names().contains(other.get()));
        if (now) {
            return Hint.of(Character.toUpperCase(write.charAt(0)) + write.substring(1) + reload()
                    + ". The installed release has it, too. Then run the goal again.");
        }
        return path.subList(0, missing).stream()
                .filter(release ->
                        release.names().contains(name) && release.names().contains(other.get()))
                .reduce((first, second) -> second)
                .map(both -> Hint.run(
                        "Upgrade to " + both.release() + " first, which has both programs. Then " + write + reload()
                                + ", and continue to the target.",
                        Goal.UPGRADE,
                        "mattermost.targetVersion=" + both.release()))
                .orElseGet(() -> Hint.of("Upgrade to a release from 5.0 to 5.39 first, which has both programs. Then "
                        + write + reload() + "."));
    }

    private String inBin(String name) {
        return context.installation().bin().resolve(name).toString();
    }

    private String where() {
        String file = unit.files().isEmpty() ? "" : " (" + unit.files().get(0) + ")";
        return switch (server.control().kind()) {
            case SYSTEMD -> "ExecStart of " + unit.name() + file;
            case UPSTART, SYSV ->
                unit.files().isEmpty() ? unit.name() : unit.files().get(0).toString();
            default -> "mattermost.startCommand, or the script that it calls";
        };
    }

    private String reload() {
        return server.control().kind() == ServiceKind.SYSTEMD ? " and run systemctl daemon-reload" : "";
    }
}
