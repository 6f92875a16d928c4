package io.github.mmupgrade.engine;

import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Printable;
import io.github.mmupgrade.report.ProblemException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Turns a hint into text with a command that can be pasted anywhere: full coordinates, because a prefix is only known
 * where a POM or settings.xml declares the plugin, and every property that finds the same installation again. It
 * travels with a request, because reports that are written elsewhere show commands for where the build runs.
 *
 * @param coordinates {@code groupId:artifactId:version} of the plugin
 * @param properties the properties that differ from their defaults; entries with a null value are left out
 * @param given by the name of a goal: what was given on this command line and that goal takes, too; a command repeats it
 */
public record HintRenderer(String coordinates, Map<String, String> properties, Map<String, Map<String, String>> given) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

    /** Copies the maps. */
    public HintRenderer {
        Objects.requireNonNull(coordinates);
        Map<String, String> some = new LinkedHashMap<>(properties);
        some.values().removeIf(Objects::isNull);
        properties = Collections.unmodifiableMap(some);
        given = Map.copyOf(given);
    }

    /** The message of a problem and its hint, each on lines of its own. */
    public String render(ProblemException problem) {
        return Printable.text(problem.getMessage()) + "\n" + render(problem.hint());
    }

    /** A hint as text. */
    public String render(Hint hint) {
        String text = "HINT: " + hint.text();
        return Printable.text(hint.goal() == null ? text : text + "\n  " + command(hint));
    }

    /** The command of a hint that has a goal. */
    public String command(Hint hint) {
        StringBuilder command =
                new StringBuilder("mvn ").append(coordinates).append(':').append(hint.goal());
        Map<String, String> all = new LinkedHashMap<>(properties);
        new TreeMap<>(given.getOrDefault(hint.goal(), Map.of())).forEach(all::putIfAbsent);
        if (hint.options().stream().anyMatch(option -> option.startsWith(PropertyNames.TARGET_VERSION + "="))) {
            // an archive is of one release, and the hint names another
            List.of(PropertyNames.ARCHIVE, PropertyNames.SHA256).forEach(all::remove);
        }
        if (hint.options().stream().anyMatch(option -> option.startsWith(PropertyNames.NODES + "="))) {
            // a goal has one machine or all of them
            all.remove(PropertyNames.HOST);
        }
        for (String option : hint.options()) {
            int equals = option.indexOf('=');
            all.put(option.substring(0, equals), option.substring(equals + 1));
        }
        all.forEach((name, value) -> command.append(' ').append(quoted("-D" + name + "=" + value)));
        return command.toString();
    }

    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
