package io.github.mmupgrade.download;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gets small texts here, such as a catalogue or a changelog: from this machine, or from a server. */
public final class TextFetcher {

    /** Many times what the vendor's longest changelog has. */
    private static final int MOST_BYTES = 32 << 20;

    private final DownloadSettings settings;

    /** Downloads as the settings say; the login for the mirror of the archives is not for texts. */
    public TextFetcher(DownloadSettings settings) {
        this.settings = settings.withoutMirror();
    }

    /**
     * Gets a text.
     *
     * @param location its address (http, https, file) or path
     * @param property the property that named it, for messages
     * @return its bytes, at most 32 MiB
     * @throws RefusedException when it can't be fetched
     */
    public byte[] fetch(String location, String property) {
        Location url = Location.parse(location);
        Hint hint = Hint.of("Check " + property + ", or use a file on this machine.");
        try {
            if (url.file().isPresent()) {
                return local(url.file().get());
            }
            if (settings.offline()) {
                throw new RefusedException(url + " was not fetched: the build is offline.", hint);
            }
            return remote(url, hint);
        } catch (IOException e) {
            throw new RefusedException(url + " cannot be fetched: " + IoReason.of(e) + ".", hint, e);
        }
    }

    private static byte[] local(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it has more than " + MOST_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    private byte[] remote(Location url, Hint hint) throws IOException {
        try (HttpFetcher.Answer answer = new HttpFetcher(settings).get(url, Map.of())) {
            if (answer.status() != 200) {
                throw new RefusedException(
                        url + " is not available: the server answered " + answer.status() + ".", hint);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (ByteBuffer bytes = answer.body().next();
                    bytes != null;
                    bytes = answer.body().next()) {
                byte[] chunk = new byte[bytes.remaining()];
                bytes.get(chunk);
                out.write(chunk);
                if (out.size() > MOST_BYTES) {
                    throw new IOException("it has more than " + MOST_BYTES + " bytes");
                }
            }
            return out.toByteArray();
        }
    }
}
