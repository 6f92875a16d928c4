package io.github.mmupgrade.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads how an Upstart job is set up: {@code /etc/init/NAME.conf} and its override (init(5)). */
final class UpstartJob {

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, String> stanzas = new LinkedHashMap<>();
    private List<String> command = List.of();

    private UpstartJob() {}

    static UnitDescription read(ServiceContext context, String job) {
        UpstartJob result = new UpstartJob();
        List<Path> files = new ArrayList<>();
        for (String suffix : List.of(".conf", ".override")) {
            Path file = context.file("/etc/init/" + job + suffix);
            if (Files.exists(file)) {
                files.add(file);
                result.parse(SystemdUnit.readText(file));
            }
        }
        String directory = result.stanzas.get("chdir");
        String umask = result.stanzas.get("umask");
        return new UnitDescription(
                ServiceKind.UPSTART,
                job,
                result.environment,
                result.command,
                result.stanzas.get("setuid"),
                result.stanzas.get("setgid"),
                directory == null ? null : context.host().path(directory),
                result.stanzas.containsKey("respawn") ? "always" : "no",
                UnitDescription.umask(umask),
                result.stanzas.get("nofile"),
                null,
                files,
                files.isEmpty() ? List.of("there is no /etc/init/" + job + ".conf") : List.of());
    }

    private void parse(String text) {
        boolean inScript = false;
        for (String line :
                text.replaceAll("\\\\\\n", " ").lines().map(String::strip).toList()) {
            if (inScript) {
                inScript = !line.equals("end script");
                if (line.startsWith("exec ")) {
                    command = beforePipe(line.substring(5));
                } else if (line.matches("export [A-Za-z_]\\w*=.*")) {
                    assign(CommandWords.split(line.substring(7)));
                }
                continue;
            }
            int space = line.indexOf(' ');
            String stanza = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            switch (stanza) {
                case "env" -> assign(CommandWords.split(rest));
                case "exec" -> command = beforePipe(rest);
                case "script" -> inScript = true;
                case "setuid", "setgid", "chdir", "umask" -> stanzas.put(stanza, first(rest));
                case "respawn" -> {
                    if (rest.isEmpty()) {
                        stanzas.put(stanza, "");
                    }
                }
                case "limit" -> {
                    List<String> words = CommandWords.split(rest);
                    if (words.size() > 1 && words.get(0).equals("nofile")) {
                        stanzas.put("nofile", words.get(1));
                    }
                }
                default -> {
                    // conditions for starting, descriptions and the like: of no use here
                }
            }
        }
    }

    private void assign(List<String> words) {
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                environment.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
    }

    private static String first(String rest) {
        List<String> words = CommandWords.split(rest);
        return words.isEmpty() ? "" : words.get(0);
    }

    /** Upstart hands a line with shell characters to a shell; what counts is the program in front of the pipe. */
    private static List<String> beforePipe(String line) {
        List<String> words = CommandWords.split(line);
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).matches("\\|.*|[0-9]?>.*")) {
                return words.subList(0, i);
            }
        }
        return words;
    }
}
