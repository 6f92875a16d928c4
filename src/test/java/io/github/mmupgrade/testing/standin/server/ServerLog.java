package io.github.mmupgrade.testing.standin.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

/** What the server tells: on the console, and in {@code mattermost.log} once it knows where. */
final class ServerLog {

    private final PrintStream console;
    private final boolean json;
    private Path file;

    /**
     * Makes a log.
     *
     * @param console the stream that the release's console log goes to
     * @param json whether each line is a JSON object, as from 5.0 on
     */
    ServerLog(PrintStream console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /** From now on also writes into a file; it is made by whoever runs the server, in a directory made on need. */
    void toFile(Path log) {
        try {
            if (log.getParent() != null) {
                Files.createDirectories(log.getParent());
            }
            file = log;
            info("Logging to file");
        } catch (IOException e) {
            file = null;
            error("Failed to open the log file: " + e);
        }
    }

    void info(String message) {
        write("info", message);
    }

    void warn(String message) {
        write("warn", message);
    }

    void error(String message) {
        write("error", message);
    }

    private synchronized void write(String level, String message) {
        String line = json ? jsonLine(level, message) : plainLine(level, message);
        console.println(line);
        console.flush();
        if (file != null) {
            try {
                Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                // like the real one: the server goes on without its log
                file = null;
                error("Failed to write the log file: " + e);
            }
        }
    }

    private static String plainLine(String level, String message) {
        String mark = level.equals("info") ? "INFO" : level.equals("warn") ? "WARN" : "EROR";
        return "["
                + DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss z")
                        .format(Instant.now().atZone(ZoneOffset.UTC)) + "] [" + mark + "] " + message;
    }

    private static String jsonLine(String level, String message) {
        Map<String, Object> line = new TreeMap<>();
        line.put("level", level);
        line.put("ts", System.currentTimeMillis() / 1000.0);
        line.put("caller", "app/server.go:1");
        line.put("msg", message);
        return GoJson.MAPPER.valueToTree(line).toString();
    }
}
