package io.github.mmupgrade.service;

import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads how a systemd service is set up.
 *
 * <p>systemd's own view ({@code systemctl show}) has drop-ins, specifiers and defaults worked in. Only where one argument
 * of ExecStart ends has to be taken from the files themselves ({@code systemctl cat}).
 */
final class SystemdUnit {

    private static final Pattern FILE = Pattern.compile("(.*?)(?: \\(ignore_errors=(yes|no)\\))?");
    private static final Pattern SPAN = Pattern.compile("(\\d+)(us|ms|s|min|h|d|w|month|y)");

    private static final Map<String, Duration> UNITS = Map.of(
            "us", Duration.ofNanos(1000),
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "min", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1),
            "w", Duration.ofDays(7),
            "month", Duration.ofDays(30),
            "y", Duration.ofDays(365));

    private final ServiceContext context;
    private final SystemdShow show;
    private final List<String> problems = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();

    private SystemdUnit(ServiceContext context, SystemdShow show) {
        this.context = context;
        this.show = show;
    }

    static UnitDescription read(ServiceContext context, String unit) {
        SystemdShow show = SystemdShow.of(context, unit);
        if (show.state() == ServiceState.UNKNOWN) {
            return UnitDescription.of(ServiceKind.SYSTEMD, unit, Map.of(), List.of());
        }
        return new SystemdUnit(context, show).describe(unit);
    }

    private UnitDescription describe(String unit) {
        for (String path : (show.text("FragmentPath") + " " + show.text("DropInPaths")).split("\\s+")) {
            if (!path.isEmpty()) {
                files.add(context.host().path(path));
            }
        }
        if (show.text("NeedDaemonReload").equals("yes")) {
            problems.add("the files of " + unit + " were changed, but systemd has not read them again"
                    + " (systemctl daemon-reload)");
        }
        Map<String, String> environment = environment();
        String directory = show.text("WorkingDirectory").replaceFirst("^[!-]+", "");
        return new UnitDescription(
                ServiceKind.SYSTEMD,
                unit,
                environment,
                command(unit),
                orNull(show.text("User")),
                orNull(show.text("Group")),
                directory.startsWith("/") ? context.host().path(directory) : null,
                orNull(show.text("Restart")),
                UnitDescription.umask(show.text("UMask")),
                orNull(show.text("LimitNOFILE")),
                span(show.text("TimeoutStartUSec")),
                files,
                problems);
    }

    /** PassEnvironment, then Environment, then the files in their order; UnsetEnvironment has the last word. */
    private Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        List<String> passed = CommandWords.split(show.text("PassEnvironment"));
        if (!passed.isEmpty()) {
            CommandResult manager = ManagerCommand.ask(context, List.of("systemctl", "show-environment", "--no-pager"));
            Map<String, String> inherited = assignments(manager.lines());
            passed.stream().filter(inherited::containsKey).forEach(name -> environment.put(name, inherited.get(name)));
        }
        show.all("Environment").forEach(line -> environment.putAll(assignments(shown(line))));
        for (String line : show.all("EnvironmentFiles")) {
            Matcher file = FILE.matcher(line.strip());
            if (file.matches() && !file.group(1).isEmpty()) {
                environment.putAll(fileOrFiles(file.group(1), "yes".equals(file.group(2))));
            }
        }
        for (String unset : CommandWords.split(show.text("UnsetEnvironment"))) {
            int equals = unset.indexOf('=');
            if (equals < 0) {
                environment.remove(unset);
            } else {
                environment.remove(unset.substring(0, equals), unset.substring(equals + 1));
            }
        }
        return environment;
    }

    private Map<String, String> fileOrFiles(String pattern, boolean mayBeMissing) {
        if (pattern.equals("/dev/null")) {
            return Map.of(); // an administrator's word for none
        }
        Path path = context.file(pattern);
        List<Path> matching = new ArrayList<>();
        if (pattern.matches(".*[*?\\[].*")) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(
                    path.getParent(), path.getFileName().toString())) {
                found.forEach(matching::add);
            } catch (IOException | PatternSyntaxException e) {
                matching.clear();
            }
            matching.sort(null);
        } else if (Files.exists(path)) {
            matching.add(path);
        }
        if (matching.isEmpty() && !mayBeMissing) {
            problems.add("the environment file " + pattern + " is missing; the service does not start without it");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (Path file : matching) {
            files.add(file);
            environment.putAll(EnvironmentFile.parse(readText(file)));
        }
        return environment;
    }

    /**
     * A file that decides which database is meant: not to read it would be to guess. Its zero bytes are left out, as
     * shells do; no path may have one.
     */
    static String readText(Path file) {
        try {
            return new String(PlainFile.read(file, PlainFile.SMALL), StandardCharsets.UTF_8).replace("\0", "");
        } catch (IOException e) {
            throw new RefusedException(
                    "The service's environment file " + file + " cannot be read: " + IoReason.of(e),
                    Hint.of("Run Maven as root, or as a user who can read that file."),
                    e);
        }
    }

    private List<String> command(String unit) {
        String joined = show.joinedArguments();
        if (joined.isEmpty()) {
            return show.program().isEmpty() ? List.of() : List.of(show.program());
        }
        List<String> exact =
                execStart(ManagerCommand.ask(context, List.of("systemctl", "cat", "--no-pager", "--", unit))
                        .output());
        return String.join(" ", exact).equals(joined) ? exact : List.of(joined.split(" "));
    }

    /** The arguments of the last ExecStart in the text of a unit and its drop-ins; an empty one clears those before. */
    static List<String> execStart(String text) {
        List<String> found = List.of();
        // a comment inside a continued line doesn't end it
        String whole = text.replaceAll("(?m)^\\s*[#;].*\\n", "").replaceAll("\\\\\\n", " ");
        for (String line : whole.lines().toList()) {
            Matcher matcher = Pattern.compile("\\s*ExecStart\\s*=(.*)").matcher(line);
            if (matcher.matches()) {
                String value = matcher.group(1).strip().replaceFirst("^[-@:+!|]+", "");
                found = value.isEmpty() ? List.of() : CommandWords.split(value.replace("%%", "%"));
            }
        }
        return found;
    }

    /** systemctl quotes a value with odd characters as a shell would: "..." in some versions, $'...' in others. */
    private static List<String> shown(String line) {
        return CommandWords.split(line.replace("$'", "'"));
    }

    private static Map<String, String> assignments(List<String> words) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                variables.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return variables;
    }

    /** A span such as {@code 1min 30s}; null for infinity, and for what is longer than Java can count. */
    static Duration span(String text) {
        if (text.isBlank() || text.equals("infinity") || text.equals("0")) {
            return null;
        }
        Duration sum = Duration.ZERO;
        Matcher part = SPAN.matcher(text);
        try {
            while (part.find()) {
                sum = sum.plus(UNITS.get(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
            }
        } catch (ArithmeticException | NumberFormatException tooLong) {
            return null;
        }
        return sum.isZero() ? null : sum;
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
