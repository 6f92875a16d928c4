package io.github.mmupgrade.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Reads every process's arguments over and over until it is closed, as anybody on the machine can. */
public final class ProcessWatch implements AutoCloseable {

    private final Map<String, String> seen = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::look, "process-watch");
    private volatile boolean over;

    /** Starts to look. */
    public ProcessWatch() {
        thread.start();
    }

    private void look() {
        while (!over) {
            try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
                processes
                        .filter(process -> process.getFileName().toString().matches("\\d+"))
                        .forEach(this::read);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private void read(Path process) {
        try {
            String line = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            seen.put(line, line);
        } catch (IOException e) {
            // it has ended
        }
    }

    /** The argument lists seen so far that hold a text. */
    public List<String> containing(String text) {
        return seen.keySet().stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
