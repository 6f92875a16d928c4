package io.github.mmupgrade.service;

import io.github.mmupgrade.host.Owner;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How the plugin itself runs a server. {@link #toString()} doesn't show the environment.
 *
 * @param owner as whom: the owner of the installation
 * @param arguments what follows the program; usually nothing
 * @param environment what the server is given besides PATH, HOME and LANG
 * @param umask the file mode creation mask; null for the caller's
 * @param pidFile where the process's number is kept; in a directory that only the caller can write to
 * @param log takes what the server prints, appended; the owner writes it
 */
public record ProcessSettings(
        Owner owner, List<String> arguments, Map<String, String> environment, Integer umask, Path pidFile, Path log) {

    /** Checks that only the mask is missing. */
    public ProcessSettings {
        Objects.requireNonNull(owner);
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        Objects.requireNonNull(pidFile);
        Objects.requireNonNull(log);
    }

    @Override
    public String toString() {
        return "as " + owner + ", pid file " + pidFile + ", log " + log;
    }
}
