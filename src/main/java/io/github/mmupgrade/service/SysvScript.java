package io.github.mmupgrade.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what can be read of a SysV init script: plain assignments in it and in the file of defaults beside it.
 *
 * <p>A script can do anything; a running server's own environment is to be preferred.
 */
final class SysvScript {

    private static final Pattern ASSIGNMENT =
            Pattern.compile("^\\s*(export\\s+|declare\\s+-x\\s+)?([A-Za-z_]\\w*)=(.*)$");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final Pattern CHANGE_DIRECTORY = Pattern.compile("^\\s*cd\\s+(\\S+).*$");
    private static final Pattern PROGRAM = Pattern.compile("\\S*/bin/(?:mattermost|platform)");

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<String, String> exported = new LinkedHashMap<>();
    private String directory;
    private List<String> command = List.of();

    private SysvScript() {}

    static UnitDescription read(ServiceContext context, String name) {
        SysvScript result = new SysvScript();
        List<Path> files = new ArrayList<>();
        for (String place : List.of("/etc/init.d/", "/etc/default/", "/etc/sysconfig/")) {
            Path file = context.file(place + name);
            if (Files.isRegularFile(file)) {
                files.add(file);
                result.parse(SystemdUnit.readText(file), !place.equals("/etc/init.d/"));
            }
        }
        return new UnitDescription(
                ServiceKind.SYSV,
                name,
                result.exported,
                result.command,
                result.first("DAEMON_USER", "RUN_AS", "RUNAS", "USER", "DAEMONUSER"),
                result.first("DAEMON_GROUP", "GROUP"),
                result.directory == null ? null : context.host().path(result.directory),
                "no",
                null,
                null,
                null,
                files,
                List.of());
    }

    private void parse(String text, boolean defaults) {
        for (String line : text.replaceAll("\\\\\\n", " ").lines().toList()) {
            if (line.strip().startsWith("#")) {
                continue;
            }
            Matcher assignment = ASSIGNMENT.matcher(line);
            Matcher change = CHANGE_DIRECTORY.matcher(line);
            if (assignment.matches()) {
                String value = expanded(value(assignment.group(3)));
                variables.put(assignment.group(2), value);
                // the settings' variables are there to be handed on, exported in this line or in another
                if (assignment.group(1) != null
                        || (defaults && assignment.group(2).startsWith("MM_"))) {
                    exported.put(assignment.group(2), value);
                }
            } else if (change.matches() && directory == null) {
                String place = expanded(change.group(1).replaceAll("[\"';&]", ""));
                directory = place.startsWith("/") ? place : null;
            } else if (line.strip().startsWith("export ")) {
                for (String name : line.strip().substring(7).split("\\s+")) {
                    if (variables.containsKey(name)) {
                        exported.put(name, variables.get(name));
                    }
                }
            }
            Matcher program = PROGRAM.matcher(expanded(line.replaceAll("[\"'=;&]", " ")));
            if (command.isEmpty() && program.find()) {
                command = List.of(program.group());
            }
        }
    }

    /** The first word of what stands behind the equal sign; quotes belong to the shell. */
    private static String value(String rest) {
        boolean closed = rest.chars().filter(c -> c == '"').count() % 2 == 0
                && rest.chars().filter(c -> c == '\'').count() % 2 == 0;
        if (!closed || rest.isEmpty() || Character.isWhitespace(rest.charAt(0))) {
            return "";
        }
        List<String> words = CommandWords.split(rest);
        return words.isEmpty() ? "" : words.get(0).replaceFirst(";$", "");
    }

    private String expanded(String text) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String name = found.group(1) == null ? found.group(2) : found.group(1);
            return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
        });
    }

    private String first(String... names) {
        for (String name : names) {
            String value = variables.get(name);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }
}
