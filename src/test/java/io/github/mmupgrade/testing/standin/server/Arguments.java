package io.github.mmupgrade.testing.standin.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the program was called with.
 *
 * @param words the command's words; empty for the server itself
 * @param flags the flags without their dashes; a flag without a value has an empty one
 */
record Arguments(List<String> words, Map<String, String> flags) {

    private static final List<String> WITH_VALUE =
            List.of("c", "config", "team_name", "email", "password", "username", "role", "name", "display_name");

    /** Reads the arguments, as the release does. */
    static Arguments parse(String[] arguments, ReleaseLine line) {
        List<String> words = new ArrayList<>();
        Map<String, String> flags = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("-")) {
                words.add(argument);
                continue;
            }
            if (!line.takesGoFlags() && argument.matches("-[a-zA-Z].+") && !argument.startsWith("-c")) {
                throw new ServerFailure(
                        1, "Error: unknown shorthand flag: '" + argument.charAt(1) + "' in " + argument);
            }
            String flag = argument.replaceFirst("^--?", "");
            int equals = flag.indexOf('=');
            if (equals >= 0) {
                flags.put(flag.substring(0, equals), flag.substring(equals + 1));
            } else if (WITH_VALUE.contains(flag) && i + 1 < arguments.length) {
                flags.put(flag, arguments[++i]);
            } else {
                flags.put(flag, "");
            }
            if (flag.equals("skip-server-start") && !line.from(5, 28)) {
                throw new ServerFailure(1, "Error: unknown flag: --skip-server-start");
            }
        }
        return new Arguments(words, flags);
    }

    /** Whether the version is asked for. */
    boolean asksForVersion() {
        return flags.containsKey("version") || first().equals("version");
    }

    /** The first word; empty for the server. */
    String first() {
        return words.isEmpty() ? "" : words.get(0);
    }

    /** The configuration that was named; null when none was. */
    String config() {
        return flags.getOrDefault("config", flags.get("c"));
    }
}
