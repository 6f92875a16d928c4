package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Keeps everybody, a reboot included, from starting a server whose data are being exchanged or moved: its {@code bin} is
 * out of its place for as long.
 */
public final class StartBarrier {

    private static final String AWAY = ".bin-of-a-migration";

    private final Path bin;
    private final Path away;
    private final boolean mounted;

    public StartBarrier(GoalContext context) {
        this.bin = context.installation().bin();
        this.away = context.installation().directory().resolve(AWAY);
        this.mounted = context.mounts().isMountPoint(bin);
    }

    /** Takes the programs away, unless they are already, or are mounted and cannot be moved. */
    public void close(Run run, int hop, StageName stage) {
        if (!mounted && Files.exists(bin, LinkOption.NOFOLLOW_LINKS)) {
            run.step(hop, stage, "close", Map.of(), () -> rename(bin, away));
        }
    }

    /** Brings the programs back, unless they are there. */
    public void open(Run run, int hop, StageName stage) {
        if (Files.exists(away, LinkOption.NOFOLLOW_LINKS)) {
            run.step(hop, stage, "open", Map.of(), () -> rename(away, bin));
        }
    }

    private static void rename(Path from, Path to) {
        try {
            // the directory above may be the server's user's, who could lead a path elsewhere
            try (SecureTree tree = new SecureTree()) {
                tree.move(from, to);
                tree.force(from.getParent());
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    from + " cannot be renamed to " + to + ": " + IoReason.of(e) + ". The server is stopped.",
                    Hint.of("Fix this, then run the goal again."),
                    e);
        }
    }
}
