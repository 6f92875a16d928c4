package io.github.mmupgrade.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What the arguments of a server's program say. */
public final class ServerArguments {

    /** The flags of releases up to 2.x that do one thing and end, such as {@code -upgrade_db_30}. */
    private static final Pattern ONE_SHOT_FLAG = Pattern.compile("--?(version|help|[a-z0-9]+(_[a-z0-9]+)+)");

    private static final Set<String> JAVA_FLAGS_WITH_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p", "-m");

    private ServerArguments() {}

    /** What a process of the server's program is there for. */
    public enum Role {
        /** The server. */
        SERVER,
        /** The server for background jobs, a second writer (5.x: {@code mattermost jobserver}). */
        JOB_SERVER,
        /** A command that ends by itself, such as {@code version}. */
        TOOL
    }

    /**
     * The place of the configuration: the flag, else MM_CONFIG.
     *
     * @param arguments program and arguments
     * @param environment its environment
     */
    public static Optional<String> configLocation(List<String> arguments, Map<String, String> environment) {
        return flag(arguments)
                .or(() -> Optional.ofNullable(environment.get("MM_CONFIG")))
                .filter(value -> !value.isBlank());
    }

    private static Optional<String> flag(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            for (String name : List.of("--config", "-config", "-c")) {
                if (argument.equals(name) && i + 1 < arguments.size()) {
                    return Optional.of(arguments.get(i + 1));
                }
                if (argument.startsWith(name + "=")) {
                    return Optional.of(argument.substring(name.length() + 1));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * What a process is there for.
     *
     * @param arguments what follows the server's program
     */
    public static Role role(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("-c") || argument.equals("--config") || argument.equals("-config")) {
                i++;
            } else if (ONE_SHOT_FLAG.matcher(argument).matches()) {
                return Role.TOOL;
            } else if (!argument.startsWith("-")) {
                return switch (argument) {
                    case "server" -> Role.SERVER;
                    case "jobserver" -> Role.JOB_SERVER;
                    default -> Role.TOOL;
                };
            }
        }
        return Role.SERVER;
    }

    /**
     * What follows the program that an interpreter runs.
     *
     * @param arguments interpreter and arguments
     */
    public static List<String> afterInterpreter(List<String> arguments) {
        int i = 1;
        while (i < arguments.size() && arguments.get(i).startsWith("-")) {
            if (arguments.get(i).equals("-jar")) {
                return arguments.subList(Math.min(i + 2, arguments.size()), arguments.size());
            }
            i += JAVA_FLAGS_WITH_VALUE.contains(arguments.get(i)) ? 2 : 1;
        }
        return arguments.subList(Math.min(i + 1, arguments.size()), arguments.size());
    }

    /** Whether a program is one that runs other programs' text. */
    static boolean isInterpreter(Path executable, String name) {
        String program = executable == null || executable.getFileName() == null
                ? name.substring(name.lastIndexOf('/') + 1)
                : executable.getFileName().toString();
        return program.matches("(sh|dash|bash|ash|busybox|java|python[0-9.]*)");
    }
}
