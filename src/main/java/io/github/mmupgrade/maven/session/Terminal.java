package io.github.mmupgrade.maven.session;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.maven.execution.MavenSession;

/**
 * What the console can do.
 *
 * @param attended whether a person can be asked
 * @param redraws whether a line can be drawn again: a person looks at a terminal
 * @param colours whether colours are shown
 * @param width how many columns there are
 */
public record Terminal(boolean attended, boolean redraws, boolean colours, int width) {

    /** A file, or the log of a pipeline. */
    public static final Terminal NONE = new Terminal(false, false, false, 80);

    private static final int USUAL_WIDTH = 80;
    private static final List<String> LOG_FILE = List.of("-l", "--log-file");

    /**
     * That of a build. It is no terminal in batch mode, without transfer progress, in a pipeline ({@code CI=true}), and
     * where Maven writes to a file; colours are as {@code -Dstyle.color} says.
     *
     * @param environment the variables of the process
     * @param terminal whether input and output are a terminal
     */
    public static Terminal of(MavenSession session, Map<String, String> environment, boolean terminal) {
        boolean file = Arrays.stream(environment
                        .getOrDefault("MAVEN_CMD_LINE_ARGS", "")
                        .strip()
                        .split("\\s+"))
                .anyMatch(LOG_FILE::contains);
        boolean attended = terminal
                && !file
                && session.getRequest().isInteractiveMode()
                && !"true".equalsIgnoreCase(environment.get("CI"))
                && !"dumb".equals(environment.get("TERM"));
        Object listener = session.getRequest().getTransferListener();
        boolean progress =
                listener == null || !listener.getClass().getSimpleName().startsWith("Quiet");
        boolean colours =
                switch (session.getUserProperties()
                        .getProperty("style.color", "auto")
                        .toLowerCase(Locale.ROOT)) {
                    case "always" -> !file;
                    case "never" -> false;
                    default -> attended;
                };
        return new Terminal(attended, attended && progress, colours, width(environment.get("COLUMNS")));
    }

    private static int width(String columns) {
        return columns != null && columns.matches("[1-9]\\d{0,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    }

    /** As much of a line as fits: a longer one would not be erased as a whole. */
    String fit(String line) {
        return line.length() < width ? line : line.substring(0, width - 1);
    }

    String green(String text) {
        return styled("32", text);
    }

    String yellow(String text) {
        return styled("33", text);
    }

    String red(String text) {
        return styled("1;31", text);
    }

    private String styled(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[m" : text;
    }
}
