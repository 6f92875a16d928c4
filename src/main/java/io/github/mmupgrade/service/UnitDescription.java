package io.github.mmupgrade.service;

import io.github.mmupgrade.server.ServerArguments;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a service is set up to run the server, whether it runs or not.
 *
 * <p>{@link #environment()} and {@link #command()} can hold secrets; {@link #toString()} doesn't show them.
 *
 * @param kind who manages it
 * @param name its name, such as {@code mattermost.service}; the pid file or the start command where there is no name
 * @param environment the variables it sets, environment files included, in the order of precedence already applied
 * @param command program and arguments; empty when not known
 * @param user the user's name or number; null for root or when not known
 * @param group the group's name or number; null for the user's own or when not known
 * @param directory where it runs; null when not set
 * @param restart when it is started again by itself, in systemd's words ({@code no}, {@code always},
 *     {@code on-failure}); null when not known
 * @param umask the file mode creation mask; null when not known
 * @param openFiles the limit of open files, such as {@code 49152} or {@code infinity}; null when not known
 * @param startLimit after how long the manager ends a start that isn't done; null when it never does or isn't known
 * @param files the files that all of this was read from
 * @param problems what a person should know: missing environment files, changed files that were not loaded
 */
public record UnitDescription(
        ServiceKind kind,
        String name,
        Map<String, String> environment,
        List<String> command,
        String user,
        String group,
        Path directory,
        String restart,
        Integer umask,
        String openFiles,
        Duration startLimit,
        List<Path> files,
        List<String> problems) {

    /** Freezes the collections. */
    public UnitDescription {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        command = List.copyOf(command);
        files = List.copyOf(files);
        problems = List.copyOf(problems);
    }

    /** A description of which only the environment and the command are known. */
    public static UnitDescription of(
            ServiceKind kind, String name, Map<String, String> environment, List<String> command) {
        return new UnitDescription(
                kind, name, environment, command, null, null, null, null, null, null, null, List.of(), List.of());
    }

    /** The mask that a text in octal digits gives; null when there is none. */
    static Integer umask(String text) {
        return text != null && text.matches("[0-7]{1,4}") ? Integer.valueOf(text, 8) : null;
    }

    /**
     * Where the server is told to find its configuration: {@code -c}, else {@code MM_CONFIG}. It can be a data source
     * with its password.
     */
    public Optional<String> configLocation() {
        return ServerArguments.configLocation(command, environment);
    }

    @Override
    public String toString() {
        return kind + " " + name + (command.isEmpty() ? "" : " (" + command.get(0) + ")");
    }
}
