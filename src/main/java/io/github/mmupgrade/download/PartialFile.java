package io.github.mmupgrade.download;

import io.github.mmupgrade.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;

/**
 * The part of a file that is here already, with what is needed to tell whether the rest that a server offers belongs to
 * it: the same even after another run takes over.
 */
public final class PartialFile {

    private static final String ETAG = "etag";
    private static final String MODIFIED = "last-modified";
    private static final String TOTAL = "total";

    private final Path file;
    private final Path about;
    private final Properties facts = new Properties();

    /** The part of that name, empty when there is none or when it isn't known what of. */
    public PartialFile(Path file) throws IOException {
        this.file = file;
        this.about = file.resolveSibling(file.getFileName() + ".about");
        if (Files.exists(file) && Files.exists(about)) {
            try (InputStream in = Files.newInputStream(about)) {
                facts.load(in);
                total();
            } catch (IllegalArgumentException e) {
                discard();
            }
        } else {
            discard();
        }
    }

    public Path file() {
        return file;
    }

    /** How many bytes are here. */
    public long size() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** How many bytes the whole file has; -1 when the server didn't say. */
    long total() {
        return Long.parseLong(facts.getProperty(TOTAL, "-1"));
    }

    /** What the rest is to be asked for with, so that it is the rest of the same file (RFC 9110, 13.1.5). */
    Optional<String> validator() {
        return Optional.ofNullable(facts.getProperty(ETAG))
                .filter(tag -> !tag.startsWith("W/"))
                .or(() -> Optional.ofNullable(facts.getProperty(MODIFIED)));
    }

    /** Whether an answer with these marks is of another file. */
    boolean contradicts(HttpFetcher.Answer answer, long total) {
        return differs(ETAG, answer.header("ETag"))
                || differs(MODIFIED, answer.header("Last-Modified"))
                || (total >= 0 && total() >= 0 && total != total());
    }

    private boolean differs(String name, Optional<String> other) {
        String known = facts.getProperty(name);
        return known != null && other.isPresent() && !known.equals(other.get());
    }

    /** Begins anew with the answer to a request for the whole file. */
    void restart(HttpFetcher.Answer answer, long total) throws IOException {
        discard();
        answer.header("ETag").ifPresent(tag -> facts.setProperty(ETAG, tag));
        answer.header("Last-Modified").ifPresent(time -> facts.setProperty(MODIFIED, time));
        facts.setProperty(TOTAL, Long.toString(total));
        AtomicFile.write(about, AtomicFile.PUBLIC, out -> facts.store(out, null));
    }

    /** Opens the part to append to it. */
    FileChannel append() throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Throws away what is here. */
    public void discard() throws IOException {
        facts.clear();
        Files.deleteIfExists(about);
        Files.deleteIfExists(file);
    }

    /** Gives the part, which is whole and right, its name. */
    public void become(Path name) throws IOException {
        AtomicFile.rename(file, name);
        Files.deleteIfExists(about);
    }
}
