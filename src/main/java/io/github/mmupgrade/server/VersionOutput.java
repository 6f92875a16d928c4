package io.github.mmupgrade.server;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server's program prints about itself, found among the log lines that it prints as well.
 *
 * @param release the number of the release; empty when there was none
 * @param exact whether the number has the patch for certain: only {@code Build Number} has it, {@code Version} is that
 *     of the schema in many releases
 * @param schema the version printed as {@code DB Version}; empty when there was none
 * @param edition the edition; empty where the release doesn't print it (1.3)
 * @param buildHash the commit; empty when there was none
 */
public record VersionOutput(
        Optional<Version> release,
        boolean exact,
        Optional<Version> schema,
        Optional<Edition> edition,
        Optional<String> buildHash) {

    private static final Pattern LINE = Pattern.compile(
            "^\\s*(Version|Build Number|Build Date|Build Hash|Build Enterprise Ready|DB Version):\\s*(.*?)\\s*$");

    /**
     * Reads what a program printed, on whichever stream.
     *
     * @param output the standard output
     * @param errors the standard error: 1.3 prints there
     */
    public static VersionOutput parse(String output, String errors) {
        Map<String, String> values = new HashMap<>();
        // the program's own answer comes last; a log line that looks like one came before it
        (errors + "\n" + output).lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                values.put(matcher.group(1), matcher.group(2));
            }
        });
        return of(
                values.get("Version"),
                values.get("Build Number"),
                values.get("DB Version"),
                values.get("Build Enterprise Ready"),
                values.get("Build Hash"));
    }

    /** The same facts, however they were come by; each may be null. */
    static VersionOutput of(String version, String buildNumber, String schema, String enterprise, String hash) {
        // newer releases are built by number of the build run, not of the release
        Optional<Version> build = Version.tryParse(buildNumber);
        return new VersionOutput(
                build.or(() -> Version.tryParse(version)),
                build.isPresent(),
                Version.tryParse(schema),
                edition(enterprise),
                Optional.ofNullable(hash).filter(text -> !text.isBlank()));
    }

    private static Optional<Edition> edition(String enterprise) {
        return switch (enterprise == null ? "" : enterprise.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(Edition.ENTERPRISE);
            case "false" -> Optional.of(Edition.TEAM);
            default -> Optional.empty();
        };
    }
}
