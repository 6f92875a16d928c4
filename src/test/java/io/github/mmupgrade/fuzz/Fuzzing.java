package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the targets share. A target is a class {@code NAMEFuzz} with a method {@code fuzzerTestOneInput} that takes any
 * bytes, and a corpus in {@code src/test/resources/fuzz/NAME}; {@code dev/fuzz} and {@link FuzzCorpusTest} call it.
 */
final class Fuzzing {

    private Fuzzing() {}

    /** Something that may fail as its documentation says. */
    interface Work {
        void run() throws Exception;
    }

    /** Does something that ends with a result or with a problem that a person is told of. */
    static void endsWell(Work work) {
        endsWell(ProblemException.class, work);
    }

    /**
     * Does something whose callers handle one kind of exception.
     *
     * @param handled what it may end with besides a problem that a person is told of
     */
    static void endsWell(Class<? extends Exception> handled, Work work) {
        try {
            work.run();
        } catch (ProblemException told) {
            // a person is told of it
        } catch (RuntimeException e) {
            if (!handled.isInstance(e)) {
                throw e;
            }
        } catch (Exception e) {
            if (!handled.isInstance(e)) {
                throw new AssertionError(e);
            }
        }
    }

    static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    /** A directory of its own for the files of one target, removed when Java ends. */
    static Path directory() {
        try {
            Path directory = Files.createTempDirectory("fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path directory) {
        try {
            TreeDelete.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This machine, but without programs on its PATH; whatever is run ends well and prints what is supplied. */
    static Host host(Supplier<String> printed) {
        Host real = new LocalHost();
        return (Host) Proxy.newProxyInstance(
                Host.class.getClassLoader(),
                new Class<?>[] {Host.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "which" -> Optional.empty();
                    case "run" -> new CommandResult(0, printed.get(), "", false, List.of());
                    default -> {
                        try {
                            yield method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                });
    }
}
