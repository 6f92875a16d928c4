package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/** What is kept to be used again, and goes when nobody has used it for 30 days; its time is that of its last use. */
public final class Unused {

    private static final Duration KEPT = Duration.ofDays(30);

    private Unused() {}

    /** Whether nobody has used it for that long; not when it is gone. */
    public static boolean is(Path entry, Instant now) throws IOException {
        return Files.exists(entry)
                && Files.getLastModifiedTime(entry).toInstant().plus(KEPT).isBefore(now);
    }

    /** Notes that it is used now. Where that cannot be noted it goes earlier, and is fetched again. */
    public static void use(Path entry) {
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // somebody else's cache
        }
    }
}
