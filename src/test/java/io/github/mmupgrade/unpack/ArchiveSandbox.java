package io.github.mmupgrade.unpack;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.LineReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/** A directory to unpack in, and a look at what is left in it. */
final class ArchiveSandbox extends ExternalResource implements LineReporter {

    static final UnpackLimits LIMITS = new UnpackLimits(64 << 20, 1000, 50);

    private final TemporaryFolder folder = new TemporaryFolder();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> debugged = new ArrayList<>();
    private Host host = new LocalHost();
    private Deed atWarning = () -> {};

    @FunctionalInterface
    interface Deed {
        void run() throws IOException;
    }

    @Override
    protected void before() throws IOException {
        folder.create();
        Files.createDirectory(root().resolve("opt"));
        Files.writeString(root().resolve("outside"), "untouched");
    }

    @Override
    protected void after() {
        folder.delete();
    }

    Path root() {
        return folder.getRoot().toPath();
    }

    Path target() {
        return root().resolve("opt/.mattermost.next-5.37.10");
    }

    Path list() {
        return root().resolve("shipped");
    }

    List<String> warnings() {
        return warnings;
    }

    /** What was said to whoever looks for faults. */
    List<String> debugged() {
        return debugged;
    }

    /** Does something in the middle: when an archive gives cause for a warning. */
    void atWarning(Deed deed) {
        atWarning = deed;
    }

    void use(Host other) {
        host = other;
    }

    /** This machine, with {@code igzip} or without, and with a {@code sync} that works or leaves the disk alone. */
    static Host hostWith(boolean igzip, boolean sync) {
        Host real = new LocalHost();
        return (Host) Proxy.newProxyInstance(
                Host.class.getClassLoader(), new Class<?>[] {Host.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("which") && !igzip) {
                        return Optional.empty();
                    }
                    if (method.getName().equals("run") && !sync) {
                        return new CommandResult(0, "", "", false, List.of());
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    Path archive(byte[] content) throws IOException {
        return Files.write(root().resolve("archive.tar.gz"), content);
    }

    static VerifiedArchive verified(Path archive) throws IOException {
        return new VerifiedArchive(archive, Digests.sha256(archive), "test");
    }

    UnpackedRelease unpack(byte[] content) throws IOException {
        return unpack(content, LIMITS);
    }

    UnpackedRelease unpack(byte[] content, UnpackLimits limits) throws IOException {
        return new ArchiveUnpacker(host, ArchiveProcessor.AMD64, this)
                .unpack(verified(archive(content)), target(), list(), limits);
    }

    /** Asserts that an archive is refused with all those words, and that nothing of it is left anywhere. */
    void assertRefused(byte[] content, String... words) throws IOException {
        assertRefused(content, LIMITS, words);
    }

    void assertRefused(byte[] content, UnpackLimits limits, String... words) throws IOException {
        RefusedException refused = assertThrows(RefusedException.class, () -> unpack(content, limits));
        for (String word : words) {
            assertTrue(
                    refused.getMessage() + " has no " + word,
                    refused.getMessage().contains(word));
        }
        assertFalse(refused.hint().text().isEmpty());
        assertNothingLeft();
    }

    void assertNothingLeft() throws IOException {
        assertEquals(List.of("archive.tar.gz", "opt", "outside"), names());
        assertEquals("untouched", Files.readString(root().resolve("outside")));
    }

    /** Everything that is there, as paths from the sandbox. */
    List<String> names() throws IOException {
        try (Stream<Path> all = Files.walk(root())) {
            return List.copyOf(new TreeSet<>(all.filter(path -> !path.equals(root()))
                    .map(path -> root().relativize(path).toString())
                    .toList()));
        }
    }

    @Override
    public void info(String line) {}

    @Override
    public void warn(String line) {
        warnings.add(line);
        try {
            atWarning.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void debug(String line) {
        debugged.add(line);
    }
}
